"""The platform's own books, for its operators: the same pages in its own scope, where no hotline's row is."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from billing.ledger.pages.reader import Reader, table
from billing.ledger.pages.routes import Currency
from infra.database import unit_of_work
from infra.scope import PLATFORM, tenant_scope
from tenants.members.access import PlatformOperator

router = APIRouter(prefix="/platform/books")


async def _reader(_allowed: PlatformOperator) -> AsyncIterator[Reader]:
    with tenant_scope(PLATFORM):
        async with unit_of_work() as session:
            yield Reader(session, "/platform/books", "UTC", "review/platform.html", "/platform", "en")


Operator = Annotated[Reader, Depends(_reader, scope="function")]


@router.get("")
async def trial(request: Request, reader: Operator, until: Annotated[date | None, Query()] = None) -> Response:
    """The platform's trial balance, now or at the end of a day in UTC."""
    return await reader.trial(request, until, published=None, may_publish=False)


@router.get("/journal.csv")
async def export(_reader: Operator) -> Response:
    """Every posting, for a spreadsheet."""
    return table("platform")


@router.get("/accounts/{code}/{currency}")
async def account_page(
    request: Request,
    reader: Operator,
    code: str,
    currency: Currency,
    month: Annotated[str, Query(max_length=7)] = "",
    after: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """An account in one month."""
    return await reader.account(request, code, currency, month, after)


@router.get("/entries/{key}")
async def entry_page(request: Request, reader: Operator, key: UUID) -> Response:
    """An entry with its postings."""
    return await reader.entry(request, key)
