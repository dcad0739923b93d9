"""Sound for texts: the hotline's own recording where there is one, else a voice that says them; made once and kept.

Files lie under `prompt/<tenant>/<name>.wav`. What a name stands for never changes, so it may be cached anywhere.
"""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from infra.clock import now
from infra.database import Session
from infra.errors import NotFound
from infra.ids import new_id
from infra.jobs import Job, enqueue, job
from infra.scope import current_tenant
from infra.speech.speaking import spoken, spoken_all, voices
from infra.speech.wav import read
from infra.storage import store
from tenants.flows.service import WARMED
from tenants.prompts.models import Prompt

MAKING = 1
"""Counted up when the making of speech changes, so that nothing made the old way is used any more."""
LAST_PLAYS = timedelta(minutes=10)
"""A call that has just been given a recording's address still finds it there."""
AT_ONCE = 40
"""Texts that one process says one after another."""
_KNOWN_LIMIT = 20_000
_known: dict[str, float] = {}


class Audio(NamedTuple):
    """A telephone WAV in the store, how many seconds it takes, and whether a person of the hotline recorded it."""

    key: str
    seconds: float
    recorded: bool


def text_hash(text: str, language: str) -> str:
    """By which a recording is found for a text in a language; spaces around it don't count."""
    return hashlib.sha256(f"{language}\0{text.strip()}".encode()).hexdigest()


def storage_key(tenant: UUID, name: str) -> str:
    """Where a sound of this name is kept."""
    return f"prompt/{tenant}/{name}.wav"


async def audio_for(session: Session, text: str, language: str) -> Audio:
    """What a caller of the tenant in scope hears for a text: the recording of it, else the text spoken.

    Raises `infra.speech.speaking.Unspeakable` where nothing can say it.
    """
    return await own(session, text, language) or await said(text, language)


async def own(session: Session, text: str, language: str) -> Audio | None:
    """The hotline's own recording of a text, None where it has none."""
    found = select(col(Prompt.key), col(Prompt.seconds)).where(col(Prompt.text_hash) == text_hash(text, language))
    row = (await session.execute(found)).one_or_none()
    return Audio(row.key, row.seconds, True) if row else None


async def said(text: str, language: str) -> Audio:
    """A text as a voice says it, in about 0.1 s, or at once if it was said before. Raises Unspeakable."""
    if found := await _said_before(text, language):
        return found
    wav, voice = await spoken(text.strip(), language)
    return await _kept(text, language, wav, voice)


async def say_all(pieces: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Have these texts (with their languages) spoken for whoever calls next; returns those that no voice can say."""
    mute: list[tuple[str, str]] = []
    new = [piece for piece in pieces if await _said_before(*piece) is None]
    for start in range(0, len(new), AT_ONCE):
        batch = new[start : start + AT_ONCE]
        for (text, language), made in zip(batch, await spoken_all(batch), strict=True):
            if made:
                await _kept(text, language, *made)
            else:
                mute.append((text, language))
    return mute


async def seconds_of(session: Session, pieces: Sequence[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """How long callers listen to each of these texts (with their languages) that was recorded or spoken before."""
    spoken = await asyncio.gather(*(_said_before(*piece) for piece in pieces))
    known = {piece: audio.seconds for piece, audio in zip(pieces, spoken, strict=True) if audio}
    by_hash = {text_hash(*piece): piece for piece in pieces}
    found = select(col(Prompt.text_hash), col(Prompt.seconds)).where(col(Prompt.text_hash).in_(by_hash))
    recorded = (await session.execute(found)).all()
    return known | {by_hash[name]: seconds for name, seconds in recorded}


async def _said_before(text: str, language: str) -> Audio | None:
    key = _key(text, language, next(voices(language)))
    if key not in _known:
        try:
            _know(key, await store().get(key))
        except NotFound:
            return None
    return Audio(key, _known[key], False)


async def _kept(text: str, language: str, wav: bytes, voice: tuple[str, str]) -> Audio:
    key = _key(text, language, voice)
    await store().put(key, wav)
    _know(key, wav)
    return Audio(key, _known[key], False)


def _know(key: str, wav: bytes) -> None:
    if len(_known) >= _KNOWN_LIMIT:
        _known.clear()
    _known[key] = read(wav).seconds


def _key(text: str, language: str, voice: tuple[str, str]) -> str:
    what = json.dumps([MAKING, *voice, language, text.strip()])
    return storage_key(current_tenant(), hashlib.sha256(what.encode()).hexdigest())


async def hush(session: Session) -> None:
    """Forget every sound of the tenant in scope, and that more was to be spoken: its flow is gone."""
    owed = delete(Job).where(col(Job.tenant) == current_tenant(), col(Job.name).in_(WARMED))
    await session.execute(owed)
    for key in await store().keys(f"prompt/{current_tenant()}"):
        await store().delete(key)


async def open_audio(key: str) -> bytes:
    """The WAV behind a key of `audio_for`. Raises NotFound."""
    return await store().get(key)


async def keep(
    session: Session, text: str, language: str, wav: bytes, *, place: tuple[UUID, str, str], member: UUID
) -> Prompt:
    """Let callers hear this telephone WAV for a text from now on; a recording that was there makes way for it.

    `place`: the flow, node and path that it was made for.
    """
    name = text_hash(text, language)
    row = (await session.exec(select(Prompt).where(Prompt.text_hash == name).with_for_update())).one_or_none()
    if row is None:
        row = Prompt(
            text_hash=name, language=language, words=text.strip(), flow_id=place[0], node=place[1], path=place[2],
            key="", seconds=0, member_id=member,
        )  # fmt: skip
    else:
        await _drop(session, row)
    row.key = storage_key(current_tenant(), f"own-{new_id().hex}")
    row.seconds, row.member_id, row.at = read(wav).seconds, member, now()
    row.flow_id, row.node, row.path = place
    await store().put(row.key, wav)
    session.add(row)
    await session.flush()
    return row


async def remove(session: Session, key: UUID) -> Prompt:
    """Take a recording back: callers hear the text spoken again. Raises NotFound."""
    row = await recording(session, key)
    await _drop(session, row)
    await session.delete(row)
    await session.flush()
    return row


async def recording(session: Session, key: UUID) -> Prompt:
    """A recording by its id. Raises NotFound."""
    row = (await session.exec(select(Prompt).where(Prompt.id == key))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def recordings(session: Session) -> list[Prompt]:
    """All recordings of the tenant in scope, the newest first."""
    return list(await session.exec(select(Prompt).order_by(col(Prompt.at).desc())))


async def _drop(session: Session, row: Prompt) -> None:
    name = row.key.rpartition("/")[2].removesuffix(".wav")
    await enqueue(session, "prompts.drop", {"name": name}, due=now() + LAST_PLAYS)


@job("prompts.drop")
async def drop(session: Session, name: str) -> None:
    """Delete a recording's sound, which nothing refers to any more."""
    key = storage_key(current_tenant(), name)
    if (await session.exec(select(Prompt.id).where(Prompt.key == key))).first() is None:
        await store().delete(key)
