"""The home page says how things stand, and the audit trail says it in words."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hark.desk.trail.words import ACTS
from hark.switchboard.models import Duty
from infra.clock import now, travel
from infra.database import unit_of_work
from infra.ids import new_id
from tenants.rosters.hours import Calendar
from tenants.rosters.planning import keep_calendar
from tests.conftest import Browser
from tests.desk.house import House, open_house

ROOT = Path(__file__).parents[2]
NIGHT = datetime(2026, 3, 4, 1, 30, tzinfo=ZoneInfo("Asia/Shanghai"))  # Wednesday


@pytest.fixture
async def house(ground: None) -> House:
    house = await open_house("blank")
    weekly = {"mon": (("09:00", "12:00"),), "tue": (("20:00", "02:00"),), "thu": (("09:00", "12:00"),)}
    with house.scope():
        async with unit_of_work() as session:
            await keep_calendar(session, "main", Calendar(zone="Asia/Shanghai", weekly=weekly))
    return house


async def _home(house: House, browser: Browser, role: str) -> str:
    return re.sub(r"\s+", " ", (await (await browser(house.accounts[role])).get(house.at)).text)


async def test_whether_the_line_is_reachable_follows_the_calendar_and_who_is_there(
    house: House, browser: Browser
) -> None:
    with travel(NIGHT):
        assert "Open, but nobody is on duty" in await _home(house, browser, "operator")
        with house.scope():
            async with unit_of_work() as session:
                key = house.people["mate"].id
                session.add(Duty(id=key, status="on", seen_until=now() + timedelta(minutes=1)))
        page = await _home(house, browser, "operator")
        assert "Yes, somebody answers" in page
        assert "open until 02:00" in page
    with travel(NIGHT + timedelta(minutes=5)):
        assert "Open, but nobody is on duty" in await _home(house, browser, "operator"), "no console was seen since"
    with travel(NIGHT + timedelta(hours=1)):
        page = await _home(house, browser, "operator")
        assert "Closed now" in page
        assert "opens Thu 09:00" in page


async def test_the_number_is_there_and_said_to_be_simulated(house: House, browser: Browser) -> None:
    page = await _home(house, browser, "auditor")
    assert re.search(r"\+999 \d{3}", page)
    assert "Simulated" in page


async def test_what_waits_for_me_is_mine(house: House, browser: Browser) -> None:
    mine = await browser(house.accounts["operator"])
    await mine.get(f"{house.at}/contacts/for-call/{await house.call('operator')}")
    assert "1 record of mine to submit" in await _home(house, browser, "operator")
    assert "to submit" not in await _home(house, browser, "mate")


async def test_first_steps_are_ticked_by_what_was_done(house: House, browser: Browser) -> None:
    admin = await browser(house.accounts["admin"])
    assert "Look at your opening hours" in await _home(house, browser, "admin")
    assert "First steps" not in await _home(house, browser, "operator")
    await house.call("operator")
    await admin.get(f"{house.at}/roster/hours")
    page = await _home(house, browser, "admin")
    done = re.findall(r'<li data-done="(yes|no)">', page)
    assert done == ["yes", "yes", "yes", "no"], "only the roster is left"


def test_every_act_that_is_written_down_has_words() -> None:
    sources = [
        path.read_text() for floor in ("platform", "provisioning", "tenants") for path in (ROOT / floor).rglob("*.py")
    ]
    acts = {
        act for source in sources for act in re.findall(r'record\(\s*[\w.]*session,\s*"([a-z_]+\.[a-z_]+)"', source)
    }
    assert len(acts) > 20
    assert acts - set(ACTS) == set()
    for kind in ("voicemail", "callback"):
        assert {f"{kind}.{verb}" for verb in ("take", "done", "return")} <= set(ACTS)


async def test_the_trail_is_for_those_who_lead_and_for_auditors_and_pages_back(house: House, browser: Browser) -> None:
    client = await browser(house.accounts["operator"])
    for _ in range(60):
        await client.post(f"{house.at}/contacts", data={"key": str(new_id())})
    for role, status in (("owner", 200), ("admin", 200), ("auditor", 200), ("supervisor", 403), ("operator", 403)):
        answer = await (await browser(house.accounts[role])).get(f"{house.at}/audit")
        assert answer.status_code == status
    auditor = await browser(house.accounts["auditor"])
    first = (await auditor.get(f"{house.at}/audit?member={house.people['operator'].id}")).text
    assert first.count("began a record") == 50
    older = re.search(r'href="([^"]+before=[^"]+)"', first)[1].replace("&amp;", "&")
    second = (await auditor.get(older)).text
    assert second.count("began a record") == 10
