"""Who may read and write a record: the same rule for pages, saving and lists."""

import re

import pytest
from sqlmodel import select

from infra.database import unit_of_work
from tenants.audit import AuditEntry
from tests.conftest import Browser
from tests.desk.house import House, open_house


@pytest.fixture
async def house(ground: None) -> House:
    return await open_house()


async def _record(house: House, browser: Browser) -> str:
    call = await house.call("operator")
    client = await browser(house.accounts["operator"])
    at = re.search(r'data-save="([^"]+)"', (await client.get(f"{house.at}/contacts/for-call/{call}")).text)[1]
    await client.patch(at, json={"revision": 0, "tab": "t", "count": 1, "changes": {"summary": "a quiet secret"}})
    return at


@pytest.mark.parametrize(
    ("role", "reads", "lists", "writes"),
    [
        ("owner", 200, True, 200),
        ("admin", 200, True, 200),
        ("supervisor", 200, True, 200),
        ("operator", 200, True, 200),
        ("mate", 404, False, 404),
        ("auditor", 200, True, 403),
    ],
)
async def test_each_role_sees_what_is_theirs(
    house: House, browser: Browser, role: str, reads: int, lists: bool, writes: int
) -> None:
    at = await _record(house, browser)
    client = await browser(house.accounts[role])
    page = await client.get(at)
    assert page.status_code == reads
    assert ("a quiet secret" in page.text) is (reads == 200 and role != "auditor")
    assert (f'href="{at}"' in (await client.get(f"{house.at}/contacts")).text) is lists
    change = {"revision": 1, "tab": "x", "count": 1, "changes": {"called": role}}
    assert (await client.patch(at, json=change)).status_code == writes


async def test_another_hotlines_people_find_nothing(house: House, browser: Browser) -> None:
    at = await _record(house, browser)
    other = await open_house()
    stranger = await browser(other.accounts["owner"])
    assert (await stranger.get(at)).status_code == 404
    assert (await stranger.get(at.replace(house.at, other.at))).status_code == 404
    change = {"revision": 1, "tab": "x", "count": 1, "changes": {"called": "x"}}
    assert (await stranger.patch(at.replace(house.at, other.at), json=change)).status_code == 404


async def test_reading_a_colleagues_record_is_written_down_and_shown(house: House, browser: Browser) -> None:
    at = await _record(house, browser)
    supervisor = await browser(house.accounts["supervisor"])
    await supervisor.get(at)
    assert "read a record" in (await supervisor.get(at)).text
    with house.scope():
        async with unit_of_work() as session:
            acts = (await session.exec(select(AuditEntry).where(AuditEntry.action == "contact.read"))).all()
    assert {act.member for act in acts} == {house.people["supervisor"].id}
