"""Recordings: none unless a line says so, told first, sealed, heard by those who supervise, gone in their time."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from hark.recordings import service
from hark.recordings.models import Recording
from hark.retention.service import sweep
from infra.clock import now, travel
from infra.database import unit_of_work
from infra.storage import store
from tenants.audit import AuditEntry
from tests.conftest import Browser
from tests.desk.house import House, open_house

WAV = b"RIFF" + bytes(range(256)) * 6000


@pytest.fixture
async def house(ground: None) -> House:
    return await open_house()


async def _turned_on(house: House, browser: Browser, **more: str) -> None:
    admin = await browser(house.accounts["admin"])
    sent = {"record": "yes", "recording_days": "30", **more}
    assert (await admin.post(f"{house.at}/settings/lines/{house.line}", data=sent)).status_code == 303


async def _kept(house: House, call: UUID) -> UUID | None:
    with house.scope():
        async with unit_of_work() as session:
            at = now() - timedelta(minutes=3)
            first = await service.keep(session, call, WAV, at=at, seconds=96)
            assert await service.keep(session, call, WAV, at=at, seconds=96) == first, "handed in twice"
            return first


async def _files(house: House) -> list[bytes]:
    return [await store().get(key) for key in await store().keys(f"recording/{house.tenant.id}")]


async def test_nothing_is_recorded_unless_a_line_says_so(house: House) -> None:
    with house.scope():
        async with unit_of_work() as session:
            assert await service.consent(session, house.line, ["en"]) is None
    assert await _kept(house, await house.call("operator")) is None
    assert await _files(house) == []


async def test_callers_are_told_first_in_the_hotlines_own_words_or_in_ours(house: House, browser: Browser) -> None:
    await _turned_on(house, browser, **{"consent.en": "We record. Say no if you mind."})
    with house.scope():
        async with unit_of_work() as session:
            told = await service.consent(session, house.line, ["en", "zh-Hans"])
    assert told is not None
    assert told["en"] == "We record. Say no if you mind."
    assert told["zh-Hans"]


async def test_a_recording_is_sealed_and_heard_by_those_who_supervise(house: House, browser: Browser) -> None:
    await _turned_on(house, browser)
    key = await _kept(house, await house.call("operator"))
    assert len(await _files(house)) == 2
    assert all(b"RIFF" not in part for part in await _files(house))
    at = f"{house.at}/recordings/{key}/sound"
    assert (await (await browser(house.accounts["operator"])).get(at)).status_code == 403
    assert (await (await browser(house.accounts["auditor"])).get(at)).status_code == 403
    whole = await (await browser(house.accounts["supervisor"])).get(at)
    assert (whole.content, whole.headers["content-type"]) == (WAV, "audio/wav")
    with house.scope():
        async with unit_of_work() as session:
            acts = list(await session.exec(select(AuditEntry.action).where(AuditEntry.subject == key)))
    assert acts == ["recording.play"]
    assert str(key) in (await (await browser(house.accounts["supervisor"])).get(f"{house.at}/recordings")).text


async def test_it_goes_when_its_lines_days_are_over_or_when_somebody_who_leads_deletes_it(
    house: House, browser: Browser
) -> None:
    await _turned_on(house, browser)
    old, gone = [await _kept(house, await house.call("operator")) for _ in range(2)]
    admin, lead = await browser(house.accounts["admin"]), await browser(house.accounts["supervisor"])
    assert (await lead.post(f"{house.at}/recordings/{gone}/removal")).status_code == 403
    assert (await admin.post(f"{house.at}/recordings/{gone}/removal")).status_code == 303
    assert len(await _files(house)) == 2
    with travel(by=timedelta(days=30)), house.scope():
        assert (
            await (await browser(house.accounts["supervisor"])).get(f"{house.at}/recordings/{old}/sound")
        ).status_code == 404
        async with unit_of_work() as session:
            assert (await sweep(session))["recordings"] == 1
        async with unit_of_work() as session:
            assert (await session.exec(select(Recording))).all() == []
    assert await _files(house) == []


async def test_settings_that_make_no_sense_are_refused_and_kept_on_the_page(house: House, browser: Browser) -> None:
    admin, at = await browser(house.accounts["admin"]), f"{house.at}/settings/lines"
    for sent in (
        {"recording_days": "0"},
        {"check_minutes": "7"},
        {"check_keys": "press one"},
        {"consent.en": "x" * 401},
    ):
        assert (await admin.post(f"{at}/{house.line}", data=sent)).status_code == 422
    answer = await admin.post(f"{at}/{house.line}", data={"check_keys": "press one", "consent.en": "Our words"})
    assert "Our words" in answer.text
    assert (await admin.post(at, data={"most_calls": "1"})).status_code == 422
    assert (await (await browser(house.accounts["supervisor"])).get(at)).status_code == 403
