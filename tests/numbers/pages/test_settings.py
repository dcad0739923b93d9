"""The admin's pages: what is set for a number, its second way in, its trial and its end; what a hotline may have."""

import re
from html import unescape

import httpx
import pytest
from sqlmodel import select

from infra.database import unit_of_work
from infra.ids import new_id
from infra.settings import settings
from tenants.directory.models import Number
from tests.conftest import Browser
from tests.numbers.conftest import claimed, number
from tests.numbers.fake import FakeCompany
from tests.world import World, account_for, open_hotline


async def test_settings_of_a_number_are_kept_and_one_alone_is_shown(
    world: World, company: FakeCompany, alice: httpx.AsyncClient, base: str
) -> None:
    first, second = await claimed(world.first, "+862150000140"), await claimed(world.first, "+862150000141")
    for key in (first, second):
        form = {"line": str(world.first.line), "label": "Leaflets", "language": "zh-Hans", "shown": "1"}
        assert (await alice.post(f"{base}/{key}", data=form)).status_code == 303
    rows = [await number("+862150000140"), await number("+862150000141")]
    assert [(row.shown, row.listed, row.language, row.label) for row in rows if row] == [
        (False, False, "zh-Hans", "Leaflets"),
        (True, False, "zh-Hans", "Leaflets"),
    ]
    public = (await alice.get(f"/h/{world.first.slug}")).text
    assert "5000 0140" not in public
    await alice.post(f"{base}/{first}", data={"line": str(world.first.line), "listed": "1"})
    assert "5000 0140" in (await alice.get(f"/h/{world.first.slug}")).text


async def test_a_second_way_in_is_chosen_among_those_that_can_be(
    world: World, company: FakeCompany, alice: httpx.AsyncClient, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await claimed(world.first, "+862150000149")
    assert "Second way in" not in (await alice.get(f"{base}/{key}")).text
    monkeypatch.setattr(settings(), "asterisk", "http://hark:x@switch.example.org:8088/ari?name=switch")
    page = (await alice.get(f"{base}/{key}")).text
    assert re.search(r'<option value="asterisk/switch"[^>]*>Our own exchange \(switch\)</option>', page)
    for way, kept in (("asterisk/switch", "asterisk/switch"), ("asterisk/other", "/"), ("", "/")):
        form = {"line": str(world.first.line), "second": way}
        assert (await alice.post(f"{base}/{key}", data=form)).status_code == 303
        row = await number("+862150000149")
        assert row
        assert f"{row.second_carrier}/{row.second_node}" == kept
    company.refuses_to_point = True
    assert "Second way in" not in (await alice.get(f"{base}/{key}")).text, "its company can't send calls elsewhere"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"label": "x" * 61}, "Shorten it"),
        ({"language": "fr"}, "Choose a language"),
        ({"line": ""}, "Choose a line"),
        ({"line": "nonsense"}, "Choose a line"),
    ],
)
async def test_a_setting_that_can_not_be_comes_back_with_what_was_typed(
    world: World, alice: httpx.AsyncClient, base: str, change: dict[str, str], says: str
) -> None:
    async with unit_of_work() as session:
        found = select(Number).where(Number.tenant == world.first.tenant, Number.status == "held")
        row = (await session.exec(found)).first()
    assert row
    form = {"line": str(world.first.line), "label": "On the leaflets"} | change
    answer = await alice.post(f"{base}/{row.id}", data=form)
    assert answer.status_code == 422
    assert says in answer.text
    assert form["label"] in answer.text


async def test_a_number_is_given_up_by_typing_its_end_and_taken_back(
    world: World, company: FakeCompany, alice: httpx.AsyncClient, base: str
) -> None:
    key = await claimed(world.first, "+862150000150")
    wrong = await alice.post(f"{base}/{key}/release", data={"digits": "9999"})
    assert wrong.status_code == 422
    assert "last four digits" in wrong.text
    assert (await alice.post(f"{base}/{key}/release", data={"digits": "0150"})).status_code == 303
    page = (await alice.get(base)).text
    assert "Resting" in page
    assert (await alice.get(f"{base}/{key}")).status_code == 404
    assert (await alice.post(f"{base}/{key}/regain")).status_code == 303
    assert (await alice.get(f"{base}/{key}")).status_code == 200


async def test_a_number_is_not_said_to_work_before_a_call_has_come(
    world: World, company: FakeCompany, alice: httpx.AsyncClient, base: str
) -> None:
    key = await claimed(world.first, "+862150000160")
    assert "Not verified yet" in (await alice.get(f"{base}/{key}")).text
    asked = await alice.post(f"{base}/{key}/trial")
    assert "can't call numbers by itself yet" in unescape((await alice.get(asked.headers["location"])).text)


async def test_the_platform_sets_limits_and_the_hotline_sees_them(ground: None, browser: Browser) -> None:
    hotline, owner = await open_hotline(f"{new_id()}@example.org", "blank", "Limited", "Lea")
    operator = await account_for("limiter@example.org")
    async with unit_of_work() as session:
        operator.platform_operator = True
        session.add(operator)
    platform, lea = await browser(operator.id), await browser(owner.account)
    page = f"/platform/hotlines/{hotline.tenant}/limits"
    form = {"legs": "2", "minutes": "90", "spend": "12345", "currency": "CNY", "a_minute": "30", "numbers": "3"}
    form |= {"countries": "gb HK"}
    for change in ({"legs": "-1"}, {"legs": "many"}, {"currency": "¥"}, {"countries": "GB Narnia"}, {"numbers": "0"}):
        wrong = await platform.post(page, data=form | change)
        assert wrong.status_code == 422
        assert 'value="12345"' in wrong.text
    assert (await platform.post(page, data=form)).status_code == 303
    seen = (await lea.get(f"/o/{hotline.slug}/settings/numbers")).text
    assert "0 of 90" in seen
    assert "CN¥123.45" in seen
    assert "United Kingdom" in seen
    assert (await lea.get(page)).status_code == 404
