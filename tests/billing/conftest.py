"""The simulated payment processor as the tests of payments reach it: over a real socket, with its troubles."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import stripe
import uvicorn
from sqlmodel import col, select

from billing.processor.access import api_key, webhook_secret
from billing.simulated.api import accounts
from billing.simulated.jobs import NotTaken, send
from billing.simulated.models import SimulatedDelivery
from billing.simulated.paying import charging, disputing, refunding
from billing.simulated.service import PATH
from billing.simulated.till import Till
from billing.simulated.till.faults import set_faults
from infra.database import unit_of_work
from infra.scope import no_scope
from infra.settings import settings

Data = dict[str, Any]


@dataclass
class Simulated:
    """The simulated processor. `account` is a connected account's id, "" the platform's own."""

    url: str
    app: Any

    def client(self, account: str | None = None, **more: Any) -> stripe.StripeClient:
        """The SDK's own client, pointed here; it acts for `account` unless a request says otherwise."""
        return stripe.StripeClient(
            api_key(),
            stripe_account=account,
            base_addresses={"api": self.url, "connect": self.url, "files": self.url, "meter_events": self.url},
            http_client=stripe.HTTPXClient(timeout=20, allow_sync_methods=False),
            **{"max_network_retries": 0, **more},
        )

    def secret(self, *, connect: bool) -> str:
        """What events to the house's own addresses are signed with."""
        return webhook_secret(connect=connect)

    async def connected(self, name: str = "Dawn line", country: str = "HK", **said: Any) -> str:
        """A connected account that has been through onboarding and may be paid; its id."""
        made = await self.client().v1.accounts.create_async(
            {"country": country, "controller": {"fees": {"payer": "account"}}, **said}
        )
        async with self.till() as till:
            await accounts.onboard(till, made.id, {"name": name, "bank": "000123456789"}, complete=True)
        return made.id

    def till(self, account: str = "") -> "Opened":
        """The account's objects in a transaction of their own: `async with simulated.till(account) as till`."""
        return Opened(account)

    async def pay(self, address: str, *, card: str = "4242424242424242", **typed: str) -> httpx.Response:
        """Do what a donor does on a hosted page: fill it in and send it. The answer isn't followed."""
        form = {"method": "card", "number": card, "expiry": "12 / 34", "cvc": "123", "name": "A donor",
                "email": "donor@example.org", **typed}  # fmt: skip
        async with self.browser() as browser:
            return await browser.post(address, data=form)

    def browser(self) -> httpx.AsyncClient:
        """A visitor's browser, which reaches the app under its public address."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False), base_url=settings().base_url
        )

    async def deliver(self, *, tries: int = 1) -> list[int | None]:
        """Tell every event that is owed, in the order in which it is due, `tries` times where it isn't taken; what
        was answered. Delays are waited for by nobody."""
        answered: list[int | None] = []
        async with self.browser() as browser:
            for _ in range(tries):
                for key in await self.owed():
                    answered.append(await self._tell(key, browser))
        return answered

    async def _tell(self, key: Any, browser: httpx.AsyncClient) -> int | None:
        with no_scope():
            async with unit_of_work() as session:
                try:
                    return await send(session, key, browser)
                except NotTaken:
                    return (await session.get_one(SimulatedDelivery, key)).answered

    async def owed(self) -> list[Any]:
        """The ids of deliveries that are owed still, as they are due."""
        wanted = select(SimulatedDelivery.id).where(
            col(SimulatedDelivery.delivered_at).is_(None), ~col(SimulatedDelivery.dropped)
        )
        with no_scope():
            async with unit_of_work() as session:
                return list((await session.exec(wanted.order_by(col(SimulatedDelivery.due_at)))).all())

    async def faults(self, **wanted: Any) -> None:
        """Switch troubles on: shuffle, double, delay (seconds), drop, refuse, lose (in a hundred); others are off."""
        async with self.till() as till:
            await set_faults(till, **wanted)

    async def settle(self, account: str, intent: str, *, ok: bool = True) -> None:
        """Let a payment that is on its way arrive, or not."""
        async with self.till(account) as till:
            await charging.settle(till, await till.find("payment_intent", intent), ok=ok)

    async def dispute(self, account: str, charge: str, reason: str = "fraudulent") -> str:
        """Let the payer's bank dispute a charge; the dispute's id."""
        async with self.till(account) as till:
            return str((await disputing.dispute(till, await till.find("charge", charge), reason))["id"])

    async def decide(self, account: str, dispute: str, *, won: bool) -> None:
        """Let the bank decide a dispute."""
        async with self.till(account) as till:
            await disputing.decide(till, await till.find("dispute", dispute), won=won)

    async def ripen(self, account: str) -> None:
        """Let everything that is pending be available, as if days had passed."""
        async with self.till(account) as till:
            for one in await till.all("balance_transaction", status="pending"):
                await till.change(one, status="available", available_on=till.now())

    async def pay_out(self, account: str, *, arrive: bool = True) -> list[str]:
        """The account's daily payout of all that is available; the payouts' ids."""
        async with self.till(account) as till:
            made = await refunding.pay_out_all(till)
            for one in made if arrive else ():
                await refunding.arrive(till, one)
            return [str(one["id"]) for one in made]


class Opened:
    """An account's till for as long as a block lasts."""

    def __init__(self, account: str) -> None:
        self.account = account

    async def __aenter__(self) -> Till:
        self._scope = no_scope()
        self._scope.__enter__()
        self._work = unit_of_work()
        till = Till(await self._work.__aenter__(), self.account)
        await till.alone()
        return till

    async def __aexit__(self, *raised: Any) -> None:
        await self._work.__aexit__(*raised)
        self._scope.__exit__(None, None, None)


@contextmanager
def _pointed(url: str) -> Iterator[None]:
    before = os.environ.get("HARK_STRIPE_API")
    os.environ["HARK_STRIPE_API"] = url
    settings.cache_clear()
    yield
    if before is None:
        del os.environ["HARK_STRIPE_API"]
    else:
        os.environ["HARK_STRIPE_API"] = before
    settings.cache_clear()


@pytest.fixture(scope="session")
async def processor_server(ground: None) -> AsyncIterator[Simulated]:
    """The app behind a real server in this process, with the settings pointed at its simulated processor."""
    from hark.app import app  # noqa: PLC0415 - the app reads settings as it is made, which `ground` has set by now

    running = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="warning", server_header=False))
    task = asyncio.create_task(running._serve())  # `serve` would take the test run's signal handlers away
    while not running.started:  # noqa: ASYNC110 - uvicorn raises no event of its own
        await asyncio.sleep(0.01)
    host, port = running.servers[0].sockets[0].getsockname()[:2]
    url = f"http://{host}:{port}{PATH}"
    with _pointed(url):
        yield Simulated(url, app)
    running.should_exit = True
    await task


@pytest.fixture
async def simulated(processor_server: Simulated) -> AsyncIterator[Simulated]:
    """The simulated processor without troubles; what a test switched on is off again after it."""
    await processor_server.faults()
    yield processor_server
    await processor_server.faults()
