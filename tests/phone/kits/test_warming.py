"""The telephone's own sentences are spoken once a flow is published, for its own hotline and in its languages."""

from uuid import UUID

import pytest
from sqlmodel import select

from hark.phone.directing.dialogue import begin, press
from hark.phone.directing.words import position, question, spoken
from hark.phone.sounds.warming import sentences
from infra.carriers.protocol import Prompt
from infra.database import unit_of_work
from infra.jobs import Job, run_job
from infra.scope import no_scope
from infra.storage import store
from infra.web.i18n import LANGUAGES
from tenants.flows.models import FlowRow
from tenants.flows.service import WARMED
from tenants.prompts import service
from tenants.prompts.service import audio_for, hush
from tests.desk.house import House, open_house


@pytest.fixture
async def house(ground: None) -> House:
    return await open_house("blank")


async def owed(house: House, *names: str) -> list[UUID]:
    """The jobs of these names that are still to be done for a hotline."""
    with no_scope():
        async with unit_of_work() as session:
            found = select(Job.id).where(Job.tenant == house.tenant.id, Job.done_at.is_(None))  # type: ignore[union-attr]  # a column
            return list(await session.exec(found.where(Job.name.in_(names))))  # type: ignore[attr-defined]  # a column


def booking(language: str) -> list[Prompt]:
    """All that a caller of this language hears who types a number to be called back on."""
    said = begin(("window", "voicemail_ok", "wording"), own=True)
    heard = [*question(said, language)]
    for key in ("2", *"07700900456", "#", "1", "1", "1", "1"):
        said = press(said, key)
        heard += question(said, language) if said.step != "booked" else ()
    assert said.step == "booked"
    return heard


async def test_everything_of_ours_is_spoken_before_the_first_caller_needs_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    [job] = await owed(house, "phone.warm")
    assert await run_job(job)

    async def mute(*_: object, **__: object) -> None:
        raise AssertionError("the caller waits")

    monkeypatch.setattr(service, "spoken", mute)
    monkeypatch.setattr(service, "spoken_all", mute)
    service._known.clear()
    for language in ("en", "zh-Hans"):
        needed = [*spoken(language).values(), *position(1, language), *position(12, language), *booking(language)]
        assert {"0", "4", "7"} <= {prompt.text for prompt in needed}
        with house.scope():
            async with unit_of_work() as session:
                for prompt in needed:
                    assert (await audio_for(session, prompt.text, prompt.language)).seconds > 0.2, prompt
    with house.scope():
        async with unit_of_work() as session:
            flow = (await session.exec(select(FlowRow.id))).one()
            again = await service.enqueue(session, "phone.warm", {"flow": str(flow)})
    assert await run_job(again), "said once, it isn't said again"


async def test_they_are_spoken_for_their_own_hotline_in_its_own_languages(house: House) -> None:
    other = await open_house("blank", languages=["en"])
    [job] = await owed(other, "phone.warm")
    assert await run_job(job)
    assert {language for _, language in sentences(["en"])} == {"en"}
    assert len(await store().keys(f"prompt/{other.tenant.id}")) == len(sentences(["en"]))
    assert await store().keys(f"prompt/{house.tenant.id}") == []


async def test_what_is_closed_owes_nothing_more(house: House) -> None:
    assert len(await owed(house, *WARMED)) == 2
    with house.scope():
        async with unit_of_work() as session:
            await hush(session)
    assert await owed(house, *WARMED) == []


def test_the_sentences_are_few() -> None:
    assert len(sentences(LANGUAGES)) < 60 * len(LANGUAGES)
