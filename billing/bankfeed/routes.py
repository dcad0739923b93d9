"""The pages of a bank's lines: what waits, what each seems to be, what it was decided to be."""

from collections.abc import Mapping, Sequence
from dataclasses import replace as but
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import tuple_
from sqlmodel import col, select

from billing.bankfeed import deciding, files
from billing.bankfeed.deciding import Choice, decide
from billing.bankfeed.lines import Told, line_of, told_of
from billing.bankfeed.models import BankFile, BankLine
from billing.bankfeed.proposals import Proposal, candidates, propose
from billing.campaigns.service import campaigns
from billing.ledger.pages.words import account_words, day_words, kind_words
from billing.matching.pools import owed, sponsor_of
from billing.matching.service import hold
from billing.money import Money, shown
from billing.offline.donors import name_and_email
from billing.offline.facts import facts_of
from billing.offline.service import entered
from infra.errors import Conflict, HarkError, Invalid
from infra.errors import _ as sentence
from infra.vault import unseal
from infra.web import LANGUAGES, gettext, language, render, see_other
from tenants.audit import record
from tenants.members.access import Funds, Staff
from tenants.members.service import normal_email
from tenants.texts import say

router = APIRouter(prefix="/o/{slug}/money/bank")
PAGE = 50


def _base(staff: Staff) -> str:
    return f"/o/{staff.tenant.slug}/money/bank"


def _worth(row: BankLine) -> str:
    return shown(Money(row.minor, row.currency), language())


async def _titles(staff: Staff) -> dict[UUID, str]:
    rows = await campaigns(staff.session)
    return {row.id: say(row.title, language(), staff.tenant.languages[0]) for row in rows}


async def _lines(
    staff: Staff, *, waiting: bool, before: UUID | None
) -> tuple[list[tuple[BankLine, Told]], UUID | None]:
    """A page of lines, the latest day first, and where the next one begins."""
    found = select(BankLine).where(BankLine.state == "waiting" if waiting else BankLine.state != "waiting")
    if before:
        last = await line_of(staff.session, before)
        found = found.where(tuple_(col(BankLine.day), col(BankLine.id)) < (last.day, last.id))
    found = found.order_by(col(BankLine.day).desc(), col(BankLine.id).desc()).limit(PAGE + 1)
    rows = list(await staff.session.exec(found))
    told = [(row, await told_of(staff.session, row)) for row in rows[:PAGE]]
    return told, rows[PAGE - 1].id if len(rows) > PAGE else None


@router.get("")
async def index(
    request: Request,
    staff: Funds,
    show: str = "",
    before: UUID | None = None,
    read: UUID | None = None,
    done: int | None = None,
    left: int = 0,
) -> Response:
    """What waits, each with what it seems to be; or what has been decided."""
    lines, older = await _lines(staff, waiting=show != "decided", before=before)
    proposals = await propose(staff.session, staff.tenant, lines) if show != "decided" else {}
    brought = await staff.session.exec(
        select(BankFile).where(BankFile.state == "brought").order_by(col(BankFile.at).desc()).limit(5)
    )
    context: dict[str, Any] = {
        "lines": [(row, told, proposals.get(row.id, Proposal()), _worth(row)) for row, told in lines],
        "sure": [row.id for row, _told in lines if proposals.get(row.id, Proposal()).sure],
        "proposals": proposals,
        "campaigns": await _titles(staff),
        "brought": [(row, (await unseal(staff.session, row.sealed_name)).decode()) for row in brought],
        "accounts": {row.id: row.name for row in await files.accounts(staff.session)},
        "read": await files.file_of(staff.session, read) if read else None,
        "show": show,
        "done": done,
        "left": left,
        "older": f"{_base(staff)}?before={older}" + ("&show=decided" if show == "decided" else "") if older else "",
        "first": before is None,
        "day": day_words,
        "account_words": account_words,
        "base": _base(staff),
        "wrong": "",
    }
    if lines:
        record(staff.session, "gift.list", member=staff.member.id)
    return render(request, "bankfeed/index.html", context)


@router.post("/confirmations")
async def confirm(request: Request, staff: Funds) -> Response:
    """Book lines as they were shown: one, or all that were sure. What is taken for something else by now waits."""
    sent = await request.form()
    meant: dict[UUID, str] = {}
    for said in sent.getlist("line"):
        key, _sign, named = str(said).partition("|")
        try:
            meant[UUID(key)] = named
        except ValueError:
            continue
    found = await staff.session.exec(
        select(BankLine).where(col(BankLine.id).in_(list(meant)[:PAGE]), BankLine.state == "waiting")
    )
    lines = [(row, await told_of(staff.session, row)) for row in found]
    proposals = await propose(staff.session, staff.tenant, lines)
    await hold(staff.session)
    done = 0
    for row, told in sorted(lines, key=lambda pair: (pair[0].day, pair[0].id)):
        if proposals[row.id].what and proposals[row.id].named == meant[row.id]:
            choice = await _as_proposed(staff, told, proposals[row.id])
            await decide(staff.session, staff.tenant, row.id, choice, by=staff.member.id)
            done += 1
    if done:
        record(staff.session, "bank.book", member=staff.member.id, lines=done)
    return see_other(f"{_base(staff)}?done={done}&left={len(lines) - done}")


async def _as_proposed(staff: Staff, told: Told, found: Proposal) -> Choice:
    name, email = await name_and_email(staff.session, found.donor) if found.donor else (found.name, "")
    return Choice(
        what=found.what,
        subject=found.subject,
        cost=found.cost,
        donor=found.donor,
        name=(name or told.payer)[:120],
        email=email,
        campaign=found.campaign,
        language=staff.tenant.languages[0],
    )


@router.get("/lines/{key}")
async def one(request: Request, staff: Funds, key: UUID, told: str = "") -> Response:
    """A line, and what it may be."""
    record(staff.session, "bank.look", member=staff.member.id, subject=key)
    return await _page(request, staff, await line_of(staff.session, key), told=told)


async def _page(
    request: Request,
    staff: Staff,
    row: BankLine,
    typed: Mapping[str, str] | None = None,
    wrong: dict[str, str] | None = None,
    *,
    told: str = "",
    status: int = 200,
) -> Response:
    said = await told_of(staff.session, row)
    waiting = row.state == "waiting"
    found = (await propose(staff.session, staff.tenant, [(row, said)]))[row.id] if waiting else Proposal()
    choice = await _as_proposed(staff, said, found)
    by_hand, booked = await candidates(staff.session, staff.tenant, row) if waiting else ([], [])
    pools = [pair for pair in await owed(staff.session) if pair[1].currency == row.currency and row.minor > 0]
    subject = str(found.subject or "")
    context: dict[str, Any] = {
        "row": row,
        "said": said,
        "amount": _worth(row),
        "proposal": found,
        "typed": typed
        or {
            "what": found.what, "name": choice.name, "email": choice.email, "campaign": str(found.campaign or ""),
            "cost": found.cost, "known": subject, "payout": subject, "pool": subject, "receipt": "yes",
            "language": choice.language,
        },
        "by_hand": [(str(at), f"{day_words(day)} · {await _name(staff, at)}") for at, day, _kind in by_hand],
        "payouts": [(str(at), f"{day_words(day)} · {kind_words(kind)}") for at, day, kind in booked],
        "arrivals": all(kind == "arrival" for _at, _day, kind in booked),
        "pools": [(str(pool.id), await _pool_words(staff, pool, money)) for pool, money in pools],
        "campaigns": [(str(at), title) for at, title in (await _titles(staff)).items()],
        "costs": [(code, account_words(code)) for code in deciding.COSTS],
        "tongues": {tag: LANGUAGES[tag] for tag in staff.tenant.languages if tag in LANGUAGES},
        "accounts": {each.id: each.name for each in await files.accounts(staff.session)},
        "wrong": wrong or {},
        "told": told,
        "day": day_words,
        "base": _base(staff),
    }  # fmt: skip
    return render(request, "bankfeed/line.html", context, status=status)


async def _name(staff: Staff, gift: UUID) -> str:
    facts = await facts_of(staff.session, (await entered(staff.session, gift)).sealed)
    return facts.name or gettext("Without a name")


async def _pool_words(staff: Staff, pool: Any, money: Money) -> str:
    sponsor = await sponsor_of(staff.session, pool)
    return gettext("%(name)s: %(amount)s to come", name=sponsor.name, amount=shown(money, language()))


@router.post("/lines/{key}")
async def say_what(request: Request, staff: Funds, key: UUID) -> Response:
    """Book it as what somebody says that it is."""
    sent = await request.form()
    typed = {name: str(sent.get(name) or "").strip() for name in FIELDS}
    row = await line_of(staff.session, key)
    try:
        choice = _choice(typed, await _titles(staff), staff.tenant.languages)
        choice = but(choice, donor=await _same_donor(staff, row, choice))
        await decide(staff.session, staff.tenant, key, choice, by=staff.member.id)
    except (Invalid, Conflict) as error:
        return await _page(request, staff, row, typed, _wrong(error, typed["what"]), status=error.status)
    record(staff.session, "bank.book", member=staff.member.id, subject=key)
    return see_other(f"{_base(staff)}?done=1")


async def _same_donor(staff: Staff, row: BankLine, choice: Choice) -> UUID | None:
    """Who is known to have paid before, unless another address was written now."""
    if choice.what != "gift" or row.state != "waiting":
        return None
    found = (await propose(staff.session, staff.tenant, [(row, await told_of(staff.session, row))]))[row.id]
    if found.donor is None:
        return None
    _known, email = await name_and_email(staff.session, found.donor)
    return found.donor if choice.email in ("", email) else None


FIELDS = (
    "what", "name", "email", "campaign", "receipt", "language", "cost", "known", "payout", "pool",
)  # fmt: skip


def _wrong(error: HarkError, what: str) -> dict[str, str]:
    """Beside which field it is said: what belongs to a kind is asked in a field of that name."""
    field = {"subject": what, "amount": what, None: "what"}.get(error.field, error.field)
    return {str(field): gettext(error.message, **error.params)}


def _choice(typed: Mapping[str, str], titles: Mapping[UUID, str], tongues: Sequence[str]) -> Choice:
    """What the form says. Raises Invalid for an address that is none, and for a campaign that isn't there."""

    def key(name: str) -> UUID | None:
        try:
            return UUID(typed[name])
        except ValueError:
            return None

    what = typed["what"]
    campaign = key("campaign")
    if typed["campaign"] and campaign not in titles:
        raise Invalid(sentence("Choose one of these."), field="campaign")
    return Choice(
        what=what,
        subject=key(what) if what in ("known", "payout", "pool") else None,
        cost=typed["cost"] if what == "cost" else "",
        donor=None,
        name=typed["name"][:120],
        email=normal_email(typed["email"]) if typed["email"] and what == "gift" else "",
        campaign=campaign,
        receipt=typed["receipt"] == "yes",
        language=typed["language"] if typed["language"] in tongues else tongues[0],
    )


@router.post("/lines/{key}/undo")
async def undo(staff: Funds, key: UUID) -> Response:
    """Take back what was booked because of a line, and let it wait again."""
    why = gettext("What a line of the bank's statement was taken for was undone.")
    await deciding.undo(staff.session, key, why)
    record(staff.session, "bank.undo", member=staff.member.id, subject=key)
    return see_other(f"{_base(staff)}/lines/{key}?told=undone")
