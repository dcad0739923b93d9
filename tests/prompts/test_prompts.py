"""A recording is heard instead of the voice, for its words alone; sounds are made once, for their own hotline alone."""

import re
from uuid import UUID

import pytest
from sqlmodel import select

from hark.phone.sounds.audio import audio_url
from infra.database import unit_of_work
from infra.errors import NotFound
from infra.ids import new_id
from infra.jobs import Job, run_job
from infra.scope import no_scope, tenant_scope
from infra.speech.converting import converted
from infra.speech.speaking import Unspeakable
from infra.speech.wav import read
from infra.storage import store
from provisioning.closing.archive import discard_files, zipped
from tenants.flows.document import parse
from tenants.flows.drafts import standing
from tenants.flows.models import FlowRow, FlowVersion
from tenants.flows.service import publish
from tenants.prompts import service
from tenants.prompts.service import Audio, audio_for, keep, open_audio, remove
from tenants.prompts.warming import pieces
from tests.conftest import Browser
from tests.desk.house import House, open_house
from tests.speech.sounds import file, level, tone

WORDS = "Hello. You are not alone."


@pytest.fixture
async def house(ground: None) -> House:
    return await open_house("rainbow")


async def _flow(session) -> UUID:
    return (await session.exec(select(FlowRow.id))).first()


async def _record(house: House, text: str, language: str = "en", seconds: float = 1.0) -> UUID:
    """Somebody records a text; returns the recording's id."""
    wav = await converted(file(tone(seconds), "webm", "libopus"))
    with house.scope():
        async with unit_of_work() as session:
            place = (await _flow(session), "welcome", "text")
            return (await keep(session, text, language, wav, place=place, member=house.people["admin"].id)).id


async def _heard(house: House, text: str = WORDS, language: str = "en") -> Audio:
    with house.scope():
        async with unit_of_work() as session:
            return await audio_for(session, text, language)


async def _run(name: str, house: House) -> list[UUID]:
    """The jobs of this name that are owed to the house, done; one that isn't due yet stays."""
    with no_scope():
        async with unit_of_work() as session:
            owed = select(Job.id).where(Job.name == name, Job.tenant == house.tenant.id, Job.done_at.is_(None))
            found = list(await session.exec(owed))
    return [key for key in found if await run_job(key)]


async def test_without_a_recording_the_text_is_spoken_once_and_kept(house: House, monkeypatch) -> None:
    first = await _heard(house)
    assert not first.recorded
    wav = await open_audio(first.key)
    assert read(wav).seconds == first.seconds == pytest.approx(2, abs=0.8)
    assert level(wav) > 1500

    async def mute(*_: object, **__: object) -> None:
        raise AssertionError("spoken twice")

    monkeypatch.setattr(service, "spoken", mute)
    assert await _heard(house, f"  {WORDS}\n") == first
    service._known.clear()
    assert await _heard(house) == first


async def test_a_recording_is_heard_instead_and_taken_back_it_is_spoken_again(house: House) -> None:
    spoken = await _heard(house)
    key = await _record(house, WORDS)
    recorded = await _heard(house)
    assert recorded.recorded
    assert recorded.seconds == pytest.approx(1.3, abs=0.1)
    assert await open_audio(recorded.key) != await open_audio(spoken.key)
    with house.scope():
        async with unit_of_work() as session:
            await remove(session, key)
    assert await _heard(house) == spoken


async def test_a_changed_text_and_another_language_are_not_the_recordings(house: House) -> None:
    await _record(house, WORDS)
    assert not (await _heard(house, "Hello. You are never alone.")).recorded
    assert not (await _heard(house, WORDS, "de")).recorded
    assert (await _heard(house)).recorded


async def test_recorded_again_the_newer_is_heard_and_the_older_goes_once_no_call_can_need_it(
    house: House, monkeypatch
) -> None:
    await _record(house, WORDS, seconds=1)
    older = await _heard(house)
    await _record(house, WORDS, seconds=2)
    newer = await _heard(house)
    assert newer.seconds > older.seconds + 0.8
    assert await _run("prompts.drop", house) == []
    assert await open_audio(older.key)
    monkeypatch.setattr("infra.jobs.run.now", lambda: service.now() + service.LAST_PLAYS)
    assert len(await _run("prompts.drop", house)) == 1
    with pytest.raises(NotFound):
        await open_audio(older.key)
    assert await open_audio(newer.key)


async def test_a_text_that_no_voice_can_say_is_told_to_be_so(house: House) -> None:
    with pytest.raises(Unspeakable):
        await _heard(house, "Hello.", "tlh")


async def test_another_hotline_hears_nothing_of_it_and_takes_nothing_away(house: House, browser: Browser) -> None:
    key = await _record(house, WORDS)
    heard, other = await _heard(house), await open_house("blank")
    assert not (await _heard(other)).recorded
    with other.scope():
        async with unit_of_work() as session:
            with pytest.raises(NotFound):
                await remove(session, key)
            await service.drop(session, heard.key.rpartition("/")[2].removesuffix(".wav"))
    assert await open_audio(heard.key)


async def test_a_published_flow_is_spoken_before_anybody_calls_and_only_once(house: House, monkeypatch) -> None:
    with house.scope():
        async with unit_of_work() as session:
            flow = parse((await standing(session, await _flow(session))).newest.document)
    assert len(await _run("prompts.warm", house)) == 1

    async def mute(*_: object, **__: object) -> None:
        raise AssertionError("the caller waits")

    monkeypatch.setattr(service, "spoken", mute)
    for text, language in pieces(flow):
        service._known.clear()
        assert (await _heard(house, text, language)).seconds > 0.3
    with house.scope():
        async with unit_of_work() as session:
            row = (await session.exec(select(FlowRow))).first()
            document = (await standing(session, row.id)).newest.document
            await publish(session, row, parse(document))
            await publish(session, row, parse(document))
    assert len(await _run("prompts.warm", house)) == 1


async def test_a_flow_in_a_language_that_nobody_speaks_is_warmed_as_far_as_it_goes(house: House, caplog) -> None:
    await _run("prompts.warm", house)
    with house.scope():
        async with unit_of_work() as session:
            version = (await session.exec(select(FlowVersion).where(FlowVersion.status == "published"))).one()
            document = {**version.document, "languages": ["tlh", "en"]}
            document["nodes"]["welcome"]["text"] = {"tlh": "nuqneH", "en": "Hello from a warm hotline."}
            version.document = document
            await service.enqueue(session, "prompts.warm", {"flow": str(version.flow_id)})
    assert len(await _run("prompts.warm", house)) == 1
    assert "“tlh”" in caplog.text
    assert len(await store().keys(f"prompt/{house.tenant.id}")) > 10


async def test_a_carrier_fetches_a_sound_by_its_signed_address_and_by_no_other(house: House, browser: Browser) -> None:
    await _record(house, WORDS)
    heard = await _heard(house)
    carrier = await browser()
    address = audio_url(house.tenant.id, heard.key)
    assert address.startswith("http://hark.test/voice/prompts/")
    answer = await carrier.get(address)
    assert answer.status_code == 200
    assert answer.content == await open_audio(heard.key)
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["cache-control"] == "private, max-age=86400"
    assert "set-cookie" not in answer.headers
    part = await carrier.get(address, headers={"range": "bytes=0-43"})
    assert (part.status_code, len(part.content), part.content[:4]) == (206, 44, b"RIFF")

    unsigned, signature = address.split("?s=")
    other = await open_house("blank")
    elsewhere = unsigned.replace(str(house.tenant.id), str(other.tenant.id))
    with tenant_scope(other.tenant.id):
        theirs = audio_url(other.tenant.id, heard.key).split("?s=")[1]
    for wrong in (
        unsigned, f"{unsigned}?s=", f"{unsigned}?s={signature[:-1]}0x", f"{unsigned}?s={'0' * 64}",
        f"{elsewhere}?s={signature}", f"{elsewhere}?s={theirs}", f"{unsigned}?s={theirs}",
        f"{re.sub('own-.{3}', 'own-000', unsigned)}?s={signature}",
        f"http://hark.test/voice/prompts/{house.tenant.id}/..%2F..%2Fx.wav?s={signature}",
        audio_url(house.tenant.id, f"own-{new_id().hex}"),
    ):  # fmt: skip
        assert (await carrier.get(wrong)).status_code == 404, wrong


async def test_the_export_holds_the_recordings_and_closing_deletes_every_sound(house: House) -> None:
    await _record(house, WORDS)
    recorded, spoken = await _heard(house), await _heard(house, "Something else.")
    with house.scope():
        async with unit_of_work() as session:
            archive = await zipped(session)
    assert recorded.key.rpartition("/")[2].encode() in archive
    assert b"unreadable.txt" not in archive
    await discard_files(house.tenant.id)
    for key in (recorded.key, spoken.key):
        with pytest.raises(NotFound):
            await open_audio(key)
