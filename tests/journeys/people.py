"""What people do in a browser: an organisation registers, a caller calls, a volunteer answers. By clicks."""

import contextlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count

import asyncpg
from playwright.async_api import Browser, BrowserContext, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from infra.services import endpoints
from tenants.rosters.hours import WEEKDAYS
from tests.journeys.media import person
from tests.services.up import Up

PASSWORD = "a quiet river at dusk"
_numbers = count(1)


@dataclass
class Hotline:
    """A hotline as its owner's browser knows it."""

    base: str
    slug: str
    name: str
    owner: BrowserContext

    @property
    def public(self) -> str:
        return f"{self.base}/h/{self.slug}"

    @property
    def desk(self) -> str:
        return f"{self.base}/o/{self.slug}"


@contextlib.asynccontextmanager
async def rows_of(up: Up, slug: str) -> AsyncIterator[asyncpg.Connection]:
    """A hotline's own rows, in one transaction."""
    url = endpoints(up.folder).database_url.replace("+asyncpg", "")
    connection = await asyncpg.connect(url, server_settings={"role": "hark_app"})
    try:
        async with connection.transaction():
            tenant = await connection.fetchval("SELECT id FROM tenant WHERE slug = $1", slug)
            await connection.execute("SELECT set_config('app.tenant', $1, true)", str(tenant))
            yield connection
    finally:
        await connection.close()


async def open_always(up: Up, slug: str) -> None:
    """Open a hotline's line at every hour, so that a journey doesn't depend on when it is walked."""
    always = json.dumps({day: [["00:00", "24:00"]] for day in WEEKDAYS})
    async with rows_of(up, slug) as rows:
        await rows.execute("UPDATE calendar SET document = document || jsonb_build_object('weekly', $1::jsonb)", always)


async def ring_all_at_once(up: Up, slug: str) -> None:
    """Let every ring and queue of a hotline's flow ring everybody."""
    async with rows_of(up, slug) as rows:
        document = json.loads(await rows.fetchval("SELECT document FROM flow_version"))
        for node in document["nodes"].values():
            if node["type"] in ("ring", "queue"):
                node["strategy"] = "all"
        await rows.execute("UPDATE flow_version SET document = $1", json.dumps(document))


async def register(browser: Browser, up: Up, kind: str = "blank", name: str = "") -> Hotline:
    """An organisation registers its hotline, from the landing page to the public one."""
    base = up.url
    number = next(_numbers)
    name = name or f"Harbour line {number}"
    owner = await person(browser, locale="en-GB")
    page = await owner.new_page()
    await page.goto(base)
    await page.get_by_role("link", name="Open a hotline").click()
    await page.fill("[name=organisation]", f"{name} association")
    await page.fill("[name=name]", name)
    await page.locator(f"[name=kind][value={kind}]").check(force=True)
    await page.select_option("[name=country]", "GB")
    await page.locator("[name=languages][value=zh-Hans]").check(force=True)
    await page.fill("[name=person]", "Ada")
    await page.fill("[name=email]", f"ada{number}@example.org")
    await page.fill("[name=password]", PASSWORD)
    await page.get_by_role("button", name="Send me the code").click()
    await page.wait_for_url("**/code")
    await page.fill("[name=code]", await code_for(owner, base, f"ada{number}@example.org"))
    await page.locator("main form button").first.click()
    await page.wait_for_url("**/opening")
    link = page.locator("a[href^='/o/']").first
    await expect(link).to_be_visible(timeout=20_000)
    slug = (await link.get_attribute("href") or "").split("/")[2]
    await page.close()
    await open_always(up, slug)
    return Hotline(base, slug, name, owner)


async def code_for(context: BrowserContext, base: str, email: str) -> str:
    """The code in the newest letter to an address, read on the local outbox page."""
    page = await context.new_page()
    await page.goto(f"{base}/outbox")
    letter = page.locator("article", has_text=email).first
    found = re.search(r"\b\d{6}\b", await letter.inner_text())
    assert found
    await page.close()
    return found[0]


async def on_duty(context: BrowserContext, hotline: Hotline) -> Page:
    """A volunteer opens the console and goes on duty."""
    page = await context.new_page()
    await page.goto(f"{hotline.desk}/console")
    await page.locator("label:has([name=duty][value=on])").click()
    await expect(page.locator("[data-on-duty]")).to_contain_text(re.compile("[1-9]"))
    return page


async def call(browser: Browser, hotline: Hotline) -> Page:
    """A caller opens the public page on a phone and presses its button, and then the call's."""
    caller = await person(browser, locale="en-GB", viewport={"width": 360, "height": 740})
    page = await caller.new_page()
    await page.goto(hotline.public)
    await page.locator(".call-button").click()
    await page.locator("[data-start] .call-button").click()
    return page


async def until_ringing(caller: Page, console: Page) -> None:
    """The caller goes through what the flow asks, taking the first choice, until the console rings."""
    accept = console.locator("[data-do=accept]")
    forward = caller.locator("[data-choices] button:visible, [data-do=done]:visible").first
    for _ in range(60):
        if await accept.is_visible():
            return
        if await forward.is_visible() and await forward.is_enabled():
            with contextlib.suppress(PlaywrightTimeout):  # what it asked was over as the finger came down
                await forward.click(timeout=1000)
        await console.wait_for_timeout(200)
    raise AssertionError(f"it never rang; the caller sees: {await caller.locator('#call').inner_text()}")


async def answered(caller: Page, console: Page) -> None:
    """The volunteer accepts, and both pages say that they talk."""
    await until_ringing(caller, console)
    await console.locator("[data-do=accept]").click()
    await expect(caller.locator("[data-do=hangup]")).to_be_visible()
    await expect(caller.locator("#call")).to_have_attribute("data-kind", "talking")
    await expect(console.locator("#console")).to_have_attribute("data-face", "call")


async def colleague(browser: Browser, hotline: Hotline, name: str) -> BrowserContext:
    """The owner invites somebody by e-mail; they follow the letter's link and choose a name and a password."""
    email = f"{name.lower()}{next(_numbers)}@example.org"
    people = await hotline.owner.new_page()
    await people.goto(f"{hotline.desk}/people")
    await people.fill("[name=email]", email)
    await people.locator("form[action$='/people/invite'] button").click()
    await expect(people.locator("main")).to_contain_text(email)
    await people.goto(f"{hotline.base}/outbox")
    letter = await people.locator("article", has_text=email).first.inner_text()
    link = re.search(r"https?://\S+", letter)
    assert link
    await people.close()
    context = await person(browser, locale="en-GB")
    page = await context.new_page()
    await page.goto(link[0])
    await page.fill("[name=name]", name)
    await page.fill("[name=password]", PASSWORD)
    await page.locator("main form button").first.click()
    await page.wait_for_url(re.compile(r"/o/"))
    await page.close()
    return context
