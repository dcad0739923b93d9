"""The journal as CSV, a line for each posting: for the accountant, and for the export of a hotline that closes."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from billing.ledger.chart import account
from billing.ledger.models import LedgerEntry, LedgerPosting
from billing.money import digits
from infra.database import Session
from infra.prepared import table

_ENTRY, _POSTING = table(LedgerEntry), table(LedgerPosting)  # bare rows: a session would keep all it has read
PAGE = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With the wide forms of the first four, which spreadsheets in East Asia take for the same."""
HEAD = (
    "at", "booked_at", "kind", "ref", "account", "account_name", "debit", "credit", "currency", "minor_units",
    "campaign", "gift", "pool", "note", "entry", "reverses",
)  # fmt: skip

Cursor = tuple[datetime, UUID]


def head() -> str:
    """The first line, after a byte order mark for spreadsheets."""
    return "\ufeff" + ",".join(HEAD) + "\r\n"


async def page(session: Session, after: Cursor | None) -> tuple[str, Cursor | None]:
    """The lines of the next so many entries, in the order in which they happened, and the cursor for the page after;
    None at the end."""
    found = select(_ENTRY).order_by(_ENTRY.c.at, _ENTRY.c.id).limit(PAGE)
    if after is not None:
        found = found.where(tuple_(_ENTRY.c.at, _ENTRY.c.id) > tuple_(*after))
    entries = (await session.execute(found)).all()
    of = select(_POSTING).where(_POSTING.c.entry_id.in_([entry.id for entry in entries]))
    postings: dict[UUID, list[Any]] = {}
    for posting in await session.execute(of.order_by(_POSTING.c.id)):
        postings.setdefault(posting.entry_id, []).append(posting)
    made = io.StringIO()
    writer = csv.writer(made)
    for entry in entries:
        writer.writerows(_line(entry, posting) for posting in postings[entry.id])
    return made.getvalue(), (entries[-1].at, entries[-1].id) if len(entries) == PAGE else None


async def journal(session: Session) -> AsyncIterator[str]:
    """The whole journal of the tenant in scope, a page at a time."""
    yield head()
    after: Cursor | None = None
    while True:
        lines, after = await page(session, after)
        yield lines
        if after is None:
            return


def _line(entry: Any, posting: Any) -> list[str]:
    amount = str(Decimal(abs(posting.minor)).scaleb(-digits(posting.currency)))
    return [
        entry.at.isoformat(), entry.booked_at.isoformat(), _cell(entry.kind), _cell(entry.ref),
        posting.account, account(posting.account).words,
        amount if posting.minor > 0 else "", amount if posting.minor < 0 else "", posting.currency, str(posting.minor),
        *(str(key or "") for key in (posting.campaign, posting.gift, posting.pool)),
        _cell(entry.note), str(entry.id), str(entry.reverses or ""),
    ]  # fmt: skip


def _cell(words: str) -> str:
    """A text that a spreadsheet would take for a formula is marked as text."""
    return f"'{words}" if words.startswith(FORMULA) else words
