"""A hotline's books as its own people see them, from the trial balance down to a posting."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi import Path as PathParam
from fastapi.responses import Response

from billing.ledger.digest.proofs import wanted
from billing.ledger.pages.reader import Reader, table
from infra.web import see_other
from tenants.audit import record
from tenants.members.access import FUNDS, Funds, Staff, staff
from tenants.profile.service import profile

router = APIRouter(prefix="/o/{slug}/money/books")
Inspects = Annotated[Staff, staff(*FUNDS, "auditor")]
Currency = Annotated[str, PathParam(pattern="^[A-Z]{3}$")]


def _reader(staff: Staff) -> Reader:
    at = f"/o/{staff.tenant.slug}/money"
    return Reader(staff.session, f"{at}/books", staff.tenant.zone, "staff.html", at, staff.tenant.languages[0])


@router.get("")
async def trial(request: Request, staff: Inspects, until: Annotated[date | None, Query()] = None) -> Response:
    """The trial balance, now or at the end of a day in the hotline's zone; and how the books are published."""
    published = wanted(await profile(staff.session))
    return await _reader(staff).trial(request, until, published=published, may_publish=staff.may(*FUNDS))


@router.post("/publication")
async def publish(staff: Funds, published: Annotated[str, Form()] = "") -> Response:
    """Show the public page of the books, or take it away."""
    row = await profile(staff.session)
    row.defaults = {**row.defaults, "books_page": published == "yes"}
    record(staff.session, "books.publish" if published == "yes" else "books.hide", member=staff.member.id)
    return see_other(f"/o/{staff.tenant.slug}/money/books")


@router.get("/journal.csv")
async def export(staff: Inspects) -> Response:
    """Every posting, for a spreadsheet."""
    record(staff.session, "books.export", member=staff.member.id)
    return table(staff.tenant.slug)


@router.get("/accounts/{code}/{currency}")
async def account_page(
    request: Request,
    staff: Inspects,
    code: str,
    currency: Currency,
    month: Annotated[str, Query(max_length=7)] = "",
    after: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """An account in one month: what there was, each posting, what there is."""
    return await _reader(staff).account(request, code, currency, month, after)


@router.get("/entries/{key}")
async def entry_page(request: Request, staff: Inspects, key: UUID) -> Response:
    """An entry with its postings, its reversal, and where it is in the digest."""
    return await _reader(staff).entry(request, key, checked=f"/h/{staff.tenant.slug}/books/gifts")
