"""The pages on which gifts that came another way are entered, put right and taken back."""

from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from billing.campaigns.service import campaigns
from billing.giving.desk.kept import CURRENCIES, plain
from billing.giving.settings import giving_of
from billing.ledger.pages.words import day_words
from billing.money import Money, shown
from billing.offline import service
from billing.offline.facts import facts_of
from billing.offline.form import OfflineForm, check, read
from billing.offline.models import OfflineGift
from billing.receipts.service import receipt_of_gift
from infra.clock import now
from infra.errors import HarkError, Invalid
from infra.ids import new_id
from infra.web import LANGUAGES, gettext, language, render, see_other
from tenants.audit import record
from tenants.members.access import Funds, Staff
from tenants.texts import say

router = APIRouter(prefix="/o/{slug}/money/offline")


def _base(staff: Staff) -> str:
    return f"/o/{staff.tenant.slug}/money/offline"


async def _choices(staff: Staff, form: OfflineForm) -> dict[str, Any]:
    """What can be chosen in the form."""
    giving = await giving_of(staff.session, staff.tenant)
    form.currency = form.currency or giving.settings.currency
    codes = sorted({*CURRENCIES, giving.settings.currency, form.currency})
    rows = await campaigns(staff.session)
    return {
        "form": form,
        "currencies": {code: code for code in codes},
        "campaigns": {row.id: say(row.title, language(), staff.tenant.languages[0]) for row in rows},
        "tongues": {tag: LANGUAGES[tag] for tag in staff.tenant.languages if tag in LANGUAGES} or {"en": "English"},
        "today": now().astimezone(ZoneInfo(staff.tenant.zone)).date(),
        "base": _base(staff),
    }


@router.get("")
async def index(request: Request, staff: Funds, before: UUID | None = None) -> Response:
    """What was entered by hand, the latest first."""
    rows, older = await service.listed(staff.session, before)
    names = {row.id: say(row.title, language(), staff.tenant.languages[0]) for row in await campaigns(staff.session)}
    context = {
        "listed": [(row, await facts_of(staff.session, row.sealed), _worth(row)) for row in rows],
        "campaigns": names,
        "day": day_words,
        "older": f"?before={older}" if older else "",
        "first": before is None,
        "base": _base(staff),
    }
    if rows:
        record(staff.session, "gift.list", member=staff.member.id)
    return render(request, "offline/index.html", context)


@router.get("/new")
async def new(request: Request, staff: Funds) -> Response:
    """An empty form; its ticket makes one gift of it, however often it is sent."""
    today = now().astimezone(ZoneInfo(staff.tenant.zone)).date()
    form = OfflineForm(given_on=today.isoformat(), language=language())
    context = await _choices(staff, form)
    return render(request, "offline/new.html", context | {"ticket": str(new_id()), "wrong": {}})


@router.post("")
async def enter(request: Request, staff: Funds) -> Response:
    """Enter it: a gift, its entry in the books, its receipt."""
    sent = await request.form()
    form = read(sent)
    context = await _choices(staff, form)
    given, wrong = check(form, context["today"], context["campaigns"], list(context["tongues"]))
    try:
        ticket = str(UUID(str(sent.get("ticket"))))
    except ValueError:
        given, ticket = None, str(new_id())
        wrong["amount"] = wrong.get("amount") or gettext("This page was broken. It is mended: send it once more.")
    if given is None:
        return render(request, "offline/new.html", context | {"ticket": ticket, "wrong": wrong}, status=422)
    row, fresh = await service.enter(staff.session, staff.tenant, given, ticket=ticket, by=staff.member.id)
    if fresh:
        record(staff.session, "offline.enter", member=staff.member.id, subject=row.id)
    return see_other(f"{_base(staff)}/{row.id}?told={'entered' if fresh else 'twice'}")


@router.get("/{key}")
async def one(request: Request, staff: Funds, key: UUID, told: str = "") -> Response:
    """A gift that was entered by hand, and what can be done about it."""
    row = await service.entered(staff.session, key)
    record(staff.session, "gift.read", member=staff.member.id, subject=key)
    return await _page(request, staff, row, told=told)


async def _page(
    request: Request,
    staff: Staff,
    row: OfflineGift,
    form: OfflineForm | None = None,
    wrong: dict[str, str] | None = None,
    *,
    told: str = "",
    status: int = 200,
) -> Response:
    facts = await facts_of(staff.session, row.sealed)
    if form is None:
        form = OfflineForm(
            kind=row.kind,
            amount=plain(row.minor, row.currency),
            currency=row.currency,
            given_on=row.given_on.isoformat(),
            old=True,
            campaign=str(row.campaign or ""),
            language=row.language,
            receipt=row.receipt,
            said={name: getattr(facts, name) for name in facts.__slots__} | {"why": ""},
        )
    context = await _choices(staff, form) | {
        "row": row,
        "facts": facts,
        "amount": _worth(row),
        "slip": await receipt_of_gift(staff.session, row.id),
        "wrong": wrong or {},
        "told": told,
        "day": day_words,
    }
    return render(request, "offline/gift.html", context, status=status)


@router.post("/{key}/correction")
async def correct(request: Request, staff: Funds, key: UUID) -> Response:
    """Put it right, with a reason."""
    row, form = await service.entered(staff.session, key), read(await request.form())
    context = await _choices(staff, form)
    given, wrong = check(form, context["today"], context["campaigns"], list(context["tongues"]))
    if not form.said["why"]:
        given, wrong["why"] = None, gettext("Say why, for whoever looks at the books later.")
    if given is None:
        return await _page(request, staff, row, form, wrong, status=422)
    stands, another = await service.correct(staff.session, staff.tenant, key, given, by=staff.member.id)
    record(staff.session, "offline.correct", member=staff.member.id, subject=key)
    return see_other(f"{_base(staff)}/{stands.id}?told={'anew' if another else 'corrected'}")


@router.post("/{key}/removal")
async def take_back(
    request: Request, staff: Funds, key: UUID, why: Annotated[str, Form(max_length=300)] = ""
) -> Response:
    """Take it back, with a reason."""
    try:
        row = await service.take_back(staff.session, key, why)
    except Invalid as error:
        return await _refused(request, staff, key, error)
    record(staff.session, "offline.remove", member=staff.member.id, subject=row.id)
    return see_other(f"{_base(staff)}/{key}?told=removed")


async def _refused(request: Request, staff: Staff, key: UUID, error: HarkError) -> Response:
    row = await service.entered(staff.session, key)
    said = {error.field or "why": gettext(error.message, **error.params)}
    return await _page(request, staff, row, wrong=said, status=error.status)


def _worth(row: OfflineGift) -> str:
    return shown(Money(row.minor, row.currency), language())
