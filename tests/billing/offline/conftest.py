"""A hotline of its own for each file, with a campaign, and its owner's browser."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from billing.campaigns.models import Campaign
from billing.ledger import balance
from hark.i18n import LOCALE
from infra.database import unit_of_work
from infra.scope import tenant_scope
from infra.web import i18n
from tests.conftest import Browser
from tests.world import Hotline, Person, open_hotline


@dataclass
class Desk:
    """The hotline, its owner's browser, its campaign."""

    hotline: Hotline
    owner: Person
    client: httpx.AsyncClient
    campaign: UUID

    @property
    def base(self) -> str:
        """Where its money is looked after."""
        return f"/o/{self.hotline.slug}/money"

    async def given(self, account: str = "gifts", currency: str = "EUR", **of: Any) -> int:
        """What is on an account of its books."""
        with tenant_scope(self.hotline.tenant):
            async with unit_of_work() as session:
                return await balance(session, account, currency, **of)

    async def read(self, ask: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> Any:
        """What a service answers in the hotline."""
        with tenant_scope(self.hotline.tenant):
            async with unit_of_work() as session:
                return await ask(session, *args, **more)


@pytest.fixture(scope="session", autouse=True)
def translated() -> None:
    """Receipts are read in the languages that the app and the worker know."""
    i18n.load(LOCALE)


@pytest.fixture(scope="module")
async def opened(ground: None, request: pytest.FixtureRequest) -> tuple[Hotline, Person, UUID]:
    """A hotline with its owner and a campaign in euros."""
    place = request.module.__name__.rpartition("_")[2]
    hotline, owner = await open_hotline(f"till-{place}@example.org", "rainbow", f"Line of {place}", "Olive")
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            row = Campaign(
                slug="night", state="open", title={"en": "A second line"}, currency="EUR", goal_minor=100_000
            )
            session.add(row)
    return hotline, owner, row.id


@pytest.fixture
async def desk(opened: tuple[Hotline, Person, UUID], browser: Browser) -> Desk:
    """The desk of this file's hotline."""
    hotline, owner, campaign = opened
    return Desk(hotline, owner, await browser(owner.account), campaign)
