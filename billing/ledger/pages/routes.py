"""The books as a hotline's own people see them, from the trial balance down to a posting."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from fastapi import Path as PathParam
from fastapi.responses import Response, StreamingResponse
from sqlmodel import col, select

from billing.ledger.balances import statement, trial_balance
from billing.ledger.chart import account as account_of
from billing.ledger.digest.leaves import leaf_of_entry
from billing.ledger.digest.proofs import wanted
from billing.ledger.models import LedgerDay, LedgerEntry
from billing.ledger.pages import journal, view
from billing.ledger.pages.words import account_words, kind_words, line_of
from billing.ledger.service import entry_of, postings_of
from infra.clock import now
from infra.database import unit_of_work
from infra.errors import NotFound
from infra.scope import tenant_scope
from infra.web import render, see_other
from tenants.audit import record
from tenants.members.access import LEADS, Leads, Staff, staff
from tenants.profile.service import profile

router = APIRouter(prefix="/o/{slug}/money/books")
Inspects = Annotated[Staff, staff(*LEADS, "auditor")]
LINES = 100


@router.get("")
async def trial(request: Request, staff: Inspects, until: Annotated[date | None, Query()] = None) -> Response:
    """The trial balance, now or at the end of a day in the hotline's zone; and how the books are published."""
    zone, day = ZoneInfo(staff.tenant.zone), until or now().date()
    end = datetime.combine(day + timedelta(days=1), time(), zone) if until else None
    last = select(LedgerDay).order_by(col(LedgerDay.day).desc()).limit(1)
    context = {
        "currencies": view.trial_groups(await trial_balance(staff.session, at=end)),
        "until": until,
        "last": (await staff.session.exec(last)).one_or_none(),
        "published": wanted(await profile(staff.session)),
        "may_publish": staff.may(*LEADS),
    }
    return render(request, "ledger/books.html", context)


@router.post("/publication")
async def publish(staff: Leads, published: Annotated[str, Form()] = "") -> Response:
    """Show the public page of the books, or take it away."""
    row = await profile(staff.session)
    row.defaults = {**row.defaults, "books_page": published == "yes"}
    record(staff.session, "books.publish" if published == "yes" else "books.hide", member=staff.member.id)
    return see_other(f"/o/{staff.tenant.slug}/money/books")


@router.get("/journal.csv")
async def export(staff: Inspects) -> Response:
    """Every posting, for a spreadsheet."""
    name = f"{staff.tenant.slug}-journal-{now():%Y-%m-%d}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    record(staff.session, "books.export", member=staff.member.id)
    return StreamingResponse(_pages(staff.tenant.id), headers=headers, media_type="text/csv; charset=utf-8")


async def _pages(tenant: UUID) -> AsyncIterator[str]:
    """Each page in a unit of work of its own: the route's is over before the first line leaves."""
    yield journal.head()
    after: journal.Cursor | None = None
    while True:
        with tenant_scope(tenant):
            async with unit_of_work() as session:
                lines, after = await journal.page(session, after)
        yield lines
        if after is None:
            return


@router.get("/accounts/{code}/{currency}")
async def account_page(
    request: Request,
    staff: Inspects,
    code: str,
    currency: Annotated[str, PathParam(pattern="^[A-Z]{3}$")],
    month: Annotated[str, Query(max_length=7)] = "",
    after: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """An account in one month: what there was, each posting, what there is."""
    try:
        account_of(code)
    except ValueError as error:
        raise NotFound from error
    zone = staff.tenant.zone
    first = view.month_of(month, zone, now())
    since, until = view.bounds(first, zone)
    found = await statement(
        staff.session, code, currency, since=since, until=until, after=view.cursor_of(after), limit=LINES
    )
    here = f"/o/{staff.tenant.slug}/money/books/accounts/{code}/{currency}"
    context = view.statement_lines(found) | {
        "words": account_words(code),
        "currency": currency,
        "month": view.month_words(first),
        "here_address": f"{here}?month={first:%Y-%m}",
        "earlier": f"{here}?month={first - timedelta(days=1):%Y-%m}",
        "later": f"{here}?month={until:%Y-%m}" if until <= now() else "",
        "first_page": not after,
    }
    return render(request, "ledger/account.html", context)


@router.get("/entries/{key}")
async def entry_page(request: Request, staff: Inspects, key: UUID) -> Response:
    """An entry with its postings, its reversal, and where it is in the digest."""
    row = await entry_of(staff.session, key)
    postings = await postings_of(staff.session, key)
    leaf = await leaf_of_entry(staff.session, key)
    booked_on = row.booked_at.astimezone(UTC).date()
    closed = (await staff.session.exec(select(LedgerDay).where(LedgerDay.day == booked_on))).one_or_none()
    campaigns = {posting.campaign for posting in postings if posting.campaign}
    context = {
        "entry": row,
        "words": kind_words(row.kind),
        "lines": [line_of(posting) for posting in postings],
        "gifts": sorted({posting.gift for posting in postings if posting.gift}),
        "campaigns": await view.campaign_names(staff.session, staff.tenant, campaigns),
        "reversed_by": (await staff.session.exec(select(LedgerEntry.id).where(LedgerEntry.reverses == key))).first(),
        "leaf": leaf.hash.hex() if leaf else "",
        "booked_on": booked_on,
        "closed": closed,
    }
    return render(request, "ledger/entry.html", context)
