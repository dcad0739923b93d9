"""The page of how a flow sounds: one listens, records in the browser or sends a file, and takes it back."""

import re
from pathlib import Path

import pytest
from sqlmodel import select

from infra.database import unit_of_work
from infra.speech.wav import read
from tenants.audit.models import AuditEntry
from tenants.flows.models import FlowVersion
from tests.conftest import Browser, signed_cookie
from tests.desk.house import House, open_house
from tests.journeys.media import BEEPING, chromium
from tests.speech.sounds import file, level, tone

MP3 = file(tone(1.0, rate=44100), "mp3", "libmp3lame", 44100)


@pytest.fixture
async def house(ground: None) -> House:
    return await open_house("rainbow")


def _form(page: str, node: str = "welcome", path: str = "text", tongue: str = "en") -> dict[str, str]:
    """The fields of a text's form, as the page has them."""
    for form in re.findall(r'<form class="stack"[^>]*data-record>.*?</form>', page, re.DOTALL):
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        if (fields["node"], fields["path"], fields["tongue"]) == (node, path, tongue):
            return fields
    raise AssertionError(f"no form for {node} {path} {tongue}")


async def _send(client, house: House, sound: bytes = MP3, **more: str):
    page = await client.get(f"{house.at}/flow/prompts")
    return await client.post(
        f"{house.at}/flow/prompts", data={**_form(page.text), **more}, files={"sound": ("me.mp3", sound, "audio/mpeg")}
    )


async def _listen(client, house: House, node: str = "welcome", path: str = "text", tongue: str = "en") -> bytes:
    where = {"node": node, "path": path, "tongue": tongue}
    answer = await client.get(f"{house.at}/flow/prompts/sound", params=where)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/wav"
    return answer.content


async def _acts(house: House) -> list[str]:
    with house.scope():
        async with unit_of_work() as session:
            return list(await session.exec(select(AuditEntry.action).where(AuditEntry.action.startswith("prompt."))))


async def test_a_file_sent_is_what_callers_hear_until_it_is_taken_back(house: House, browser: Browser) -> None:
    admin = await browser(house.accounts["admin"])
    spoken = await _listen(admin, house)
    assert level(spoken) > 1500
    answer = await _send(admin, house)
    assert answer.status_code == 303
    page = (await admin.get(answer.headers["location"])).text
    assert "Your recording" in page
    assert "Admin" in page
    assert read(await _listen(admin, house)).seconds == pytest.approx(1.3, abs=0.1)
    removal = re.search(r'action="([^"]+/removal)"', page)[1]
    assert (await admin.post(removal)).status_code == 303
    assert await _listen(admin, house) == spoken
    assert await _acts(house) == ["prompt.record", "prompt.remove"]


async def test_a_file_without_sound_comes_back_beside_its_text_and_nothing_changes(
    house: House, browser: Browser
) -> None:
    admin = await browser(house.accounts["admin"])
    before = await _listen(admin, house)
    for sound, said in ((b"a letter", "There is no sound in this file"), (b"", "Record something")):
        answer = await _send(admin, house, sound)
        assert answer.status_code == 422
        assert said in answer.text
        assert '<details class="more" open>' in answer.text
    assert await _listen(admin, house) == before


async def test_words_that_changed_meanwhile_are_not_given_a_recording_of_the_old_ones(
    house: House, browser: Browser
) -> None:
    admin = await browser(house.accounts["admin"])
    answer = await _send(admin, house, seen="0" * 64)
    assert answer.status_code == 409
    assert "These words have been changed in the meantime" in answer.text
    assert (await _send(admin, house, node="nowhere")).status_code == 404


async def test_when_the_text_changes_the_page_says_that_the_recording_fits_no_longer(
    house: House, browser: Browser
) -> None:
    admin = await browser(house.accounts["admin"])
    await _send(admin, house)
    step = f"{house.at}/flow/steps/welcome"
    mark = re.search(r'name="mark" value="([^"]+)"', (await admin.get(step)).text)[1]
    await admin.post(step, data={"mark": mark, "text:en": "Hello from all of us."})
    page = (await admin.get(step)).text
    assert "Callers hear this recording of the published words until you publish the draft" in page
    assert "Hello from all of us." in page
    assert read(await _listen(admin, house)).seconds != pytest.approx(1.3, abs=0.1)
    await admin.post(f"{house.at}/flow/publication")
    page = (await admin.get(f"{house.at}/flow/prompts")).text
    assert "There is a recording of other words, so it isn&#39;t used any more" in page.replace("'", "&#39;")
    revival = re.search(r'action="([^"]+/revival)"', (await admin.get(f"{house.at}/flow")).text)[1]
    await admin.post(revival)
    assert read(await _listen(admin, house)).seconds == pytest.approx(1.3, abs=0.1)


async def test_a_recording_whose_step_is_gone_is_named_and_can_be_heard(house: House, browser: Browser) -> None:
    admin = await browser(house.accounts["admin"])
    await _send(admin, house)
    with house.scope():
        async with unit_of_work() as session:
            version = (await session.exec(select(FlowVersion).where(FlowVersion.status == "published"))).one()
            nodes = dict(version.document["nodes"])
            nodes["hello"] = {**nodes.pop("welcome"), "text": {"en": "Hi.", "zh-Hans": "您好。"}}
            document = {**version.document, "nodes": nodes}
            document["start"] = "hello" if document["start"] == "welcome" else document["start"]
            for node in nodes.values():
                for name, target in node.items():
                    if target == "welcome":
                        node[name] = "hello"
            version.document = document
    page = (await admin.get(f"{house.at}/flow/prompts")).text
    assert "Recordings of words that are gone" in page
    sound = re.search(r'src="([^"]+/prompts/[0-9a-f-]{36}/sound)"', page)[1]
    assert level((await admin.get(sound)).content) > 1500


async def test_a_language_that_no_voice_speaks_is_said_to_need_recording(house: House, browser: Browser) -> None:
    admin = await browser(house.accounts["admin"])
    with house.scope():
        async with unit_of_work() as session:
            version = (await session.exec(select(FlowVersion).where(FlowVersion.status == "published"))).one()
            document = {**version.document, "languages": [*version.document["languages"], "tlh"]}
            document["nodes"]["welcome"]["text"]["tlh"] = "nuqneH"
            version.document = document
    page = (await admin.get(f"{house.at}/flow/prompts?tongue=tlh")).text
    assert "No voice speaks this language" in page
    where = {"node": "welcome", "path": "text", "tongue": "tlh"}
    assert (await admin.get(f"{house.at}/flow/prompts/sound", params=where)).status_code == 422


async def test_another_hotlines_recording_is_not_there(house: House, browser: Browser) -> None:
    admin = await browser(house.accounts["admin"])
    await _send(admin, house)
    page = (await admin.get(f"{house.at}/flow/prompts")).text
    removal = re.search(r'action="([^"]+/removal)"', page)[1]
    other = await open_house("blank")
    stranger = await browser(other.accounts["owner"])
    hostile = removal.replace(house.tenant.slug, other.tenant.slug)
    assert (await stranger.post(removal)).status_code == 404
    assert (await stranger.post(hostile)).status_code == 404
    assert (await stranger.get(hostile.replace("removal", "sound"))).status_code == 404
    assert "Your recording" in (await admin.get(f"{house.at}/flow/prompts")).text


@pytest.mark.journey
async def test_somebody_records_a_text_in_the_browser_and_hears_it(
    house: House, server: str, browser: Browser, tmp_path: Path
) -> None:
    admin = await browser(house.accounts["admin"])
    name, value = (await signed_cookie(house.accounts["admin"])).split("=", 1)
    async with chromium(microphone=BEEPING) as chrome:
        context = await chrome.new_context(viewport={"width": 360, "height": 740})
        await context.add_cookies([{"name": name, "value": value, "url": f"http://{server}"}])
        page = await context.new_page()
        await page.goto(f"http://{server}{house.at}/flow/steps/welcome")
        text = page.locator(".prompt").first
        await text.get_by_text("Say it yourself").click()
        await text.get_by_role("button", name="Record").click()
        await text.get_by_text("Recording 0:02").wait_for()
        await text.get_by_role("button", name="Stop").click()
        await text.get_by_role("button", name="Let callers hear this").click()
        await page.get_by_text("Your recording").first.wait_for()
        assert page.url.partition("#")[0].endswith("/flow/steps/welcome")
        await page.locator(".prompt audio").first.evaluate("audio => audio.play()")
        await page.wait_for_function("() => document.querySelector('.prompt audio').currentTime > 0.3")
    heard = await _listen(admin, house)
    assert 0.5 < read(heard).seconds < 3
    assert level(heard) > 300
