"""Tables for spreadsheets: CSV that says what it holds, runs no formula and is written page by page."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from fastapi.responses import StreamingResponse

from billing.money import Money, digits
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.scope import current_tenant, tenant_scope

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With the wide forms of the first four, which spreadsheets in East Asia take for the same."""

Cursor = tuple[datetime, UUID]
Page = Callable[[Session, Cursor | None], Awaitable[tuple[Iterable[Sequence[str]], Cursor | None]]]
"""Gives the lines behind a cursor (None: from the beginning) and the next cursor, None at the end."""


def cell(words: str) -> str:
    """A text that a spreadsheet would take for a formula is marked as text."""
    return f"'{words}" if words.lstrip(" \n").startswith(FORMULA) else words


def amount(money: Money | None) -> str:
    """Digits and a point, "" for none."""
    return "" if money is None else str(Decimal(money.minor).scaleb(-digits(money.currency)))


def written(lines: Iterable[Sequence[str]]) -> str:
    """Lines as CSV."""
    made = io.StringIO()
    csv.writer(made).writerows(lines)
    return made.getvalue()


def streamed(name: str, head: Sequence[str], page: Page) -> StreamingResponse:
    """The table of the hotline in scope as an answer; `name` is the file's, without its day and ending. Each page is
    read in a unit of work of its own: the route's is over before the first line leaves."""
    headers = {
        "content-disposition": f'attachment; filename="{name}-{now():%Y-%m-%d}.csv"',
        "cache-control": "private, no-store",
    }
    return StreamingResponse(
        _lines(current_tenant(), head, page), headers=headers, media_type="text/csv; charset=utf-8"
    )


async def _lines(tenant: UUID, head: Sequence[str], page: Page) -> AsyncIterator[str]:
    yield "\ufeff" + written([head])
    after: Cursor | None = None
    while True:
        with tenant_scope(tenant):
            async with unit_of_work() as session:
                lines, after = await page(session, after)
                said = written(lines)
        yield said
        if after is None:
            return


def read_cursor(text: str) -> Cursor | None:
    """The cursor in an address; None where there is none, or something else."""
    at, _sign, key = text.partition("~")
    try:
        moment, row = datetime.fromisoformat(at), UUID(key)
    except ValueError:
        return None
    return (moment, row) if moment.tzinfo else None


def write_cursor(cursor: Cursor | None) -> str:
    """A cursor as an address takes it, "" for none."""
    return f"{cursor[0].isoformat()}~{cursor[1]}".replace("+", "%2B") if cursor else ""
