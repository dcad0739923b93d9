"""The roster: holes are where nobody is, by the wall clock; a place is taken once; hours can be undone."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from hark.desk.roster.week import week
from infra.database import unit_of_work
from infra.ids import new_id
from tenants.rosters.hours import Calendar
from tenants.rosters.models import CalendarRow, Shift
from tests.conftest import Browser
from tests.desk.house import House, open_house

MONDAY = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def _shift(weekday: int, starts: int, ends: int, member: UUID | None = None) -> Shift:
    return Shift(
        tenant_id=new_id(), team_id=new_id(), weekday=weekday, starts=starts * 60, ends=ends * 60, member_id=member
    )


def _calendar(zone: str = "Asia/Shanghai", **weekly: list[tuple[str, str]]) -> Calendar:
    return Calendar.model_validate({"zone": zone, "weekly": weekly})


def test_a_night_shift_covers_both_its_days_and_leaves_its_hole_where_it_is() -> None:
    somebody = new_id()
    days = week(_calendar(fri=[("22:00", "06:00")]), [_shift(4, 22, 2, somebody), _shift(5, 2, 6)], MONDAY)
    friday, saturday = days[4], days[5]
    assert friday.holes == []
    assert [(bar.start, bar.end, bar.state) for bar in friday.bars] == [(22, 24, "covered")]
    assert saturday.holes == [("02:00", "06:00")]
    assert saturday.gaps == [], "a shift is planned there; only nobody has taken it"


def test_an_open_hour_without_a_shift_is_a_gap_and_sunday_night_reaches_into_monday() -> None:
    days = week(_calendar(sun=[("20:00", "04:00")]), [], MONDAY)
    assert days[6].gaps == [("20:00", "00:00")]
    assert days[0].gaps == [("00:00", "04:00")], "the night that began last Sunday"


def test_the_night_that_the_clock_is_put_back_has_its_hour_more_to_cover() -> None:
    autumn = datetime(2026, 10, 20, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    whole = _calendar("Europe/Berlin", sat=[("22:00", "04:00")])
    days = week(whole, [_shift(5, 22, 4, new_id())], autumn)
    assert days[5].holes == days[6].holes == []
    days = week(whole, [_shift(5, 22, 2, new_id())], autumn)
    assert days[6].holes == [("02:00", "04:00")], "the shift lasts until the second two o'clock"


def test_the_week_is_the_one_of_the_hotlines_own_clock() -> None:
    late = datetime(2026, 3, 8, 20, tzinfo=UTC)  # Monday morning in Shanghai
    assert week(_calendar(), [], late)[0].today


@pytest.fixture
async def house(ground: None) -> House:
    return await open_house("workplace")


async def _free(house: House) -> UUID:
    with house.scope():
        async with unit_of_work() as session:
            return (await session.exec(select(Shift.id).where(col(Shift.member_id).is_(None)))).first()


async def _holder(house: House, key: UUID) -> UUID | None:
    with house.scope():
        async with unit_of_work() as session:
            return (await session.exec(select(Shift.member_id).where(Shift.id == key))).one()


async def test_a_place_taken_by_two_at_once_has_one_taker_and_the_other_is_told(house: House, browser: Browser) -> None:
    key = await _free(house)
    clients = [await browser(house.accounts[role]) for role in ("operator", "mate", "supervisor")]
    answers = await asyncio.gather(*(one.post(f"{house.at}/roster/shifts/{key}/taking") for one in clients))
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]
    winner = next(place for place, answer in enumerate(answers) if answer.status_code == 303)
    role = ("operator", "mate", "supervisor")[winner]
    assert await _holder(house, key) == house.people[role].id
    assert "Somebody took this shift" in next(answer for answer in answers if answer.status_code == 409).text


async def test_only_the_one_who_has_a_place_leaves_it(house: House, browser: Browser) -> None:
    key = await _free(house)
    mine, other = await browser(house.accounts["operator"]), await browser(house.accounts["mate"])
    await mine.post(f"{house.at}/roster/shifts/{key}/taking")
    await other.post(f"{house.at}/roster/shifts/{key}/leaving")
    assert await _holder(house, key) == house.people["operator"].id
    await mine.post(f"{house.at}/roster/shifts/{key}/leaving")
    assert await _holder(house, key) is None


async def test_an_admin_adds_fills_moves_and_removes_a_shift(house: House, browser: Browser) -> None:
    admin = await browser(house.accounts["admin"])
    with house.scope():
        async with unit_of_work() as session:
            team = (await session.exec(select(Shift.team_id))).first()
    added = {"team": str(team), "days": ["0", "2"], "starts": "23:00", "ends": "01:30", "places": "2"}
    assert (await admin.post(f"{house.at}/roster/shifts", data=added)).status_code == 303
    with house.scope():
        async with unit_of_work() as session:
            rows = (await session.exec(select(Shift).where(Shift.starts == 23 * 60))).all()
    assert sorted((row.weekday, row.ends) for row in rows) == [(0, 90), (0, 90), (2, 90), (2, 90)]
    at = f"{house.at}/roster/shifts/{rows[0].id}"
    await admin.post(f"{at}/member", data={"member": str(house.people["mate"].id)})
    assert await _holder(house, rows[0].id) == house.people["mate"].id
    assert (await admin.post(f"{at}/member", data={"member": str(house.people["auditor"].id)})).status_code == 422
    assert (await admin.post(f"{at}/time", data={"starts": "22:00", "ends": "22:00"})).status_code == 422
    await admin.post(f"{at}/time", data={"starts": "22:30", "ends": "01:30"})
    assert "22:30–01:30" in (await admin.get(f"{house.at}/roster")).text
    await admin.post(f"{at}/removal", data={"whole": "true"})
    assert (await admin.get(at)).status_code == 404
    assert (await admin.post(f"{at}/removal")).status_code == 303, "removing it again is fine"


async def test_volunteers_see_the_roster_and_change_only_their_own_places(house: House, browser: Browser) -> None:
    key = await _free(house)
    for role, page, change in (("operator", 200, 403), ("auditor", 200, 403), ("admin", 200, 303)):
        client = await browser(house.accounts[role])
        assert (await client.get(f"{house.at}/roster")).status_code == page
        answer = await client.post(f"{house.at}/roster/shifts/{key}/member", data={"member": "nobody"})
        assert answer.status_code == change


async def _document(house: House) -> dict:
    with house.scope():
        async with unit_of_work() as session:
            return (await session.exec(select(CalendarRow.document))).one()


async def test_opening_hours_are_changed_past_midnight_and_undone(house: House, browser: Browser) -> None:
    admin = await browser(house.accounts["admin"])
    before = await _document(house)
    hours = {"mon-from": ["20:00", ""], "mon-to": ["02:00", ""], "tue-from": "00:00", "tue-to": "00:00"}
    assert (await admin.post(f"{house.at}/roster/hours", data=hours)).status_code == 303
    weekly = (await _document(house))["weekly"]
    assert weekly == {"mon": [["20:00", "02:00"]], "tue": [["00:00", "00:00"]]}
    assert (await admin.post(f"{house.at}/roster/hours/undo")).status_code == 303
    assert await _document(house) == before


async def test_half_a_span_is_refused_and_what_was_typed_is_still_there(house: House, browser: Browser) -> None:
    admin = await browser(house.accounts["admin"])
    before = await _document(house)
    hours = {"mon-from": ["20:15", ""], "mon-to": ["", ""]}
    answer = await admin.post(f"{house.at}/roster/hours", data=hours)
    assert answer.status_code == 422
    assert 'value="20:15"' in answer.text
    assert await _document(house) == before


async def test_public_holidays_are_added_once_and_one_can_be_taken_away(house: House, browser: Browser) -> None:
    admin = await browser(house.accounts["admin"])
    for _ in range(2):
        await admin.post(f"{house.at}/roster/hours/public-holidays")
    days = [each["date"] for each in (await _document(house))["holidays"]]
    assert len(days) == len(set(days)) > 10
    await admin.post(f"{house.at}/roster/hours/holidays/{days[0]}/removal")
    assert days[0] not in [each["date"] for each in (await _document(house))["holidays"]]
    mine = {"day": "2027-01-15", "name": "Training", "opens": "10:00", "closes": "12:00"}
    await admin.post(f"{house.at}/roster/hours/holidays", data=mine)
    added = next(each for each in (await _document(house))["holidays"] if each["date"] == "2027-01-15")
    assert (added["name"], added["spans"]) == ({"en": "Training"}, [["10:00", "12:00"]])
