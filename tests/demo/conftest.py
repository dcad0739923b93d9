"""The five example hotlines with five days behind them, filled once for all tests of a run."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from hark.demo.fill import fill
from hark.demo.invented.cast import Hotline, hotlines
from hark.demo.remove import remove
from hark.i18n import LOCALE
from infra.clock import now
from infra.database import unit_of_work
from infra.scope import tenant_scope
from infra.web import i18n
from tenants.directory.models import Tenant
from tenants.members.service import account_by_email
from tenants.rosters.hours import Calendar, next_opening, on_shift
from tenants.rosters.models import CalendarRow, Shift

DAYS = 5


def quiet(line: str) -> None:
    """Says nothing."""


@dataclass(frozen=True)
class Example:
    """One example hotline and its tenant."""

    told: Hotline
    tenant: Tenant

    @property
    def at(self) -> str:
        """Where its staff's pages are."""
        return f"/o/{self.tenant.slug}"

    async def account(self, role: str) -> UUID:
        """The account of the first of this role."""
        person = next(person for person in self.told.people if person.role == role)
        async with unit_of_work() as session:
            account = await account_by_email(session, person.email)
        assert account is not None
        return account.id

    async def staffed_moment(self) -> datetime:
        """The next moment at which it is open and two or more are on shift."""
        with tenant_scope(self.tenant.id):
            async with unit_of_work() as session:
                calendar = Calendar.model_validate((await session.exec(select(CalendarRow.document))).first())
                shifts = [shift for shift in await session.exec(select(Shift)) if shift.member_id]
        at = now()
        while True:
            at = (next_opening(calendar, at) or at) + timedelta(minutes=20)
            if len({shift.member_id for shift in on_shift(calendar.zone, shifts, at)}) > 1:
                return at


@pytest.fixture(scope="package")
async def filled(ground: None) -> AsyncIterator[dict[str, Example]]:
    """Each example by its kind."""
    i18n.load(LOCALE)
    tenants = await fill(quiet, DAYS)
    yield {tenant.kind: Example(hotlines()[tenant.kind], tenant) for tenant in tenants}
    await remove(quiet)
