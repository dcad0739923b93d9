"""Receipts for those who look after gifts: found, read, printed, made void or replaced; a year's statements."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from billing.money import BadAmount, Money, parse, shown
from billing.printing.fonts import unprintable
from billing.receipts import letters, service
from billing.receipts.facts import facts_of
from billing.receipts.models import Receipt
from billing.receipts.pages.listing import listed
from billing.receipts.paper.official import official
from billing.receipts.paper.printing import receipt_link, receipt_pdf, year_pdf
from billing.receipts.paper.wording import day, day_of, method_words
from billing.receipts.years import year_of, years
from infra.errors import Conflict, HarkError, Invalid, NotFound
from infra.errors import _ as sentence
from infra.web import gettext, language, limit, render, see_other
from tenants.audit import record
from tenants.members.access import Funds, Staff

router = APIRouter(prefix="/o/{slug}/money/receipts")
Text = Annotated[str, Form(max_length=400)]
REASONS = {
    "empty": sentence("Type the amount, or leave it as it was."),
    "not_a_number": sentence("This isn't an amount. Type it like 12.50."),
    "too_precise": sentence("This has more decimal places than the currency."),
    "negative": sentence("A receipt is for an amount above nought. To take one back, make it void."),
    "too_large": sentence("This is more than a receipt can be for."),
}


def pdf_answer(data: bytes, name: str) -> Response:
    """A PDF, shown in the browser, saved under this name (ASCII), kept by nobody on the way."""
    headers = {"content-disposition": f'inline; filename="{name}.pdf"', "cache-control": "private, no-store"}
    return Response(data, headers=headers, media_type="application/pdf")


@router.get("")
async def index(
    request: Request,
    staff: Funds,
    before: UUID | None = None,
    q: Annotated[str, Query(max_length=200)] = "",
    show: Annotated[str, Query(max_length=20)] = "",
    sent: int | None = None,
) -> Response:
    """Every receipt, newest first."""
    entries, older = await listed(staff.session, before=before, sought=q.strip(), unofficial=show == "unofficial")
    context = {
        "listed": [(each.row, each.facts, shown(_worth(each.row), language())) for each in entries],
        "older": older,
        "first": before is None,
        "q": q.strip(),
        "show": show,
        "sent": sent,
        "years": await years(staff.session),
        "number_word": official(staff.tenant.country).number_in(language()),
        "base": _base(staff),
        "day": day,
    }
    return render(request, "receipts/index.html", context)


@router.post("/statements")
async def send_statements(staff: Funds, year: Annotated[int, Form(ge=1970, le=9998)]) -> Response:
    """Write to every donor of a year who left an address."""
    await limit("receipts.year", f"{staff.tenant.id}:{year}", "3/day")
    await letters.owe_statements(staff.session, year)
    record(staff.session, "receipt.statements", member=staff.member.id, year=year)
    return see_other(f"{_base(staff)}?sent={year}")


@router.get("/{key}")
async def one(request: Request, staff: Funds, key: UUID) -> Response:
    """One receipt, and what can be done with it."""
    answer = await _page(request, staff, await service.receipt(staff.session, key))
    record(staff.session, "receipt.read", member=staff.member.id, subject=key)
    return answer


async def _page(
    request: Request, staff: Staff, row: Receipt, wrong: HarkError | None = None, typed: dict[str, str] | None = None
) -> Response:
    facts = await facts_of(staff.session, row.sealed)
    before, after = await service.chain(staff.session, row)
    law = official(facts.country)
    amount = shown(_worth(row), language())
    context: dict[str, Any] = {
        "row": row,
        "facts": facts,
        "before": before,
        "after": after,
        "amount": amount,
        "typed": {"name": facts.name or "", "amount": amount, "reason": ""} | (typed or {}),
        "lost": unprintable(facts.printed()),
        "wrong": {wrong.field or "reason": gettext(wrong.message, **wrong.params)} if wrong else {},
        "law_note": law.note_in(language()),
        "number_word": law.number_in(language()),
        "link": await receipt_link(staff.session, facts),
        "how": method_words(facts.method),
        "day": day,
        "day_of": partial(day_of, zone=staff.tenant.zone),
        "base": _base(staff),
    }  # fmt: skip
    return render(request, "receipts/receipt.html", context, status=wrong.status if wrong else 200)


@router.get("/{key}/paper.pdf")
async def paper(staff: Funds, key: UUID, lang: Annotated[str, Query(max_length=20)] = "") -> Response:
    """The receipt as its donor has it."""
    row = await service.receipt(staff.session, key)
    record(staff.session, "receipt.read", member=staff.member.id, subject=key)
    return pdf_answer(await receipt_pdf(staff.session, row, lang), f"receipt-{row.label}")


@router.get("/{key}/year.pdf")
async def statement(staff: Funds, key: UUID) -> Response:
    """The statement of this donor's year; NotFound for one who left no address, whose gifts nothing joins."""
    row = await service.receipt(staff.session, key)
    if row.donor_hash is None:
        raise NotFound
    year = await year_of(staff.session, row.donor_hash, row.given_on.year)
    record(staff.session, "receipt.read", member=staff.member.id, subject=key)
    email = (await facts_of(staff.session, row.sealed)).email or ""
    return pdf_answer(await year_pdf(staff.session, year, email=email), f"gifts-{year.year}")


@router.post("/{key}/void")
async def void(request: Request, staff: Funds, key: UUID, reason: Text = "") -> Response:
    """Make it void."""
    try:
        await service.void(staff.session, key, reason)
    except (Invalid, Conflict) as wrong:
        return await _page(request, staff, await service.receipt(staff.session, key), wrong)
    record(staff.session, "receipt.void", member=staff.member.id, subject=key)
    return see_other(f"{_base(staff)}/{key}")


@router.post("/{key}/replacement")
async def replace(
    request: Request, staff: Funds, key: UUID, name: Text = "", amount: Text = "", reason: Text = ""
) -> Response:
    """Issue another one in its place, with the name and the amount that are right."""
    row = await service.receipt(staff.session, key)
    try:
        money = _amount(amount, row)
        new = await service.replace(staff.session, key, reason, money=money, name=name)
    except (Invalid, Conflict) as wrong:
        return await _page(request, staff, row, wrong, {"name": name, "amount": amount, "reason": reason})
    record(staff.session, "receipt.replace", member=staff.member.id, subject=key, by=new.label)
    return see_other(f"{_base(staff)}/{new.id}")


def _amount(typed: str, row: Receipt) -> Money:
    if typed.strip() == shown(_worth(row), language()):
        return _worth(row)
    try:
        return parse(typed, row.currency)
    except BadAmount as wrong:
        raise Invalid(REASONS[wrong.reason], field="amount") from None


@router.post("/{key}/official")
async def keep_official_number(staff: Funds, key: UUID, number: Annotated[str, Form(max_length=100)] = "") -> Response:
    """Keep the number of the law's own receipt."""
    await service.keep_official_number(staff.session, key, number)
    record(staff.session, "receipt.official", member=staff.member.id, subject=key)
    return see_other(f"{_base(staff)}/{key}")


@router.post("/{key}/letter")
async def send_again(staff: Funds, key: UUID) -> Response:
    """Write to the donor once more."""
    row = await service.receipt(staff.session, key)
    if row.state == "replaced":
        raise Conflict(sentence("This receipt was replaced by another one, which is the one to be sent."))
    await limit("receipts.letter", str(key), "5/day")
    await service.owe(staff.session, row, "void" if row.state == "void" else "issued")
    record(staff.session, "receipt.send", member=staff.member.id, subject=key)
    return see_other(f"{_base(staff)}/{key}")


def _base(staff: Staff) -> str:
    return f"/o/{staff.tenant.slug}/money/receipts"


def _worth(row: Receipt) -> Money:
    return Money(row.minor, row.currency)
