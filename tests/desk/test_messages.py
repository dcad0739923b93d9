"""Voice messages and call-backs: one person sees to each, and a caller's own conditions are obeyed, not noted."""

import asyncio
import json
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from hark.desk.messages import notifying
from hark.desk.messages.models import Attempt
from hark.switchboard.left import part_key
from hark.switchboard.models import Callback, Voicemail
from infra.clock import travel
from infra.database import unit_of_work
from infra.mail.send import Mail
from infra.storage import store
from infra.vault import seal
from tenants.audit import AuditEntry
from tests.conftest import Browser
from tests.desk.house import House, open_house

SHANGHAI = ZoneInfo("Asia/Shanghai")
WINDOW = {"days": ["mon", "wed"], "from": "14:00", "until": "16:00"}
MONDAY = datetime(2026, 3, 2, 15, tzinfo=SHANGHAI)
TUESDAY = datetime(2026, 3, 3, 15, tzinfo=SHANGHAI)
NUMBER = "138 0013 8000"


@pytest.fixture
async def house(ground: None) -> House:
    return await open_house()


async def _callback(house: House, window: dict) -> UUID:
    call = await house.call()
    wishes = {"reach": "+8613800138000", "wording": "It is about the library book.", "email": ""}
    with house.scope():
        async with unit_of_work() as session:
            row = Callback(call_id=call, sealed=await seal(session, json.dumps(wishes).encode()), window=window)
            session.add(row)
            return row.id


async def _voicemail(house: House, *parts: bytes, status: str = "new") -> UUID:
    call = await house.call()
    with house.scope():
        async with unit_of_work() as session:
            for place, part in enumerate(parts):
                await store().put(part_key(call, 1, place), await seal(session, part))
            row = Voicemail(call_id=call, status=status, parts=len(parts), take=1, seconds=9)
            session.add(row)
            return row.id


async def _acts(house: House) -> list[str]:
    with house.scope():
        async with unit_of_work() as session:
            return list(await session.exec(select(AuditEntry.action).order_by(AuditEntry.at)))


async def test_how_to_reach_a_caller_is_shown_to_whoever_calls_and_only_when_it_is_allowed(
    house: House, browser: Browser
) -> None:
    at = f"{house.at}/callbacks/{await _callback(house, WINDOW)}"
    mine, other = await browser(house.accounts["operator"]), await browser(house.accounts["mate"])
    with travel(MONDAY):
        assert (await mine.post(f"{at}/reach")).status_code == 409, "nobody has taken it on"
        await mine.post(f"{at}/taking")
        assert "library book" in (await mine.get(f"{house.at}/callbacks")).text
        assert "library book" not in (await other.get(f"{house.at}/callbacks")).text
        assert NUMBER in (await mine.post(f"{at}/reach")).text
        assert "Hang up at once and say nothing" in (await mine.get(f"{house.at}/callbacks")).text, "while calling too"
        assert NUMBER not in (await mine.get(f"{house.at}/callbacks")).text
        assert (await other.post(f"{at}/reach")).status_code == 409
    with travel(TUESDAY):
        answer = await mine.post(f"{at}/reach")
        assert answer.status_code == 409
        assert NUMBER not in answer.text
    assert (await _acts(house)).count("callback.read") == 1


async def test_a_callback_that_may_not_be_made_now_can_be_neither_dialled_nor_tried(
    house: House, browser: Browser
) -> None:
    """yap#527: a call-back that endangers the caller."""
    at = f"{house.at}/callbacks/{await _callback(house, WINDOW)}"
    mine = await browser(house.accounts["operator"])
    with travel(TUESDAY):
        await mine.post(f"{at}/taking")
        for way in ("dial", "reach"):
            answer = await mine.post(f"{at}/{way}")
            assert answer.status_code == 409
            assert "doesn&#39;t want to be called at this hour" in answer.text
        page = (await mine.get(f"{house.at}/callbacks")).text
        assert "from Wed 14:00" in page
        assert "Show how to reach them" not in page
    assert {"callback.dial", "callback.read"} & set(await _acts(house)) == set()
    never = f"{house.at}/callbacks/{await _callback(house, {'never': True})}"
    await mine.post(f"{never}/taking")
    assert "asked never to be called" in (await mine.post(f"{never}/dial")).text


async def test_those_who_may_be_called_now_come_first(house: House, browser: Browser) -> None:
    later, now_ok = await _callback(house, {"days": ["wed"], "from": "14:00", "until": "16:00"}), None
    now_ok = await _callback(house, WINDOW)
    with travel(MONDAY):
        page = (await (await browser(house.accounts["operator"])).get(f"{house.at}/callbacks")).text
    assert page.index(str(now_ok)) < page.index(str(later))
    assert page.count('<li class="later">') == 1


async def test_each_try_says_when_by_whom_and_what_came_of_it(house: House, browser: Browser) -> None:
    """yap#1375: nobody knows who handled it."""
    key = await _callback(house, WINDOW)
    at = f"{house.at}/callbacks/{key}"
    mine, other = await browser(house.accounts["operator"]), await browser(house.accounts["mate"])
    with travel(MONDAY):
        await mine.post(f"{at}/taking")
        for _ in range(2):
            await mine.post(f"{at}/reach")
        assert "You are calling now" in (await mine.get(f"{house.at}/callbacks")).text
        assert (await other.post(f"{at}/attempt", data={"outcome": "reached"})).status_code == 409
        assert (await mine.post(f"{at}/attempt", data={"outcome": "dialling"})).status_code == 422
        assert (await mine.post(f"{at}/attempt", data={"outcome": "machine"})).status_code == 303
        await mine.post(f"{at}/reach")
        await mine.post(f"{at}/attempt", data={"outcome": "reached"})
        await mine.post(f"{at}/completion")
        page = (await other.get(f"{house.at}/callbacks?view=done")).text
    with house.scope():
        async with unit_of_work() as session:
            tries = (await session.exec(select(Attempt).order_by(Attempt.at))).all()
    assert [(each.member_id, each.outcome) for each in tries] == [
        (house.people["operator"].id, "machine"),
        (house.people["operator"].id, "reached"),
    ]
    assert "Operator: a machine answered" in page
    assert "Operator: reached" in page


async def test_without_a_telephone_nothing_is_dialled_and_no_try_is_left_open(house: House, browser: Browser) -> None:
    at = f"{house.at}/callbacks/{await _callback(house, WINDOW)}"
    mine = await browser(house.accounts["operator"])
    with travel(MONDAY):
        await mine.post(f"{at}/taking")
        answer = await mine.post(f"{at}/dial")
    assert answer.status_code == 409
    assert "Call them now" not in answer.text
    assert "You are calling now" not in answer.text


async def test_letters_go_to_those_who_want_them_and_say_nothing_of_the_message(house: House, browser: Browser) -> None:
    mine = await browser(house.accounts["operator"])
    await mine.post(f"{house.at}/messages/wish", data={"kind": "voicemail", "mail": "yes"})
    voicemail, callback = await _voicemail(house, b"hello"), await _callback(house, WINDOW)
    with house.scope():
        async with unit_of_work() as session:
            before = len((await session.exec(select(Mail))).all())
        for kind, key in (("voicemail", voicemail), ("callback", callback)):
            async with unit_of_work() as session:
                await notifying.tell(session, kind, str(key))
        async with unit_of_work() as session:
            letters = [row.opened() for row in (await session.exec(select(Mail).order_by(Mail.at))).all()[before:]]
    assert [letter["to"].split("-")[0] for letter in letters] == ["operator"]
    assert "A caller left a voice message" in letters[0]["subject"]
    assert "library" not in str(letters)
    assert NUMBER.replace(" ", "") not in str(letters)
    await mine.post(f"{house.at}/voicemails/{voicemail}/taking")
    with house.scope():
        async with unit_of_work() as session:
            await notifying.tell(session, "voicemail", str(voicemail))
            assert len((await session.exec(select(Mail))).all()) == before + 1, "somebody sees to it already"


@pytest.mark.parametrize("kind", ["voicemail", "callback"])
async def test_one_of_three_takes_it_on_and_the_others_are_told(house: House, browser: Browser, kind: str) -> None:
    key = await (_voicemail(house, b"hello") if kind == "voicemail" else _callback(house, {"days": []}))
    at = f"{house.at}/{kind}s/{key}"
    clients = [await browser(house.accounts[role]) for role in ("operator", "mate", "supervisor")]
    answers = await asyncio.gather(*(client.post(f"{at}/taking") for client in clients))
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]


async def test_what_is_taken_on_is_done_by_its_owner_or_a_supervisor_and_can_wait_again(
    house: House, browser: Browser
) -> None:
    at = f"{house.at}/voicemails/{await _voicemail(house, b'hello')}"
    mine, other, lead = [await browser(house.accounts[role]) for role in ("operator", "mate", "supervisor")]
    await mine.post(f"{at}/taking")
    assert (await other.post(f"{at}/completion")).status_code == 409
    assert (await other.post(f"{at}/return")).status_code == 409
    assert (await mine.post(f"{at}/completion")).status_code == 303
    assert (await lead.post(f"{at}/return")).status_code == 303
    assert (await other.post(f"{at}/taking")).status_code == 303
    acts = [act for act in await _acts(house) if act.startswith("voicemail.")]
    assert acts == ["voicemail.take", "voicemail.done", "voicemail.return", "voicemail.take"]


async def test_a_voice_message_plays_whole_or_from_where_one_goes_back_to(house: House, browser: Browser) -> None:
    at = f"{house.at}/voicemails/{await _voicemail(house, b'first ', b'second ', b'third')}/sound"
    client = await browser(house.accounts["operator"])
    whole = await client.get(at)
    assert (whole.content, whole.headers["content-type"]) == (b"first second third", "audio/webm")
    part = await client.get(at, headers={"range": "bytes=6-11"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"second", "bytes 6-11/18")
    assert (await client.get(at, headers={"range": "bytes=-5"})).content == b"third"
    assert (await _acts(house)).count("voicemail.play") == 1
    other = await browser(house.accounts["mate"])
    await other.get(at, headers={"range": "bytes=1-"})
    assert (await _acts(house)).count("voicemail.play") == 2, "also whoever leaves out the first byte"
    assert (await (await browser(house.accounts["auditor"])).get(at)).status_code == 403


async def test_a_message_still_being_spoken_and_another_hotlines_are_not_there(house: House, browser: Browser) -> None:
    client = await browser(house.accounts["operator"])
    speaking = await _voicemail(house, b"he", status="recording")
    assert (await client.get(f"{house.at}/voicemails/{speaking}/sound")).status_code == 404
    other = await open_house()
    theirs = await _voicemail(other, b"hello")
    for verb in ("taking", "completion", "return"):
        assert (await client.post(f"{house.at}/voicemails/{theirs}/{verb}")).status_code == 404
    assert (await client.get(f"{house.at}/voicemails/{theirs}/sound")).status_code == 404
