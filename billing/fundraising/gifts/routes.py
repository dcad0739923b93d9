"""The pages of gifts: the list and its table, one gift, giving it back."""

import secrets
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from billing.campaigns.service import campaigns
from billing.fundraising.gifts.export import export
from billing.fundraising.gifts.listing import METHODS, STATES, Sought, listed, month_of
from billing.fundraising.gifts.page import DISPUTES, REASONS, gift_of, whole
from billing.fundraising.sheet import read_cursor, write_cursor
from billing.giving.desk.kept import plain
from billing.money import BadAmount, Money, parse, shown
from billing.processor.access import simulated
from billing.processor.refunds import left, refund
from billing.receipts.paper.wording import method_words
from infra.errors import Invalid
from infra.errors import _ as sentence
from infra.web import gettext, language, limit, render, see_other
from tenants.audit import record
from tenants.members.access import Funds, Staff
from tenants.texts import say

router = APIRouter(prefix="/o/{slug}/money/gifts")
Reason = Literal["requested_by_customer", "duplicate", "fraudulent"]
Said = Annotated[str, Query(max_length=320)]
Typed = Annotated[str, Query(max_length=40)]


def _sought(state: Said = "came", campaign: Said = "", method: Said = "", month: Said = "", email: Said = "") -> Sought:
    """What an address asks for; what it can't be is left out."""
    try:
        key = UUID(campaign)
    except ValueError:
        key = None
    return Sought(
        state if state in STATES else "came", key, method if method in METHODS else "", month_of(month), email.strip()
    )


async def _names(staff: Staff) -> dict[UUID, str]:
    rows = await campaigns(staff.session)
    return {row.id: say(row.title, language(), staff.tenant.languages[0]) for row in rows}


@router.get("")
async def index(
    request: Request,
    staff: Funds,
    state: Said = "came",
    campaign: Said = "",
    method: Said = "",
    month: Said = "",
    email: Said = "",
    before: Said = "",
) -> Response:
    """Gifts, the latest first, as far as they are what is looked for."""
    sought = _sought(state, campaign, method, month, email)
    after = read_cursor(before)
    gifts, older = await listed(staff.session, sought, staff.tenant.zone, after)
    asked = {
        "state": sought.state,
        "campaign": str(sought.campaign or ""),
        "method": sought.method,
        "month": f"{sought.month:%Y-%m}" if sought.month else "",
        "email": sought.email,
    }
    same = urlencode({name: word for name, word in asked.items() if word and (name, word) != ("state", "came")})
    names = await _names(staff)
    context = {
        "gifts": gifts,
        "sought": sought,
        "asked": asked,
        "same": f"?{same}" if same else "",
        "older": f"?{same}&before={write_cursor(older)}" if older else "",
        "first": after is None,
        "campaigns": names,
        "choices": {str(each): words for each, words in names.items()},
        "methods": {word: method_words(word) for word in METHODS},
        "method_words": method_words,
        "disputes": {word: gettext(said) for word, (said, _kind) in DISPUTES.items()},
        "shown": partial(shown, language=language()),
        "simulated": simulated(),
    }
    if gifts:
        record(staff.session, "gift.list", member=staff.member.id)
    return render(request, "fundraising/gifts.html", context)


@router.get("/table.csv")
async def table(
    staff: Funds, state: Said = "came", campaign: Said = "", method: Said = "", month: Said = "", email: Said = ""
) -> Response:
    """The same gifts for a spreadsheet, all of them."""
    await limit("gift.export", str(staff.tenant.id), "30/hour")
    record(staff.session, "gift.export", member=staff.member.id)
    sought = _sought(state, campaign, method, month, email)
    return export(staff.tenant.slug, sought, staff.tenant.zone, await _names(staff))


async def _page(
    request: Request, staff: Staff, key: UUID, wrong: dict[str, str] | None = None, typed: str | None = None
) -> Response:
    found = await whole(staff.session, key)
    amount = plain(found.left.minor, found.left.currency) if found.left else ""
    context: dict[str, Any] = {
        "one": found,
        "gift": found.gift,
        "names": await _names(staff),
        "how": method_words(found.gift.method) if found.gift.method else "",
        "reasons": {word: gettext(said) for word, said in REASONS.items()},
        "disputes": [(row, *_dispute(row.status)) for row in found.disputes],
        "wrong": wrong or {},
        "typed": amount if typed is None else typed,
        "money": Money,
        "shown": partial(shown, language=language()),
        "simulated": simulated(),
    }
    return render(request, "fundraising/gift.html", context, status=422 if wrong else 200)


def _dispute(status: str) -> tuple[str, str]:
    said, kind = DISPUTES.get(status, (status.replace("_", " "), "idle"))
    return gettext(said), kind


@router.get("/{key}")
async def one(request: Request, staff: Funds, key: UUID) -> Response:
    """A gift, and all that became of it."""
    answer = await _page(request, staff, key)
    record(staff.session, "gift.read", member=staff.member.id, subject=key)
    return answer


@router.get("/{key}/refund")
async def ask(
    request: Request, staff: Funds, key: UUID, amount: Typed = "", reason: Reason = "requested_by_customer"
) -> Response:
    """What giving so much back would mean, before it is done. Nothing is changed by looking."""
    gift = await gift_of(staff.session, key)
    try:
        money = await _so_much(staff, key, amount, gift.currency)
    except Invalid as wrong:
        return await _page(request, staff, key, {"amount": gettext(wrong.message, **wrong.params)}, amount)
    found = await whole(staff.session, key)
    assert found.left is not None, "what can't be given back was refused above"
    context = {
        "one": found,
        "gift": gift,
        "money": money,
        "rest": found.left - money,
        "receipt": next((row for row in reversed(found.receipts) if row.state == "issued"), None),
        "reason": reason,
        "why": gettext(REASONS[reason]),
        "how": method_words(gift.method),
        "token": secrets.token_urlsafe(12),
        "shown": partial(shown, language=language()),
        "simulated": simulated(),
    }
    return render(request, "fundraising/refund.html", context)


async def _so_much(staff: Staff, key: UUID, typed: str, currency: str) -> Money:
    """What was typed, if that much is left of the gift. Raises Invalid; NotFound where nothing was paid."""
    most = await left(staff.session, key)
    try:
        money = parse(typed, currency)
    except BadAmount:
        raise Invalid(sentence("This isn't an amount. Type it like 12.50."), field="amount") from None
    if not 0 < money.minor <= most.minor:
        raise Invalid(sentence("Between nothing and what is left of the gift."), field="amount")
    return money


@router.post("/{key}/refund")
async def give_back(
    request: Request,
    staff: Funds,
    key: UUID,
    minor: Annotated[int, Form(ge=0, le=10**15)] = 0,
    reason: Annotated[Reason, Form()] = "requested_by_customer",
    *,
    token: Annotated[str, Form(min_length=8, max_length=40)],
) -> Response:
    """Give it back: once for each time that the page was asked for, however often it is sent."""
    gift = await gift_of(staff.session, key)
    try:
        await refund(staff.session, key, Money(minor, gift.currency), reason, key=token)
    except Invalid as wrong:
        return await _page(request, staff, key, {"amount": gettext(wrong.message, **wrong.params)})
    record(staff.session, "gift.refund", member=staff.member.id, subject=key)
    return see_other(f"/o/{staff.tenant.slug}/money/gifts/{key}#back")
