"""The pages of payouts: all of them, one with its lines, the lines as a table."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from billing.fundraising.payouts import beside, keeping
from billing.fundraising.sheet import Cursor, amount, cell, read_cursor, streamed, write_cursor
from billing.ledger.pages.words import kind_words
from billing.money import shown
from billing.processor.access import simulated
from infra.database import Session
from infra.errors import _ as sentence
from infra.jobs import enqueue
from infra.web import gettext, language, limit, render, see_other
from tenants.audit import record
from tenants.members.access import Funds

router = APIRouter(prefix="/o/{slug}/money/payouts")
assert keeping, "whoever shows payouts keeps them as well"
Before = Annotated[str, Query(max_length=100)]
STATES = {
    "pending": (sentence("Being made"), "idle"),
    "in_transit": (sentence("On its way"), "info"),
    "paid": (sentence("In your bank"), "good"),
    "failed": (sentence("Your bank sent it back"), "bad"),
    "canceled": (sentence("Called back"), "idle"),
}
"""A payout's states in the processor's words, in ours, and how good they are."""
HEAD = ("payout", "movement", "kind", "at", "amount", "fee", "net", "currency", "gift", "entry", "in_the_books")


def _state(word: str) -> tuple[str, str]:
    said, kind = STATES.get(word, (word, "idle"))
    return gettext(said), kind


@router.get("")
async def index(request: Request, staff: Funds, before: Before = "", asked: bool = False) -> Response:
    """Payouts, the latest first, each with whether it agrees with the books."""
    after = read_cursor(before)
    rows, older = await beside.listed(staff.session, after)
    context = {
        "payouts": [(each, *_state(each.row.state)) for each in rows],
        "older": f"?before={write_cursor(older)}" if older else "",
        "first": after is None,
        "asked": asked,
        "shown": partial(shown, language=language()),
        "simulated": simulated(),
    }
    return render(request, "fundraising/payouts.html", context)


@router.post("/look")
async def look(staff: Funds) -> Response:
    """Ask the processor for all of them, in a moment."""
    await limit("payouts.look", str(staff.tenant.id), "20/hour")
    await enqueue(staff.session, "payouts.look", key=f"payouts.look:{staff.tenant.id}")
    return see_other(f"/o/{staff.tenant.slug}/money/payouts?asked=1")


@router.get("/{key}")
async def one(request: Request, staff: Funds, key: UUID, after: Before = "") -> Response:
    """A payout: its lines by kind, each line beside the books, and whether they come to what was paid out."""
    found = await beside.one(staff.session, key)
    cursor = read_cursor(after)
    lines, further = await beside.lines(staff.session, found.row, cursor)
    words, kind = _state(found.row.state)
    context: dict[str, Any] = {
        "one": found,
        "words": words,
        "kind": kind,
        "lines": lines,
        "further": f"?after={write_cursor(further)}" if further else "",
        "first": cursor is None,
        "arrival": await beside.arrival_of(staff.session, found.row),
        "kind_words": kind_words,
        "shown": partial(shown, language=language()),
        "simulated": simulated(),
    }
    return render(request, "fundraising/payout.html", context)


@router.get("/{key}/lines.csv")
async def table(staff: Funds, key: UUID) -> Response:
    """A payout's lines for a spreadsheet."""
    found = await beside.one(staff.session, key)
    record(staff.session, "payout.export", member=staff.member.id, subject=key)
    row = found.row

    async def page(session: Session, after: Cursor | None) -> tuple[list[Sequence[str]], Cursor | None]:
        lines, further = await beside.lines(session, row, after, 500)
        return [_line(row.payout, each) for each in lines], further

    return streamed(f"{staff.tenant.slug}-{row.payout}", HEAD, page)


def _line(payout: str, each: beside.Line) -> Sequence[str]:
    return [
        cell(payout), cell(each.txn), cell(each.category), each.at.isoformat(), amount(each.money), amount(each.fee),
        amount(each.net), each.net.currency, str(each.gift or ""), str(each.entry or ""),
        "yes" if each.agrees else "no",
    ]  # fmt: skip
