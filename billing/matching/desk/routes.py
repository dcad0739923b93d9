"""A hotline's pages of its sponsors' pools: listed, promised, opened, paid in, closed."""

import secrets
from functools import partial
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from billing.campaigns.service import campaigns
from billing.giving.settings import giving_of
from billing.ledger.pages.view import cursor_of
from billing.matching import pools
from billing.matching.desk import form as forms
from billing.matching.desk.letter import letter
from billing.matching.desk.statement import lines, payments
from billing.matching.models import Pool
from billing.matching.offer import last_day
from billing.money import shown
from billing.receipts.pages.routes import pdf_answer
from infra.clock import now
from infra.errors import HarkError, Invalid
from infra.web import LANGUAGES, gettext, language, render, see_other
from infra.web.i18n import speaking
from tenants.audit import record
from tenants.members.access import Funds, Staff
from tenants.texts import say

router = APIRouter(prefix="/o/{slug}/money/matching")
Wrong = dict[str, str]


def _base(staff: Staff) -> str:
    return f"/o/{staff.tenant.slug}/money/matching"


async def _campaigns(staff: Staff, held: UUID | None = None) -> dict[UUID, str]:
    """Those that a pool may be for, and what they are called."""
    rows = await campaigns(staff.session)
    return {row.id: say(row.title, language()) for row in rows if row.state != "closed" or row.id == held}


async def _currency(staff: Staff) -> str:
    """What gifts are given in here, and so what matches them."""
    return (await giving_of(staff.session, staff.tenant)).settings.currency


@router.get("")
async def index(request: Request, staff: Funds) -> Response:
    """Every pool, and how far it has come."""
    session, named = staff.session, {row.id: say(row.title, language()) for row in await campaigns(staff.session)}
    rows = [
        (row, await pools.sponsor_of(session, row), await pools.figures(session, row), last_day(row, staff.tenant))
        for row in await pools.pools(session)
    ]
    context = {"rows": rows, "campaigns": named, "base": _base(staff), "shown": partial(shown, language=language())}
    return render(request, "matching/index.html", context | {"now": now()})


async def _form(
    request: Request, staff: Staff, row: Pool | None, form: forms.PoolForm, wrong: Wrong | None = None, saved: str = ""
) -> Response:
    """The form of a promise that hasn't been opened."""
    titles = await _campaigns(staff, row.campaign if row else None)
    context = {
        "row": row,
        "form": form,
        "wrong": wrong or {},
        "saved": saved,
        "base": _base(staff),
        "currency": row.currency if row else await _currency(staff),
        "campaigns": {str(key): title for key, title in titles.items()},
    }
    return render(request, "matching/form.html", context, status=422 if wrong else 200)


@router.get("/new")
async def blank(request: Request, staff: Funds, campaign: Annotated[str, Query(max_length=36)] = "") -> Response:
    """A new one, for a campaign where it was come from one."""
    return await _form(request, staff, None, forms.PoolForm(campaign=campaign))


@router.post("")
async def make(request: Request, staff: Funds) -> Response:
    """Keep a promise as a draft."""
    form = forms.read(await request.form())
    checked, wrong = forms.check(form, await _currency(staff), staff.tenant.zone, {*await _campaigns(staff)})
    if checked is None:
        return await _form(request, staff, None, form, wrong)
    row = Pool(sealed=b"", currency="", amount_minor=1, since=checked.since, until=checked.until)
    checked.fill(row, await pools.sealed(staff.session, checked.sponsor))
    staff.session.add(row)
    record(staff.session, "pool.make", member=staff.member.id, subject=row.id)
    return see_other(f"{_base(staff)}/{row.id}?saved=draft")


@router.get("/{key}")
async def one(
    request: Request,
    staff: Funds,
    key: UUID,
    before: Annotated[str, Query(max_length=100)] = "",
    saved: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """A draft's form; of a pool that was opened, where its money is."""
    row = await pools.pool(staff.session, key)
    if row.state == "draft":
        form = forms.as_kept(row, await pools.sponsor_of(staff.session, row), staff.tenant.zone)
        return await _form(request, staff, row, form, saved=saved)
    return await _pool(request, staff, row, before=before, saved=saved)


async def _pool(
    request: Request,
    staff: Staff,
    row: Pool,
    payment: forms.PaymentForm | None = None,
    wrong: Wrong | None = None,
    before: str = "",
    saved: str = "",
) -> Response:
    told, cursor = await lines(staff.session, row, cursor_of(before))
    titles = await _campaigns(staff, row.campaign)
    today = now().astimezone(ZoneInfo(staff.tenant.zone)).date().isoformat()
    context: dict[str, Any] = {
        "row": row,
        "sponsor": await pools.sponsor_of(staff.session, row),
        "campaign": titles.get(row.campaign, "") if row.campaign else "",
        "figures": await pools.figures(staff.session, row),
        "lines": told,
        "payments": await payments(staff.session, row),
        "older": f"?before={cursor[0].isoformat().replace('+', '%2B')}~{cursor[1]}" if cursor else "",
        "payment": payment or forms.PaymentForm(day=today, slip=secrets.token_hex(10)),
        "wrong": wrong or {},
        "saved": saved,
        "last_day": last_day(row, staff.tenant),
        "over": row.until <= now(),
        "begun": row.since <= now(),
        "base": _base(staff),
        "books": f"/o/{staff.tenant.slug}/money/books/entries",
        "tongues": {tag: LANGUAGES[tag] for tag in staff.tenant.languages if tag in LANGUAGES},
        "shown": partial(shown, language=language()),
    }
    return render(request, "matching/pool.html", context, status=422 if wrong else 200)


@router.post("/{key}")
async def save(request: Request, staff: Funds, key: UUID) -> Response:
    """Change a draft; what was opened stands as it was promised."""
    row, form = await pools.pool(staff.session, key, lock=True), forms.read(await request.form())
    pools.still_draft(row)
    keys = {*await _campaigns(staff, row.campaign)}
    checked, wrong = forms.check(form, await _currency(staff), staff.tenant.zone, keys)
    if checked is None:
        return await _form(request, staff, row, form, wrong)
    checked.fill(row, await pools.sealed(staff.session, checked.sponsor))
    staff.session.add(row)
    record(staff.session, "pool.change", member=staff.member.id, subject=key)
    return see_other(f"{_base(staff)}/{key}?saved=draft")


@router.post("/{key}/opening")
async def open_one(request: Request, staff: Funds, key: UUID) -> Response:
    """Let it match gifts from now on."""
    try:
        await pools.open_pool(staff.session, key)
    except Invalid as error:
        row = await pools.pool(staff.session, key)
        form = forms.as_kept(row, await pools.sponsor_of(staff.session, row), staff.tenant.zone)
        return await _form(request, staff, row, form, {error.field or "until": gettext(error.message)})
    record(staff.session, "pool.open", member=staff.member.id, subject=key)
    return see_other(f"{_base(staff)}/{key}?saved=open")


@router.post("/{key}/removal")
async def remove(staff: Funds, key: UUID) -> Response:
    """Take a draft away."""
    await pools.discard(staff.session, key)
    record(staff.session, "pool.discard", member=staff.member.id, subject=key)
    return see_other(_base(staff))


@router.post("/{key}/payments")
async def paid_in(request: Request, staff: Funds, key: UUID) -> Response:
    """Note what the sponsor has paid in."""
    return await _paid(request, staff, key, back=False)


@router.post("/{key}/repayments")
async def paid_back(request: Request, staff: Funds, key: UUID) -> Response:
    """Note what went back to them."""
    return await _paid(request, staff, key, back=True)


async def _paid(request: Request, staff: Staff, key: UUID, *, back: bool) -> Response:
    row, form = await pools.pool(staff.session, key, lock=True), forms.read_payment(await request.form())
    paid, wrong = forms.check_payment(form, row.currency, staff.tenant.zone)
    if paid is None:
        return await _pool(request, staff, row, form, wrong)
    book = pools.pay_back if back else pools.pay_in
    try:
        await book(staff.session, key, paid.money, account=paid.account, at=paid.at, ref=form.slip)
    except HarkError as error:
        return await _pool(request, staff, row, form, {"amount": gettext(error.message, **error.params)})
    record(staff.session, "pool.payback" if back else "pool.payment", member=staff.member.id, subject=key)
    return see_other(f"{_base(staff)}/{key}?saved=paid")


@router.post("/{key}/payments/{pool_payment}/removal")
async def take_back(staff: Funds, key: UUID, pool_payment: UUID) -> Response:
    """Take back a payment that was entered by mistake."""
    await pools.take_back(staff.session, key, pool_payment)
    record(staff.session, "pool.undo", member=staff.member.id, subject=key)
    return see_other(f"{_base(staff)}/{key}?saved=undone")


@router.post("/{key}/closing")
async def close(staff: Funds, key: UUID, rest: Annotated[str, Form(pattern="^(returns|stays)$")]) -> Response:
    """Let it match nothing more; what is left goes where the sponsor wants it."""
    await pools.close_pool(staff.session, key, rest)
    record(staff.session, "pool.close", member=staff.member.id, subject=key)
    return see_other(f"{_base(staff)}/{key}?saved=closed")


@router.get("/{key}/letter.pdf")
async def sponsors_letter(staff: Funds, key: UUID, lang: Annotated[str, Query(max_length=20)] = "") -> Response:
    """What the pool has done, for its sponsor."""
    row = await pools.pool(staff.session, key)
    pools.was_opened(row)
    with speaking(lang if lang in LANGUAGES else language()):
        return pdf_answer(await letter(staff.session, staff.tenant, row), f"matching-{now():%Y-%m-%d}")
