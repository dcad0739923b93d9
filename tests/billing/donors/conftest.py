"""Donors who ask for their page, read their letters and come in; the hotline is the one that gifts are given to."""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import col, select

from hark.jobs import JOBS
from infra.clock import now
from infra.database import unit_of_work
from infra.jobs import Job, run_job
from infra.scope import no_scope
from tests.billing.giving.conftest import Giver, Line, line  # noqa: F401 - a fixture
from tests.conftest import Browser

assert JOBS, "letters are written by jobs"
_numbers = count(1)


async def work(tenant: UUID, *names: str, ahead: timedelta = timedelta()) -> None:
    """Do the jobs of a hotline whose names begin so."""
    for _ in range(20):
        with no_scope():
            async with unit_of_work() as session:
                owed = select(Job.id).where(
                    Job.tenant == tenant, col(Job.done_at).is_(None), col(Job.failed_at).is_(None),
                    Job.due_at <= now() + ahead, col(Job.name).regexp_match(f"^({'|'.join(names)})"),
                )  # fmt: skip
                keys = list(await session.exec(owed))
        if not keys:
            return
        for key in keys:
            await run_job(key)
    raise AssertionError("the jobs never end")


def link(letter: dict[str, str], part: str) -> str:
    """The path of the address in a letter that has this part in it."""
    found = re.search(rf"http://hark\.test(/h/\S*{part}\S*)", letter["text"])
    assert found, letter["text"]
    return found[1]


@dataclass
class Visitor:
    """A donor with a browser, at home in their letters."""

    line: Line
    email: str
    client: httpx.AsyncClient

    @property
    def home(self) -> str:
        """The path of the page."""
        return f"/h/{self.line.slug}/my-gifts"

    async def asks(self, email: str = "") -> httpx.Response:
        """Asks for the letter, and the worker does its work."""
        answer = await self.client.post(self.home, data={"email": email or self.email})
        await work(self.line.tenant, "donors")
        return answer

    async def letter(self, about: str = "enter") -> str:
        """The path in the newest letter of this kind."""
        letters = [each for each in await self.line.letters(self.email) if f"/my-gifts/{about}/" in each["text"]]
        return link(letters[-1], f"/my-gifts/{about}/")

    async def enters(self) -> None:
        """All the way in."""
        await self.asks()
        answer = await self.client.post(await self.letter())
        assert answer.status_code == 303, answer.text

    async def page(self, path: str = "") -> str:
        """The words of the page, its spaces evened."""
        answer = await self.client.get(self.home + path)
        assert answer.status_code == 200, answer.text
        return " ".join(re.sub(r"<[^>]+>", " ", unescape(answer.text)).split())

    async def wishes(self, path: str, **typed: Any) -> httpx.Response:
        """Sends a form of the page."""
        return await self.client.post(f"{self.home}/{path}", data=typed)


@pytest.fixture
async def donor(line: Line, browser: Browser) -> Visitor:  # noqa: F811 - the fixture
    """Somebody who gave 50 dollars once, by card."""
    email = f"ada{next(_numbers)}@example.org"
    giver: Giver = await line.donor()
    await giver.see(await giver.give(email=email, name="Ada 𠮷田", message="Keep going."))
    return Visitor(line, email, await browser())
