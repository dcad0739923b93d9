"""Callers as a hotline knows them: turned away for a time and kindly, a plan for whom calls a lot, silence noted."""

import json
import re
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import websockets
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from hark.callers.policy import FIRST, HOUR, TRY_AGAIN, key_first, rests_until
from hark.callers.refusing import NO_KEY, asks_key, refusal
from hark.switchboard.models import Call, CallerRow, Offer
from hark.switchboard.offering import duty
from infra.clock import now, travel
from infra.database import unit_of_work
from infra.vault import fingerprint
from tenants.audit import AuditEntry
from tenants.directory.models import Tenant
from tenants.lines.models import Line
from tenants.lines.settings import LineSetting
from tenants.profile.models import Profile
from tests.conftest import Browser
from tests.desk.house import House, open_house

AT = datetime(2026, 3, 2, 12).astimezone()
moments = st.lists(st.integers(0, 7200), max_size=60).map(lambda ago: [AT - timedelta(seconds=each) for each in ago])


@given(begun=moments, most=st.integers(0, 40))
def test_the_first_calls_of_an_hour_are_never_refused_and_a_rest_ends_within_the_hour(
    begun: list[datetime], most: int
) -> None:
    until = rests_until(begun, AT, most)
    lately = [each for each in begun if each > AT - HOUR]
    if len(lately) < max(FIRST, most):
        assert until is None
    else:
        assert until is not None
        assert AT < until <= AT + HOUR
        assert rests_until(begun, until, most) is None, "at that moment the caller gets through"


def test_nobody_is_asked_for_a_key_unless_the_line_is_set_so_and_no_person_twice() -> None:
    def asks(**more: object) -> bool:
        return (
            key_first(**{"asked_for": True, "talked_before": False, "turned_away": None, "at": AT, **more}) is not None
        )

    assert asks()
    assert not asks(asked_for=False)
    assert not asks(talked_before=True), "a voice that we know is no robot"
    assert not asks(turned_away=AT - TRY_AGAIN / 2), "who calls again at once is no robot either"
    assert asks(turned_away=AT - TRY_AGAIN)


@pytest.fixture
async def house(ground: None) -> House:
    return await open_house()


async def _caller(house: House, call: UUID) -> UUID:
    with house.scope():
        async with unit_of_work() as session:
            row = CallerRow(hash=call.bytes)
            session.add(row)
            await session.flush()
            found = (await session.exec(select(Call).where(Call.id == call))).one()
            found.caller_id = row.id
            return row.id


async def _refused(house: House, key: UUID | None) -> dict[str, str]:
    with house.scope():
        async with unit_of_work() as session:
            return await refusal(session, key, (await session.exec(select(Line))).one())


async def test_a_block_needs_a_reason_ends_by_itself_and_tells_the_caller_kindly(
    house: House, browser: Browser
) -> None:
    key = await _caller(house, await house.call("operator"))
    assert await _refused(house, key) == {}
    lead, at = await browser(house.accounts["supervisor"]), f"{house.at}/callers/{key}"
    assert (await lead.post(f"{at}/block", data={"span": "1d", "reason": ""})).status_code == 422
    assert (await lead.post(f"{at}/block", data={"span": "for ever", "reason": "x"})).status_code == 422
    assert await _refused(house, key) == {}
    assert (await lead.post(f"{at}/block", data={"span": "1d", "reason": "Threatened Bob."})).status_code == 303
    told = await _refused(house, key)
    assert set(told) == {"en", "zh-Hans"}
    assert "110" in told["en"], "whom to call in danger"
    assert "Threatened" not in str(told)
    assert await _refused(house, None) == {}
    listed = (await lead.get(f"{house.at}/callers")).text
    assert "Threatened Bob." in listed
    assert "Supervisor" in listed
    with travel(by=timedelta(hours=25)):
        assert await _refused(house, key) == {}
        assert "Threatened Bob." not in (await (await browser(house.accounts["owner"])).get(f"{house.at}/callers")).text


async def test_whom_a_supervisor_lets_through_again_gets_through(house: House, browser: Browser) -> None:
    key = await _caller(house, await house.call("operator"))
    lead, at = await browser(house.accounts["supervisor"]), f"{house.at}/callers/{key}"
    await lead.post(f"{at}/block", data={"span": "30d", "reason": "By mistake."})
    for _ in range(2):
        assert (await lead.post(f"{at}/unblock")).status_code == 303
    assert await _refused(house, key) == {}
    with house.scope():
        async with unit_of_work() as session:
            acts = list(await session.exec(select(AuditEntry.action).where(AuditEntry.subject == key)))
            assert (await session.exec(select(CallerRow.sealed_reason).where(CallerRow.id == key))).one() is None
    assert sorted(acts) == ["caller.block", "caller.unblock"]


async def test_calls_without_end_are_asked_to_rest_and_refused_ones_dont_count(house: House) -> None:
    calls = [await house.call() for _ in range(12)]
    key = await _caller(house, calls[0])
    with house.scope():
        async with unit_of_work() as session:
            for place, row in enumerate(await session.exec(select(Call).where(Call.id != calls[0]))):
                row.caller_id = key
                row.started_at = now() - timedelta(minutes=place)
                row.outcome = "refused" if place > 2 else "answered"
    assert await _refused(house, key) == {}
    with house.scope():
        async with unit_of_work() as session:
            for row in await session.exec(select(Call).where(Call.caller_id == key)):
                row.outcome = "answered"
    assert "many times in the last hour" in (await _refused(house, key))["en"]
    with travel(by=timedelta(hours=1)):
        assert await _refused(house, key) == {}


async def test_the_plan_is_read_by_whoever_is_offered_the_call_and_by_nobody_else(
    house: House, browser: Browser
) -> None:
    """Lifeline Australia: three in a hundred callers make sixty in a hundred calls; they want a plan, not a block."""
    call = await house.call("operator")
    key = await _caller(house, call)
    lead = await browser(house.accounts["supervisor"])
    words = "Twenty minutes. Ask about the garden."
    assert (await lead.post(f"{house.at}/callers/{key}/plan", data={"plan": words})).status_code == 303
    beside = f"{house.at}/callers/for-call/{call}"
    assert words in (await (await browser(house.accounts["operator"])).get(beside)).text
    assert (await (await browser(house.accounts["mate"])).get(beside)).status_code == 404
    assert (await (await browser(house.accounts["operator"])).get(f"{house.at}/callers/{key}")).status_code == 403
    with house.scope():
        async with unit_of_work() as session:
            row = (await session.exec(select(CallerRow).where(CallerRow.id == key))).one()
            assert words.encode() not in row.sealed_plan
            session.add(Offer(call_id=call, member_id=house.people["mate"].id, state="expired", expires_at=now()))
    assert words in (await (await browser(house.accounts["mate"])).get(beside)).text
    assert (await lead.post(f"{house.at}/callers/{key}/plan", data={"plan": "x" * 4001})).status_code == 422
    await lead.post(f"{house.at}/callers/{key}/plan", data={"plan": ""})
    assert (await (await browser(house.accounts["mate"])).get(beside)).text.strip() == ""


async def test_a_robots_key_is_off_until_a_line_asks_for_it(house: House) -> None:
    call = await house.call()
    key = await _caller(house, call)
    with house.scope():
        async with unit_of_work() as session:
            line = (await session.exec(select(Line))).one()
            assert await asks_key(session, key, line) is None
            session.add(LineSetting(id=line.id, ask_key=True))
        async with unit_of_work() as session:
            assert await asks_key(session, key, line) is not None
            assert await asks_key(session, None, line) is not None, "a number that is withheld"
            row = (await session.exec(select(Call).where(Call.id == call))).one()
            row.outcome, row.ended_at = NO_KEY, now()
        async with unit_of_work() as session:
            assert await asks_key(session, key, line) is None


async def test_a_silent_call_is_noted_and_can_be_taken_back(house: House, browser: Browser) -> None:
    call = await house.call("operator", ended=False)
    mine, other = await browser(house.accounts["operator"]), await browser(house.accounts["mate"])
    at = f"{house.at}/contacts/for-call/{call}"
    assert (await other.post(f"{at}/silence")).status_code == 404
    fragment = {"hx-request": "true"}
    assert "Silent call" in (await mine.post(f"{at}/silence", headers=fragment)).text
    assert "Silent call" in re.sub(r"\s+", " ", (await mine.get(at)).text)
    assert "Silent call" not in (await mine.post(f"{at}/silence", data={"silent": "no"}, headers=fragment)).text


async def test_who_is_turned_away_reads_why_at_once_and_nobody_is_rung(
    house: House, browser: Browser, server: str
) -> None:
    with house.scope():
        async with unit_of_work() as session:
            tenant = await session.get_one(Tenant, house.tenant.id)
            tenant.status = "open"
            found = (await session.exec(select(Profile))).one()
            found.defaults = {**found.defaults, "remember_callers": True}
            value = "a" * 43
            mark = await fingerprint(session, "caller", value)
            session.add(CallerRow(hash=mark, blocked_until=now() + timedelta(days=1), blocked_at=now()))
            await duty.set_duty(session, house.people["operator"].id, "on")
    client = await browser()
    begun = await client.post(f"/h/{house.tenant.slug}/call", headers={"cookie": f"caller={value}"})
    base = begun.headers["location"]
    cookie = begun.headers["set-cookie"].split(";")[0]
    async with websockets.connect(f"ws://{server}{base}/socket", additional_headers={"cookie": cookie}) as page:
        said = [json.loads(await page.recv()) for _ in range(2)]
    assert said[-1]["kind"] == "ended"
    assert "can't talk with you on this line just now" in said[-1]["text"]
    with house.scope():
        async with unit_of_work() as session:
            call = (await session.exec(select(Call).where(Call.id == UUID(base.rsplit("/", 1)[1])))).one()
            offers = (await session.exec(select(Offer).where(Offer.call_id == call.id))).all()
    assert (call.phase, call.outcome, offers) == ("ended", "refused", [])


async def test_a_callers_page_tells_of_calls_plan_and_block_and_of_no_number(house: House, browser: Browser) -> None:
    call = await house.call("operator")
    key = await _caller(house, call)
    lead, at = await browser(house.accounts["supervisor"]), f"{house.at}/callers/{key}"
    await lead.get(f"{house.at}/contacts/for-call/{call}")
    assert "None is kept" not in (await lead.get(at)).text
    await lead.post(f"{at}/block", data={"span": "7d", "reason": "Shouts at night."})
    text = (await lead.get(at)).text
    assert "Shouts at night." in text
    assert "Let them through" in text
    contact = re.search(r'href="(/o/[^"]+/contacts/[0-9a-f-]+)"', text)
    assert contact is not None
    assert at in (await lead.get(contact[1])).text, "and back from the record"
