"""A hotline that takes gifts on its own page, and donors with browsers who go all the way or stop somewhere."""

import asyncio
import hashlib
import re
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import select

from billing.campaigns.models import Campaign
from billing.giving.models import Gift
from billing.giving.service import link_of
from billing.giving.settings import beginning
from billing.ledger import balance
from hark.jobs import JOBS
from infra.database import unit_of_work
from infra.mail.send import Mail
from infra.realtime import hub
from infra.scope import no_scope, tenant_scope
from tenants.directory.service import tenant_by_id
from tests.billing.conftest import Simulated
from tests.billing.processor.conftest import House, connect
from tests.conftest import Browser
from tests.world import Person, World, open_hotline

assert JOBS, "what follows a payment is done by jobs"
_numbers = count(1)
DOES = "An hour of somebody who listens costs HK$ 40."
WORKING = "4242424242424242"
DECLINED = "4000000000000002"


def proof_of(ticket: str) -> str:
    """What a browser reckons for a ticket, the same way."""
    bits = int(ticket.split("-")[1])
    for number in range(1 << 30):
        if int.from_bytes(hashlib.sha256(f"{ticket}:{number}".encode()).digest(), "big") >> (256 - bits) == 0:
            return str(number)
    raise AssertionError("no number was found")


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no {name} on the page"
    return unescape(found[1])


@dataclass
class Giver:
    """Somebody with a browser on the hotline's donation page."""

    slug: str
    simulated: Simulated
    client: httpx.AsyncClient
    page: str = ""
    ticket: str = ""
    proof: str = ""
    last: dict[str, str] = field(default_factory=dict)

    async def open(self, path: str = "") -> str:
        """Open the page, and let the browser reckon."""
        answer = await self.client.get(f"/h/{self.slug}/give{path}")
        assert answer.status_code == 200, answer.text
        self.page, self.ticket = answer.text, hidden(answer.text, "ticket")
        self.proof = await asyncio.to_thread(proof_of, self.ticket)
        return self.page

    async def press(self, **typed: str) -> httpx.Response:
        """Press the button."""
        self.last = {"ticket": self.ticket, "proof": self.proof, "amount": "5000", **typed}
        return await self.client.post(f"/h/{self.slug}/give", data=self.last)

    async def give(self, path: str = "", card: str = WORKING, **typed: str) -> str:
        """All the way: opens, presses, pays; the path of the thank-you page to which the processor leads back."""
        await self.open(path)
        answer = await self.press(**typed)
        assert answer.status_code == 303, answer.text
        paid = await self.simulated.pay(answer.headers["location"], card=card)
        assert paid.status_code in (302, 303), paid.text
        return paid.headers["location"].removeprefix("http://hark.test")

    async def see(self, path: str) -> str:
        """The words of a page, its spaces evened."""
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return " ".join(re.sub(r"<[^>]+>", " ", unescape(answer.text)).split())


@dataclass
class Line:
    """A hotline that takes gifts."""

    tenant: UUID
    slug: str
    house: House
    owner: Person
    simulated: Simulated
    browser: Browser

    def scope(self) -> Any:
        """Transactions inside act for the hotline."""
        return tenant_scope(self.tenant)

    async def donor(self) -> Giver:
        """Somebody with a browser of their own."""
        return Giver(self.slug, self.simulated, await self.browser())

    async def gifts(self) -> list[Gift]:
        """Every gift, in the order in which they were begun."""
        with self.scope():
            async with unit_of_work() as session:
                return list(await session.exec(select(Gift).order_by(Gift.id)))

    async def thanks(self, gift: Gift) -> str:
        """The path of a gift's thank-you page."""
        with self.scope():
            async with unit_of_work() as session:
                return f"/h/{self.slug}/give/thanks/{await link_of(session, gift.id)}"

    async def campaign(self, **more: Any) -> Campaign:
        """A campaign that takes gifts."""
        said = {"slug": f"night-{next(_numbers)}", "state": "open", "title": {"en": "A second line for the night"}}
        with self.scope():
            async with unit_of_work() as session:
                row = Campaign(**{**said, "currency": "HKD", "goal_minor": 20_000, **more})
                session.add(row)
        return row

    async def given(self, account: str = "gifts", **of: Any) -> int:
        """What is on an account of the books."""
        with self.scope():
            async with unit_of_work() as session:
                return await balance(session, account, "HKD", **of)

    async def letters(self, to: str) -> list[dict[str, str]]:
        """What was written to somebody, oldest first."""
        with no_scope():
            async with unit_of_work() as session:
                opened = [row.opened() for row in await session.exec(select(Mail).order_by(Mail.at))]
        return [letter for letter in opened if letter["to"] == to]

    async def set(self, **values: Any) -> None:
        """Change settings of giving."""
        with self.scope():
            async with unit_of_work() as session:
                row = beginning(await tenant_by_id(session, self.tenant))
                for name, value in values.items():
                    setattr(row, name, value)
                await session.merge(row)


async def forget_tries() -> None:
    """Nobody has tried anything yet, as far as limits and strain know."""
    for pattern in ("LIMITS*", "giving:*"):
        async for key in hub.redis().scan_iter(pattern):
            await hub.redis().delete(key)


@pytest.fixture
async def line(world: World, simulated: Simulated, browser: Browser) -> Line:
    """A hotline in Hong Kong of its own, connected, with giving on and amounts of 10, 50 and 100 dollars."""
    await forget_tries()
    return await open_line(simulated, browser)


async def open_line(simulated: Simulated, browser: Browser) -> Line:
    """A hotline that takes gifts."""
    number = next(_numbers)
    hotline, owner = await open_hotline(
        f"giving{number}@example.org",
        "workplace",
        f"Harbour line {number}",
        "Gail",
        country="HK",
        zone="Asia/Hong_Kong",
    )
    account = await connect(simulated, hotline.tenant, hotline.slug)
    await simulated.deliver()
    house = House(hotline.tenant, hotline.slug, account, simulated, owner.account)
    made = Line(hotline.tenant, hotline.slug, house, owner, simulated, browser)
    await made.set(open=True, amounts=[1000, 5000, 10_000], does={"en": DOES})
    return made
