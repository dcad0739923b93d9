"""A hotline of its own for each file, and its desk, at which statements are read."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import col, select

from billing.bankfeed.files import file_of
from billing.bankfeed.lines import Told, told_of
from billing.bankfeed.models import BankLine
from billing.ledger import balance
from hark.i18n import LOCALE
from infra.database import unit_of_work
from infra.scope import tenant_scope
from infra.web import i18n
from tenants.directory.service import tenant_by_id
from tests.conftest import Browser
from tests.world import Hotline, open_hotline


@dataclass
class Bank:
    """The hotline and its owner's browser."""

    hotline: Hotline
    client: httpx.AsyncClient

    @property
    def base(self) -> str:
        """Where its bank's lines are."""
        return f"/o/{self.hotline.slug}/money/bank"

    async def do(self, ask: Any, *args: Any, **more: Any) -> Any:
        """What a service answers in the hotline."""
        with tenant_scope(self.hotline.tenant):
            async with unit_of_work() as session:
                return await ask(session, *args, **more)

    async def tenant(self) -> Any:
        """Its row in the directory."""
        return await self.do(tenant_by_id, self.hotline.tenant)

    async def on(self, account: str, currency: str = "EUR", **of: Any) -> int:
        """What is on an account of its books."""
        return int(await self.do(balance, account, currency, **of))

    async def bring(self, data: bytes) -> str:
        """Bring a file; the path of the page that asks how it is read."""
        sent = {"file": ("statement.csv", data, "text/csv")}
        answer = await self.client.post(f"{self.base}/files", files=sent)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def read(self, data: bytes, account: str = "Main", currency: str = "EUR") -> tuple[int, int]:
        """Bring a file and keep its lines as they were guessed: how many there were, how many were new."""
        place = await self.bring(data)
        page = (await self.client.get(place)).text
        form = {**chosen(page), "act": "keep", "new_account": account, "currency": currency}
        if f">{account} · " in page:
            form["account"] = page.split(f">{account} · ")[0].rsplit('value="', 1)[1].split('"')[0]
        else:
            form["account"] = ""
        answer = await self.client.post(place, data=form)
        assert answer.status_code == 303, answer.text
        row = await self.do(file_of, UUID(place.rpartition("/")[2]))
        return row.lines, row.fresh

    async def lines(self, *where: Any) -> list[tuple[BankLine, Told]]:
        """Its lines by day, with what they say."""
        return list(await self.do(_lines, *where))

    async def line(self, who: str) -> BankLine:
        """The line of somebody."""
        return next(row for row, told in await self.lines() if who in f"{told.payer} {told.reference}")

    async def say(self, row: BankLine, what: str, **typed: str) -> httpx.Response:
        """Say what a line is."""
        return await self.client.post(f"{self.base}/lines/{row.id}", data={"what": what, **typed})

    async def undo(self, row: BankLine) -> None:
        """Let it wait again."""
        assert (await self.client.post(f"{self.base}/lines/{row.id}/undo")).status_code == 303


def chosen(page: str) -> dict[str, str]:
    """What the selects of a page stand on, as a browser would send it."""
    found = {}
    for part in page.split("<select")[1:]:
        name, inside = part.split('name="', 1)[1].split('"', 1)[0], part.split("</select>")[0]
        picked = [option for option in inside.split("<option")[1:] if " selected" in option]
        found[name] = picked[0].split('value="', 1)[1].split('"')[0] if picked else ""
    return found


async def _lines(session: Any, *where: Any) -> list[tuple[BankLine, Told]]:
    found = await session.exec(select(BankLine).where(*where).order_by(col(BankLine.day), col(BankLine.id)))
    return [(row, await told_of(session, row)) for row in found]


@pytest.fixture(scope="session", autouse=True)
def translated() -> None:
    """Receipts are read in the languages that the app and the worker know."""
    i18n.load(LOCALE)


@pytest.fixture
async def bank(ground: None, request: pytest.FixtureRequest, browser: Browser) -> Bank:
    """A hotline of this test's own."""
    place = "".join(sign for sign in request.node.name if sign.isalpha())[-40:]
    hotline, owner = await open_hotline(f"{place}@example.org", "rainbow", f"Line {place[-20:]}", "Olive")
    return Bank(hotline, await browser(owner.account))
