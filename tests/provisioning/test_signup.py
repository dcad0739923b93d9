"""Signing up: a code by mail opens a hotline, and nobody learns from the outside who is registered."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from infra import clock
from infra.database import unit_of_work
from infra.jobs import Job, run_job
from infra.mail import Mail
from infra.realtime import hub
from provisioning.signup.models import Application
from tenants.directory.models import Tenant
from tenants.members.service import account_by_email
from tests.conftest import Browser
from tests.world import PASSWORD, account_for

FORM: dict[str, Any] = {
    "organisation": "Lantern Society",
    "name": "Lantern line",
    "kind": "elderly",
    "country": "CN",
    "zone": "Asia/Shanghai",
    "languages": ["zh-Hans", "en"],
    "person": "Mei",
    "password": PASSWORD,
}


@pytest.fixture(autouse=True)
async def _fresh_limits(ground: None) -> None:
    async for key in hub.redis().scan_iter("LIMITS*"):
        await hub.redis().delete(key)


async def letters(to: str) -> list[dict[str, str]]:
    """What was written to an address, oldest first."""
    async with unit_of_work() as session:
        found = [mail.opened() for mail in await session.exec(select(Mail).order_by(col(Mail.id)))]
    return [letter for letter in found if letter["to"] == to]


async def code_of(to: str) -> str:
    found = re.search(r"Your code is (\d{6})", (await letters(to))[-1]["text"])
    assert found
    return found[1]


async def sign_up(visitor: httpx.AsyncClient, email: str, **more: Any) -> str:
    """Send the form; returns the address of the page that waits for the code."""
    answer = await visitor.post("/sign-up", data={**FORM, "email": email, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def owed(name: str) -> list[Job]:
    async with unit_of_work() as session:
        return list(await session.exec(select(Job).where(Job.name == name, col(Job.done_at).is_(None))))


async def test_from_the_form_to_a_hotline_of_ones_own(browser: Browser) -> None:
    visitor = await browser()
    page = await sign_up(visitor, "mei@example.org")
    assert "mei@example.org" in (await visitor.get(page)).text
    code = await code_of("mei@example.org")
    answer = await visitor.post(page, data={"code": f" {code[:3]} {code[3:]} "})
    assert answer.status_code == 303
    opening = answer.headers["location"]
    assert "Opening Lantern line" in (await visitor.get(opening)).text
    for job in await owed("provisioning.run"):
        assert await run_job(job.id)
    shown = (await visitor.get(opening)).text
    assert "Go to your hotline" in shown
    assert "every 400ms" not in shown
    async with unit_of_work() as session:
        row = (await session.exec(select(Tenant).where(Tenant.name == "Lantern line"))).one()
    assert (row.status, row.zone, row.languages) == ("open", "Asia/Shanghai", ["en", "zh-Hans"])
    assert f"/o/{row.slug}" in (await letters("mei@example.org"))[-1]["text"]
    assert "Sign out" in (await visitor.get("/")).text


async def test_errors_keep_everything_but_the_password(browser: Browser) -> None:
    visitor = await browser()
    answer = await visitor.post("/sign-up", data={**FORM, "email": "not an address", "kind": "", "password": "short"})
    assert answer.status_code == 422
    assert "Lantern Society" in answer.text
    assert "Choose what kind of hotline it is." in answer.text
    assert "This doesn&#39;t look like an e-mail address." in answer.text
    assert "short" not in re.findall(r'value="([^"]*)"', answer.text)


async def test_only_the_applicants_browser_sees_the_application(browser: Browser) -> None:
    visitor, stranger = await browser(), await browser()
    page = await sign_up(visitor, "nia@example.org")
    for path in (page, page.replace("code", "opening"), page.replace("code", "opening/steps")):
        assert (await visitor.get(path)).status_code in (200, 303)
        assert (await stranger.get(path)).status_code == 404
    for path in (page, page.replace("code", "resend"), page.replace("code", "again")):
        assert (await stranger.post(path, data={"code": await code_of("nia@example.org")})).status_code == 404


async def test_a_registered_address_is_answered_alike_and_told_by_letter(browser: Browser) -> None:
    await account_for("known@example.org")
    pages, wrong = {}, {}
    for name in ("known", "fresh"):
        visitor = await browser()
        page = await sign_up(visitor, f"{name}@example.org")
        pages[name] = re.sub(r"known|fresh|[0-9a-f-]{36}", "*", (await visitor.get(page)).text)
        tries = [await visitor.post(page, data={"code": "000000"}) for _ in range(6)]
        wrong[name] = [(t.status_code, re.sub(r"known|fresh|[0-9a-f-]{36}", "*", t.text)) for t in tries]
    assert pages["known"] == pages["fresh"]
    assert wrong["known"] == wrong["fresh"]
    letter = (await letters("known@example.org"))[-1]
    assert "already have an account" in letter["text"]
    assert not re.search(r"\b\d{6}\b", letter["text"])


async def test_five_tries_then_even_the_right_code_is_refused(browser: Browser) -> None:
    visitor = await browser()
    page = await sign_up(visitor, "five@example.org")
    right = await code_of("five@example.org")
    for _ in range(5):
        assert (await visitor.post(page, data={"code": f"{(int(right) + 1) % 10**6:06d}"})).status_code == 422
    assert (await visitor.post(page, data={"code": right})).status_code == 422
    async with unit_of_work() as session:
        assert await account_by_email(session, "five@example.org") is None


async def test_a_code_is_good_for_fifteen_minutes_and_a_new_one_replaces_it(browser: Browser) -> None:
    visitor = await browser()
    page = await sign_up(visitor, "late@example.org")
    first = await code_of("late@example.org")
    with clock.travel(by=timedelta(minutes=15)):
        assert (await visitor.post(page, data={"code": first})).status_code == 422
    answer = await visitor.post(page.replace("code", "resend"), data={"email": "later@example.org"})
    assert answer.headers["location"].endswith("sent=1")
    assert (await visitor.post(page, data={"code": first})).status_code == 422
    assert (await visitor.post(page, data={"code": await code_of("later@example.org")})).status_code == 303


async def test_one_code_at_a_time_for_an_address(browser: Browser) -> None:
    first, second = await browser(), await browser()
    page = await sign_up(first, "twice@example.org")
    earlier = await code_of("twice@example.org")
    other = await sign_up(second, "twice@example.org")
    assert (await first.post(page, data={"code": earlier})).status_code == 422
    assert (await second.post(other, data={"code": await code_of("twice@example.org")})).status_code == 303


async def test_letters_to_one_address_are_limited(browser: Browser) -> None:
    visitor = await browser()
    answers = [await visitor.post("/sign-up", data={**FORM, "email": "flood@example.org"}) for _ in range(8)]
    assert [answer.status_code for answer in answers] == [303] * 6 + [429] * 2
    assert "Lantern Society" in answers[-1].text
    assert len(await letters("flood@example.org")) == 6


async def test_somebody_signed_in_opens_a_further_hotline_without_a_code(browser: Browser) -> None:
    account = await account_for("again@example.org")
    member = await browser(account.id)
    assert "password" not in (await member.get("/sign-up")).text
    form = {name: value for name, value in FORM.items() if name != "password"}
    answer = await member.post("/sign-up", data={**form, "name": "Second line"})
    assert answer.headers["location"].endswith("/opening")
    assert await letters("again@example.org") == []
    assert (await member.get(answer.headers["location"])).status_code == 200


async def test_what_was_never_proven_is_forgotten(browser: Browser) -> None:
    visitor = await browser()
    page = await sign_up(visitor, "gone@example.org")
    with clock.travel(by=timedelta(days=1, minutes=1)):
        for job in await owed("signup.forget"):
            await run_job(job.id)
    async with unit_of_work() as session:
        rows = list(await session.exec(select(Application).where(col(Application.verified_at).is_(None))))
    assert all(str(row.id) not in page for row in rows)
    assert (await visitor.get(page)).status_code == 404


async def test_the_zone_follows_the_country(browser: Browser) -> None:
    visitor = await browser()
    assert '<option value="America/New_York" selected>' in (await visitor.get("/sign-up/zone?country=US")).text
    shown = (await visitor.get("/sign-up", headers={"accept-language": "zh-CN,zh;q=0.9"})).text
    assert '<option value="CN" selected>中国</option>' in shown
    assert '<option value="Asia/Shanghai" selected>上海</option>' in shown
