"""Giving: an organisation switches it on, a donor on a bus gives by keyboard on 360 px, a campaign fills."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.media import person
from tests.journeys.people import Hotline, register
from tests.services.up import Up

pytestmark = pytest.mark.journey
AXE = Path("node_modules/axe-core/axe.min.js")
PHONE = {"width": 360, "height": 740}
RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
CARD = "4242 4242 4242 4242"


async def looked_at(page: Page, name: str, pictures: Path | None) -> None:
    """A picture for people in light and dark; axe finds nothing, and nothing is wider than the window."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        if pictures:
            await page.screenshot(path=str(pictures / f"giving-{name}.{scheme}.png"), full_page=True)
        found = await page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
        assert [f"{each['id']} {each['nodes'][0]['target']}" for each in found["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    await page.emulate_media(color_scheme="light")


async def takes_gifts(browser: Browser, up: Up, name: str) -> Hotline:
    """An organisation connects its account and switches its donation page on."""
    hotline = await register(browser, up, "rainbow", name)
    page = await hotline.owner.new_page()
    await page.goto(f"{hotline.desk}/money/account")
    await page.select_option("[name=country]", "GB")
    await page.get_by_role("button", name="Go on to Stripe").click()
    await page.fill("[name=name]", name)
    await page.fill("[name=bank]", "000123456789")
    await page.get_by_role("button", name="Agree and finish").click()
    await expect(page.locator("main")).to_contain_text("Connected")
    await page.goto(f"{hotline.desk}/money/giving")
    await page.check("[name=open]")
    await page.fill("[name='does.en']", "Twenty pounds keep the line answered for an hour of the night.")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator("main")).to_contain_text("Saved")
    await page.close()
    return hotline


async def pays(page: Page, card: str = CARD) -> None:
    """What a donor does on the processor's page."""
    await page.fill("[name=number]", card)
    await page.fill("[name=expiry]", "12 / 34")
    await page.fill("[name=cvc]", "123")
    if await page.locator("[name=email]").count():
        await page.fill("[name=email]", "donor@example.org")
    await page.locator("main form button[type=submit]").first.click()


async def tree(page: Page) -> list[dict[str, str]]:
    """What a screen reader is given: role, name and state of each thing, in order."""
    client = await page.context.new_cdp_session(page)
    nodes = (await client.send("Accessibility.getFullAXTree"))["nodes"]
    return [
        {
            "role": node["role"]["value"],
            "name": node.get("name", {}).get("value", ""),
            **{each["name"]: json.dumps(each["value"].get("value")) for each in node.get("properties", [])},
        }
        for node in nodes
        if not node["ignored"] and "role" in node
    ]


@pytest.mark.timeout(240)
async def test_somebody_gives_by_keyboard_on_a_phone(chrome: Browser, up: Up, pictures: Path | None) -> None:
    hotline = await takes_gifts(chrome, up, "Harbour night line")
    donor = await person(chrome, locale="en-GB", viewport=PHONE)
    page = await donor.new_page()
    await page.goto(hotline.public)
    link = page.get_by_role("link", name="Support this line")
    box, button = await link.bounding_box(), await page.locator(".call-button").bounding_box()
    assert box is not None
    assert button is not None
    assert box["y"] > button["y"] + 300, "the way to give stands at the end, not beside the call button"
    await link.click()
    await page.wait_for_url("**/give")
    await looked_at(page, "page.360.en", pictures)

    read = await tree(page)
    radios = [each for each in read if each["role"] == "radio"]
    assert [each["name"] for each in radios[:6]] == ["£10", "£25", "£50", "£100", "Another amount", "Once"]
    assert [each["name"] for each in radios if each["checked"] == '"true"'] == ["£25", "Once"]
    assert {"Your gift", "How often"} <= {each["name"] for each in read if each["role"] in ("group", "radiogroup")}
    assert any(each["role"] == "button" and each["name"] == "Give £25" for each in read)
    for label in ("E-mail, for the receipt (optional)", "Name, for the receipt (optional)"):
        assert any(each["role"] == "textbox" and each["name"] == label for each in read), label

    for _ in range(20):  # from the top of the page to the amounts
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.name") == "amount":
            break
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("[data-give]")).to_have_text(re.compile("Give £50"))
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.name") == "email":
            break
    await page.keyboard.type("ada@example.org")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("/simulated/stripe/pay/"))
    await pays(page)
    await page.wait_for_url(re.compile("/give/thanks/"))
    await expect(page.locator("h1")).to_have_text("Thank you")
    await expect(page.locator("main")).to_contain_text("£50.00")
    await looked_at(page, "thanks.360.en", pictures)
    await page.get_by_role("link", name="Your gift in the books").click()
    await expect(page.locator("main")).to_contain_text("What came today will be in tonight's digest")
    await page.goto(f"{up.url}/outbox")
    await expect(page.locator("article", has_text="ada@example.org").filter(has_text="£50.00").first).to_be_visible()


@pytest.mark.timeout(240)
async def test_a_campaigns_thermometer_rises_with_each_gift(chrome: Browser, up: Up, pictures: Path | None) -> None:
    hotline = await takes_gifts(chrome, up, "Lantern line")
    desk = await hotline.owner.new_page()
    await desk.goto(f"{hotline.desk}/money/giving/campaigns/new")
    await desk.locator("label:has([name=state][value=open])").click()
    await desk.fill("[name='title.en']", "A second line for the night")
    await desk.fill("[name='brief.en']", "Three more people who listen, from ten at night to six in the morning.")
    await desk.fill("[name='story.en']", "Last winter one call in four found nobody.\n\nWe want to change that.")
    await desk.fill("[name='title.zh-Hans']", "为深夜再开一条线")
    await desk.fill("[name='brief.zh-Hans']", "再培训三位倾听者，从晚上十点到早上六点。")
    await desk.fill("[name=goal]", "200")
    await desk.get_by_role("button", name="Save the campaign").click()
    await expect(desk.locator("main")).to_contain_text("Saved")
    address = await desk.locator("#address").input_value()
    await looked_at(desk, "campaign-editor.1280.en", pictures)
    for amount, percent in (("25", "12 %"), ("50", "37 %")):
        donor = await person(chrome, locale="en-GB", viewport=PHONE)
        page = await donor.new_page()
        await page.goto(address)
        await page.locator(f"label:has([name=amount][value='{amount}00'])").click()
        await page.locator("[data-give]").click()
        await page.wait_for_url(re.compile("/simulated/stripe/pay/"))
        await pays(page)
        await page.wait_for_url(re.compile("/give/thanks/"))
        await expect(page.locator("h1")).to_have_text("Thank you")
        await page.goto(address)
        await expect(page.locator(".giving-meter")).to_contain_text(percent)
    for width, height in ((1280, 900), (360, 740)):
        for tag in ("en", "zh-Hans"):
            await page.set_viewport_size({"width": width, "height": height})
            await page.goto(f"{address}?lang={tag}")
            await looked_at(page, f"campaign.{width}.{tag}", pictures)
            for path, name in (("/money", "overview"), ("/money/giving", "settings")):
                await desk.set_viewport_size({"width": width, "height": height})
                await desk.goto(f"{hotline.desk}{path}?lang={tag}")
                await looked_at(desk, f"{name}.{width}.{tag}", pictures)
    await page.set_viewport_size({"width": 360, "height": 400})
    await page.goto(f"{hotline.public}/give/widget?campaign={address.rsplit('/', 1)[1]}&lang=en")
    await looked_at(page, "widget.360.en", pictures)
    card = await page.request.get(f"{address}/card.png?lang=en")
    assert card.headers["content-type"] == "image/png"
    if pictures:
        (pictures / "giving-card.png").write_bytes(await card.body())


@pytest.mark.timeout(240)
async def test_a_payment_that_takes_its_time_is_told_truthfully(chrome: Browser, up: Up, pictures: Path | None) -> None:
    """pretix#1233: "failed" shown though paid, so people pay again."""
    hotline = await takes_gifts(chrome, up, "Quay line")
    donor = await person(chrome, locale="en-GB", viewport=PHONE)
    page = await donor.new_page()
    await page.goto(f"{hotline.public}/give")
    await page.locator("[data-give]").click()
    await page.wait_for_url(re.compile("/simulated/stripe/pay/"))
    await page.locator("label:has([name=method][value=alipay])").click()
    if await page.locator("[name=email]").count():
        await page.fill("[name=email]", "donor@example.org")
    await page.locator("main form button[type=submit]").first.click()
    await page.get_by_role("button", name="Let it take a while").click()
    await page.wait_for_url(re.compile("/give/thanks/"))
    await expect(page.locator("h1")).to_have_text("Thank you. Your payment is on its way")
    await expect(page.locator("main")).to_contain_text("Don't pay again")
    await looked_at(page, "processing.360.en", pictures)


@pytest.mark.timeout(240)
async def test_without_scripts_one_gives_too(chrome: Browser, up: Up, pictures: Path | None) -> None:
    hotline = await takes_gifts(chrome, up, "Slow line")
    donor = await person(chrome, locale="en-GB", viewport=PHONE, java_script_enabled=False)
    page = await donor.new_page()
    await page.goto(f"{hotline.public}/give")
    await page.get_by_role("button", name="Give").click()
    await expect(page.locator("h1")).to_have_text("Look at it once more")
    await page.wait_for_timeout(12_500)
    await page.get_by_role("button", name="Give £25.00").click()
    await page.wait_for_url(re.compile("/simulated/stripe/pay/"))
    await pays(page)
    await page.wait_for_url(re.compile("/give/thanks/"))
    await expect(page.locator("h1")).to_have_text("Thank you")
