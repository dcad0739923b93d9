"""What a hotline spends, as its own people enter it: costs of a month, what use costs, what is owed and was paid."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from billing.ledger.pages.view import month_words
from billing.ledger.pages.words import account_words, kind_words
from billing.money import BadAmount, Money, parse, shown
from billing.openness import costs, rates
from billing.openness.settings import currency_of
from billing.usage.service import before, by_month, month_of
from infra.clock import now
from infra.errors import HarkError, Invalid, _
from infra.ids import new_id
from infra.web import gettext, language, render, see_other
from tenants.audit import record
from tenants.members.access import LEADS, Funds, Leads, Staff

router = APIRouter(prefix="/o/{slug}/money/costs")
NOTE = 200
UNITS = {"minutes": _("A minute on the telephone"), "messages": _("A letter"), "numbers": _("A number for a month")}


async def _page(
    request: Request, staff: Staff, year: int, wrong: Mapping[str, str], typed: Mapping[str, str], form: str = ""
) -> Response:
    zone, currency = staff.tenant.zone, await currency_of(staff.session, staff.tenant)
    present = month_of(now(), zone)
    lines = await costs.listed(staff.session, currency, zone, year)
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.account] = sums.get(line.account, 0) + line.minor
    context: dict[str, Any] = {
        "base": f"/o/{staff.tenant.slug}/money/costs",
        "currency": currency,
        "year": year,
        "this_year": present.year,
        "lines": lines,
        "sums": sorted(((account_words(code), minor) for code, minor in sums.items() if minor), key=lambda s: -s[1]),
        "total": sum(sums.values()),
        "owed": await costs.owed(staff.session, currency),
        "months": {f"{month:%Y-%m}": month_words(month) for month in map(partial(before, present), range(25))},
        "kinds": {code: account_words(code) for code in costs.KINDS},
        "ticket": str(new_id()),
        "wrong": wrong,
        "typed": typed,
        "form": form,
        "shown": lambda minor: shown(Money(minor, currency), language()),
        "account_words": account_words,
        "kind_words": kind_words,
        "month_words": month_words,
        "use": await _use(staff, present) if staff.may(*LEADS) else None,
    }
    return render(request, "openness/costs.html", context, status=422 if wrong else 200)


async def _use(staff: Staff, present: date) -> list[dict[str, Any]]:
    """What was used this month and the last one, and its rate."""
    held, last = await rates.rates(staff.session, present), before(present, 1)
    used = await by_month(staff.session, last, costs.after(present))
    return [
        {
            "kind": kind,
            "words": gettext(words),
            "rate": rates.shown_rate(held[kind].milli, held[kind].currency) if kind in held else "",
            "last": _said(kind, used.get((kind, last), 0)),
            "now": _said(kind, used.get((kind, present), 0)),
        }
        for kind, words in UNITS.items()
    ]


def _said(kind: str, quantity: int) -> str:
    if kind == "minutes":
        return gettext("%(minutes)s minutes", minutes=-(-quantity // 60))
    if kind == "numbers":
        return gettext("%(days)s days", days=quantity)
    return gettext("%(letters)s letters", letters=quantity)


def _amount(typed: str, currency: str) -> Money:
    try:
        return parse(typed, currency)
    except BadAmount as error:
        raise Invalid(_("Write an amount, such as 12.50."), field="amount") from error


def _month(typed: str) -> date:
    try:
        return date.fromisoformat(f"{typed}-01")
    except ValueError as error:
        raise Invalid(_("Choose one of the last 24 months."), field="month") from error


async def _again(request: Request, staff: Staff, error: HarkError, form: str) -> Response:
    typed = {name: str(value) for name, value in (await request.form()).items()}
    wrong = {getattr(error, "field", None) or "amount": gettext(error.message)}
    return await _page(request, staff, month_of(now(), staff.tenant.zone).year, wrong, typed, form)


@router.get("")
async def page(request: Request, staff: Funds, year: Annotated[int, Query(ge=2000, le=2200)] = 0) -> Response:
    """A year's costs by kind and one by one; and the forms."""
    return await _page(request, staff, year or month_of(now(), staff.tenant.zone).year, {}, {})


@router.post("")
async def enter(
    request: Request,
    staff: Funds,
    ticket: Annotated[UUID, Form()],
    month: Annotated[str, Form(max_length=7)] = "",
    kind: Annotated[str, Form(max_length=50)] = "",
    amount: Annotated[str, Form(max_length=40)] = "",
    paid_from: Annotated[str, Form(max_length=20)] = "bank",
    note: Annotated[str, Form(max_length=NOTE)] = "",
) -> Response:
    """Book a cost; sent twice, it is one."""
    try:
        money = _amount(amount, await currency_of(staff.session, staff.tenant))
        key = await costs.enter(
            staff.session, zone=staff.tenant.zone, month=_month(month), kind=kind, money=money, paid_from=paid_from,
            note=note.strip(), ticket=str(ticket),
        )  # fmt: skip
    except Invalid as error:
        return await _again(request, staff, error, "cost")
    record(staff.session, "cost.enter", member=staff.member.id, subject=key)
    return see_other(f"/o/{staff.tenant.slug}/money/costs?year={month[:4]}")


@router.post("/payments")
async def pay(
    request: Request,
    staff: Funds,
    ticket: Annotated[UUID, Form()],
    amount: Annotated[str, Form(max_length=40)] = "",
    paid_from: Annotated[str, Form(max_length=20)] = "bank",
    note: Annotated[str, Form(max_length=NOTE)] = "",
) -> Response:
    """Book that something which was owed has been paid."""
    try:
        money = _amount(amount, await currency_of(staff.session, staff.tenant))
        key = await costs.pay(
            staff.session, money=money, paid_from=paid_from, note=note.strip(), ticket=str(ticket)
        )  # fmt: skip
    except Invalid as error:
        return await _again(request, staff, error, "paid")
    record(staff.session, "cost.pay", member=staff.member.id, subject=key)
    return see_other(f"/o/{staff.tenant.slug}/money/costs")


@router.post("/rates")
async def set_rates(request: Request, staff: Leads) -> Response:
    """From this month on, a unit of use costs so much; an empty field leaves it as it is."""
    currency = await currency_of(staff.session, staff.tenant)
    typed = {name: str(value) for name, value in (await request.form()).items()}
    try:
        wanted = {
            kind: rates.parse_rate(typed.get(f"rate.{kind}", ""), currency)
            for kind in rates.KINDS
            if typed.get(f"rate.{kind}", "").strip()
        }
    except Invalid as error:
        return await _again(request, staff, error, "rates")
    month = month_of(now(), staff.tenant.zone)
    for kind, milli in wanted.items():
        await rates.set_rate(staff.session, kind, month, currency, milli)
    if wanted:
        record(staff.session, "cost.rate", member=staff.member.id)
    return see_other(f"/o/{staff.tenant.slug}/money/costs")


@router.post("/{key}/reversal")
async def take_back(staff: Funds, key: UUID, note: Annotated[str, Form(max_length=NOTE)] = "") -> Response:
    """Take a cost back that was entered by hand; done twice, it is done once."""
    await costs.take_back(staff.session, key, note=note.strip())
    record(staff.session, "cost.take_back", member=staff.member.id, subject=key)
    return see_other(f"/o/{staff.tenant.slug}/money/costs")
