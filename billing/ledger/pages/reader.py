"""The pages of one set of books, for whoever may read it: trial balance, account, entry with its postings."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from sqlmodel import col, select

from billing.ledger.balances import statement, trial_balance
from billing.ledger.chart import account as account_of
from billing.ledger.digest.leaves import leaf_of_entry
from billing.ledger.models import LedgerDay, LedgerEntry
from billing.ledger.pages import journal, view
from billing.ledger.pages.words import account_words, kind_words, line_of
from billing.ledger.service import entry_of, postings_of
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.errors import NotFound
from infra.scope import current_tenant, tenant_scope
from infra.web import render

LINES = 100


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads the books of the tenant in scope, at `base`; `shell` is the template around the pages, `back`
    where one came from, `first_language` the one in which names are written at least."""

    session: Session
    base: str
    zone: str
    shell: str
    back: str
    first_language: str

    def _told(self, context: dict[str, Any]) -> dict[str, Any]:
        return context | {"base": self.base, "zone": self.zone, "shell": self.shell, "back": self.back}

    async def trial(self, request: Request, until: date | None, **more: Any) -> Response:
        """The trial balance, now or at the end of a day in the zone."""
        end = datetime.combine(until + timedelta(days=1), time(), ZoneInfo(self.zone)) if until else None
        last = select(LedgerDay).order_by(col(LedgerDay.day).desc()).limit(1)
        context = {
            "currencies": view.trial_groups(await trial_balance(self.session, at=end)),
            "until": until,
            "last": (await self.session.exec(last)).one_or_none(),
        }
        return render(request, "ledger/books.html", self._told(context | more))

    async def account(self, request: Request, code: str, currency: str, month: str, after: str) -> Response:
        """An account in one month. Raises NotFound for one that the chart doesn't have, Invalid for no month."""
        try:
            account_of(code)
        except ValueError as error:
            raise NotFound from error
        first = view.month_of(month, self.zone, now())
        since, until = view.bounds(first, self.zone)
        found = await statement(
            self.session, code, currency, since=since, until=until, after=view.cursor_of(after), limit=LINES
        )
        here = f"{self.base}/accounts/{code}/{currency}"
        context = view.statement_lines(found) | {
            "words": account_words(code),
            "currency": currency,
            "month": view.month_words(first),
            "here_address": f"{here}?month={first:%Y-%m}",
            "earlier": f"{here}?month={first - timedelta(days=1):%Y-%m}",
            "later": f"{here}?month={until:%Y-%m}" if until <= now() else "",
            "first_page": not after,
        }
        return render(request, "ledger/account.html", self._told(context))

    async def entry(self, request: Request, key: UUID, checked: str = "") -> Response:
        """An entry with its postings, its reversal, and where it is in the digest; `checked` is where donors check."""
        row = await entry_of(self.session, key)
        postings = await postings_of(self.session, key)
        leaf = await leaf_of_entry(self.session, key)
        booked_on = row.booked_at.astimezone(UTC).date()
        closed = select(LedgerDay).where(LedgerDay.day == booked_on)
        back = select(LedgerEntry.id).where(LedgerEntry.reverses == key)
        campaigns = {posting.campaign for posting in postings if posting.campaign}
        context = {
            "entry": row,
            "words": kind_words(row.kind),
            "lines": [line_of(posting) for posting in postings],
            "gifts": sorted({posting.gift for posting in postings if posting.gift}) if checked else [],
            "checked": checked,
            "campaigns": await view.campaign_names(self.session, self.first_language, campaigns),
            "reversed_by": (await self.session.exec(back)).first(),
            "leaf": leaf.hash.hex() if leaf else "",
            "booked_on": booked_on,
            "closed": (await self.session.exec(closed)).one_or_none(),
        }
        return render(request, "ledger/entry.html", self._told(context))


def table(name: str) -> Response:
    """Every posting of the tenant in scope, for a spreadsheet; `name` is whose books they are."""
    headers = {"content-disposition": f'attachment; filename="{name}-journal-{now():%Y-%m-%d}.csv"'}
    return StreamingResponse(_pages(current_tenant()), headers=headers, media_type="text/csv; charset=utf-8")


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
