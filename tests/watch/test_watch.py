"""The watch calls a line as everybody does, rings nobody, and tells its hotline within two intervals of a break."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from hark.switchboard import clock
from hark.switchboard.models import Call, Offer, Timer
from hark.switchboard.offering import duty
from hark.watch import schedule
from hark.watch.history import minutes_of, sweep
from hark.watch.models import LineCheck, LineDay, LineTrouble
from hark.watch.path import next_check, next_key, reached, stuck
from infra.clock import now, travel
from infra.database import unit_of_work
from infra.jobs import run_job
from infra.jobs.outbox import Job
from infra.mail.send import Mail
from tenants.flows.engine import State
from tenants.flows.engine import events as on
from tenants.flows.models import FlowVersion
from tenants.lines.settings import LineSetting
from tests.conftest import Browser
from tests.desk.house import House, open_house
from tests.flows.building import BYE, NOON, build, ring, voicemail, words

BEGIN = datetime(2026, 3, 2, 4, tzinfo=UTC)  # Monday noon in Shanghai
MENU = {
    "type": "menu", "text": words("Press 1 or 2"), "seconds": 10, "tries": 1, "timeout": "bye",
    "options": [{"key": "1", "label": words("One"), "value": "one", "next": "hello"},
                {"key": "2", "label": words("Two"), "value": "two", "next": "voicemail"}],
}  # fmt: skip
HELLO = {"type": "greeting", "text": words("Hello"), "seconds": 5, "next": "ring"}
NODES = {"menu": MENU, "hello": HELLO, "ring": ring(nobody="voicemail"), "voicemail": voicemail(), "bye": BYE}
FLOW = build(NODES, promise=600)


def test_a_call_has_arrived_where_somebody_is_rung_or_something_can_be_left() -> None:
    arrived = on.Arrived(at=NOON)
    assert reached(FLOW, [arrived]) is None
    later = NOON + timedelta(seconds=4)
    assert reached(FLOW, [arrived, on.Key("2", at=later)]) == ("voicemail", later)
    assert reached(FLOW, [arrived, on.CallerGone(at=later)]) == ("message", later)
    nowhere = build({"hello": {**HELLO, "next": "away"}})
    assert reached(nowhere, [on.Arrived(at=NOON), on.PromptDone(at=later)]) == ("broken", later)


def test_keys_are_pressed_one_menu_after_the_other_and_only_there() -> None:
    at_menu, at_hello = State(phase="guided", node="menu"), State(phase="guided", node="hello")
    assert next_key(FLOW, at_menu, "21", []) == "2"
    assert next_key(FLOW, at_menu, "21", [on.Key("2", at=NOON)]) == "1"
    assert next_key(FLOW, at_menu, "", []) == ""
    assert next_key(FLOW, at_hello, "21", []) == ""
    assert stuck(State(phase="guided", due=NOON), NOON + timedelta(seconds=21))
    assert not stuck(State(phase="guided", due=NOON), NOON)


def test_a_doubtful_check_is_done_again_soon_and_others_in_their_time() -> None:
    assert next_check(15, None, doubtful=False, at=NOON) == NOON
    assert next_check(15, NOON, doubtful=False, at=NOON) == NOON + timedelta(minutes=15)
    assert next_check(15, NOON, doubtful=True, at=NOON) < NOON + timedelta(minutes=1)


def test_trouble_is_shared_out_to_the_days_of_the_hotlines_calendar() -> None:
    zone = ZoneInfo("Europe/Berlin")
    night = datetime(2026, 10, 24, 23, tzinfo=zone), datetime(2026, 10, 25, 4, tzinfo=zone)
    assert minutes_of([night], zone) == {date(2026, 10, 24): 60, date(2026, 10, 25): 300}, "three o'clock comes twice"
    moment = datetime(2026, 3, 2, 12, tzinfo=zone)
    assert minutes_of([(moment, moment + timedelta(seconds=5))], zone) == {date(2026, 3, 2): 1}


async def test_what_was_found_is_forgotten_in_time_and_trouble_that_goes_on_is_not(house: House) -> None:
    async with unit_of_work() as session:
        for days in (1, 20, 500):
            at = now() - timedelta(days=days)
            session.add(LineCheck(line_id=house.line, state="good", at=at))
            session.add(LineTrouble(line_id=house.line, since=at, over_at=at))
            session.add(LineDay(line_id=house.line, day=at.date(), good=1))
        session.add(LineTrouble(line_id=house.line, since=now() - timedelta(days=600)))
    async with unit_of_work() as session:
        await sweep(session)
    assert [len(await _all(model)) for model in (LineCheck, LineTrouble, LineDay)] == [1, 3, 2]


@pytest.fixture
async def house(ground: None) -> AsyncIterator[House]:
    """A hotline whose line is checked every 15 minutes, with somebody on duty."""
    house = await open_house()
    with house.scope(), travel(BEGIN):
        async with unit_of_work() as session:
            version = (await session.exec(select(FlowVersion))).one()
            version.document = json.loads(FLOW.model_dump_json())
            session.add(LineSetting(id=house.line, check_minutes=15, check_keys="1"))
        yield house


async def _on_duty(house: House) -> None:
    async with unit_of_work() as session:
        await duty.set_duty(session, house.people["operator"].id, "on", seconds=7200)


async def _look(house: House) -> datetime | None:
    """What the worker does when a look is due; returns when the next is owed."""
    began = now()
    async with unit_of_work() as session:
        await schedule.look(session, str(house.line))
    async with unit_of_work() as session:
        owed = select(Job.due_at).where(
            Job.name == "watch.look", Job.tenant == house.tenant.id, col(Job.done_at).is_(None), Job.due_at >= began
        )
        return (await session.exec(owed.order_by(col(Job.due_at)))).first()


async def _pass(house: House, *, minutes: float, clock_runs: bool = True) -> None:
    """So much time goes by, with looks as they are owed."""
    end = now() + timedelta(minutes=minutes)
    while True:
        due = await _look(house)
        assert due is not None
        due = max(due, now() + timedelta(seconds=1))
        if due > end:
            break
        with travel(due):
            if clock_runs:
                await clock.tick()
            rest = (end - due).total_seconds() / 60
            await _pass(house, minutes=rest, clock_runs=clock_runs)
            return


async def _all(model: type) -> list:
    async with unit_of_work() as session:
        return list(await session.exec(select(model).order_by(col(model.id))))


async def _letters(house: House) -> list[dict[str, str]]:
    async with unit_of_work() as session:
        found = [row.opened() for row in await session.exec(select(Mail).order_by(Mail.at))]
    return [letter for letter in found if house.tenant.name in letter["subject"] and "callers" in letter["subject"]]


async def test_a_check_follows_its_path_in_real_time_rings_nobody_and_leaves_nothing_behind(house: House) -> None:
    await _on_duty(house)
    await _pass(house, minutes=2)
    checks = await _all(LineCheck)
    assert [(check.state, check.reached) for check in checks] == [("good", "ring")]
    assert 4 < checks[0].seconds < 12, "the greeting took its five seconds"
    assert await _all(Offer) == []
    assert await _all(Call) == []
    async with unit_of_work() as session:
        assert (
            await session.exec(select(Timer).where(Timer.tenant == house.tenant.id, Timer.kind != "duty"))
        ).all() == []


async def test_while_a_check_is_under_way_nobody_sees_a_caller_wait(house: House) -> None:
    await _on_duty(house)
    await _look(house)
    calls = await _all(Call)
    assert [(call.simulated, call.microphone, call.phase) for call in calls] == [(True, False, "flow")]


async def test_a_line_is_called_as_often_as_its_hotline_wants(house: House) -> None:
    await _pass(house, minutes=46)
    checks = await _all(LineCheck)
    gaps = {round((b.at - a.at).total_seconds() / 60) for a, b in pairwise(checks)}
    assert (len(checks), gaps) == (4, {15})
    assert [(day.good, day.bad) for day in await _all(LineDay)] == [(4, 0)]
    assert await _letters(house) == []


async def test_a_break_is_told_within_two_intervals_once_and_so_is_its_end(house: House, browser: Browser) -> None:
    """988, December 2022: a whole network down for half a day."""
    await _pass(house, minutes=1)
    broke = now() + timedelta(minutes=1)
    with travel(broke):
        await _pass(house, minutes=29, clock_runs=False)
        troubles = await _all(LineTrouble)
        assert [(row.over_at, row.reason) for row in troubles] == [(None, "stuck")]
        letters = await _letters(house)
        assert {letter["to"].split("-")[0] for letter in letters} == {"owner", "admin"}
        assert len(letters) == 2
        assert "don't get through" in letters[0]["subject"]
    with travel(broke + timedelta(minutes=30)):
        home = (await (await browser(house.accounts["operator"])).get(house.at)).text
        assert "Callers may not reach anybody" in home
        page = await (await browser()).get(f"/h/{house.tenant.slug}/status")
        assert "The line has trouble" in page.text
        await _pass(house, minutes=45, clock_runs=False)
        assert len(await _letters(house)) == 2, "told once"
    with travel(broke + timedelta(minutes=76)):
        await clock.tick()
        await _pass(house, minutes=20)
        assert (await _all(LineTrouble))[0].over_at is not None
        assert len(await _letters(house)) == 4
        assert "get through again" in (await _letters(house))[-1]["subject"]
        assert "The line works" in (await (await browser()).get(f"/h/{house.tenant.slug}/status")).text


async def test_each_look_that_a_worker_does_owes_the_next_one(house: House) -> None:
    async with unit_of_work() as session:
        await schedule.owe(session, house.line)
        await schedule.owe(session, house.line)
    seen = []
    for _ in range(4):
        async with unit_of_work() as session:
            owed = select(Job).where(
                Job.name == "watch.look", Job.tenant == house.tenant.id, col(Job.done_at).is_(None)
            )
            [job] = (await session.exec(owed)).all()
        seen.append(job.due_at)
        with travel(max(job.due_at, now())):
            assert await run_job(job.id)
    assert seen == sorted(set(seen))


async def test_one_bad_check_between_good_ones_wakes_nobody(house: House) -> None:
    await _pass(house, minutes=1)
    async with unit_of_work() as session:
        at = now() + timedelta(minutes=10)
        session.add(LineCheck(line_id=house.line, at=at, state="bad", reason="stuck"))
    with travel(by=timedelta(minutes=11)):
        await _pass(house, minutes=2)
    assert [check.state for check in await _all(LineCheck)] == ["good", "bad", "good"]
    assert await _letters(house) == []
    assert await _all(LineTrouble) == []


async def test_turned_off_it_stops_and_takes_its_call_along(house: House) -> None:
    await _look(house)
    async with unit_of_work() as session:
        (await session.exec(select(LineSetting))).one().check_minutes = None
    async with unit_of_work() as session:
        await session.execute(Job.__table__.update().where(Job.tenant == house.tenant.id).values(done_at=now()))
    assert await _look(house) is None
    assert await _all(Call) == await _all(LineCheck) == []


async def test_nobody_looks_for_longer_than_two_intervals_and_the_page_says_that_it_doesnt_know(
    house: House, browser: Browser
) -> None:
    await _pass(house, minutes=1)
    with travel(by=timedelta(minutes=45)):
        text = (await (await browser()).get(f"/h/{house.tenant.slug}/status")).text
        assert "We don't know just now" in text
        assert text.count("<rect") == 90


async def test_the_status_page_can_be_turned_off_and_keeps_a_neutral_title(house: House, browser: Browser) -> None:
    visitor, admin = await browser(), await browser(house.accounts["admin"])
    front = f"/h/{house.tenant.slug}"
    assert f'href="{front}/status"' in (await visitor.get(front)).text
    text = (await visitor.get(f"/h/{house.tenant.slug}/status")).text
    assert house.tenant.name not in text, "an anti-violence line hides its name"
    await admin.post(f"{house.at}/settings/lines", data={"most_calls": "12"})
    assert (await visitor.get(f"/h/{house.tenant.slug}/status")).status_code == 404
    assert f'href="{front}/status"' not in (await visitor.get(front)).text
    await admin.post(f"{house.at}/settings/lines", data={"most_calls": "12", "status_page": "yes"})
    assert (await visitor.get(f"/h/{house.tenant.slug}/status")).status_code == 200
    await admin.post(f"{house.at}/settings/lines/{house.line}", data={"recording_days": "90"})
    assert (await visitor.get(f"/h/{house.tenant.slug}/status")).status_code == 404, "no line is checked"
