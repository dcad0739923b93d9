"""The exchange: the carriers that this process is connected to, found in settings and beside us, kept for ever.

Each Asterisk obeys one application at a time, so of several processes one holds it, by a lease in Redis; the others
stand by. What speaks by webhooks needs no holder: any process answers.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from uuid import UUID

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from hark.phone import service, stranded
from hark.phone.carriers.alone import words_for, words_of
from hark.phone.carriers.voices import voices
from hark.switchboard.offering.reach import learn
from hark.switchboard.touched import listeners
from infra.carriers.asterisk.ari import Node
from infra.carriers.asterisk.trunks import Trunk
from infra.carriers.asterisk.voice import AsteriskVoice
from infra.carriers.protocol import Voice
from infra.carriers.twiml.voice import Twiml
from infra.database import unit_of_work
from infra.realtime import hub
from infra.scope import no_scope, tenant_scope
from infra.services.voice.found import asterisks
from infra.services.voice.instance import Coordinates
from infra.settings import settings
from tenants.directory.models import Number
from tenants.trunks import service as trunks

log = logging.getLogger(__name__)
ASTERISK, TWIML = "asterisk", "twiml"
LOOK_SECONDS = 2.0
"""How often we look for Asterisks that have come or gone."""
LEASE = "phone:asterisk"
LEASE_SECONDS = 5


@asynccontextmanager
async def connected() -> AsyncIterator[None]:
    """Speak for the carriers inside the block, and settle calls that anything in this process changes."""
    listeners.append(service.changed)
    twiml = Twiml(partial(service.hear, TWIML), partial(service.doing, TWIML)) if settings().twiml else None
    if twiml is not None:
        _speak_for(TWIML, twiml)
    service.on_trunks.append(_refresh)
    service.on_duty.append(_leave_word)
    tasks = [asyncio.create_task(service.listen()), asyncio.create_task(_hold_asterisks())]
    if twiml is not None:
        tasks.append(asyncio.create_task(twiml.watch()))
    try:
        yield
    finally:
        listeners.remove(service.changed)
        service.on_trunks.remove(_refresh)
        service.on_duty.remove(_leave_word)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        voices.pop(TWIML, None)
        if twiml is not None:
            await twiml.close()


async def _hold_asterisks() -> None:
    """While we hold the lease, be connected to every Asterisk that there is."""
    us = secrets.token_hex(8)
    known: list[Coordinates] = []
    running: asyncio.Task[None] | None = None
    try:
        while True:
            found = asterisks(settings().data_dir, settings().asterisk)
            _open(any(each.entrance for each in found))
            there = found if await _leased(us) else []
            if there != known:
                running = await _exchange(running, there)
                known = there
            await stranded.bring_in(each.voicemail for each in there)
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await _exchange(running, [])
        with suppress(RedisError, OSError):
            if await hub.redis().get(LEASE) == us.encode():
                await hub.redis().delete(LEASE)


def _open(entrance: bool) -> None:
    """Whether companies' calls can come to our operators' accounts, as things are now."""
    voice = voices.get(TWIML)
    if isinstance(voice, Twiml) and voice.can.desk != entrance:
        voice.open(entrance=entrance)
        _speak_for(TWIML, voice)


async def _leased(us: str) -> bool:
    """Whether it is we who speak for Asterisk. With Redis out of reach whoever did goes on."""
    redis = hub.redis()
    try:
        if await redis.set(LEASE, us, nx=True, ex=LEASE_SECONDS):
            return True
        if await redis.get(LEASE) != us.encode():
            return False
        await redis.expire(LEASE, LEASE_SECONDS)
    except (RedisError, OSError):
        return ASTERISK in voices
    return True


async def _exchange(running: asyncio.Task[None] | None, there: Sequence[Coordinates]) -> asyncio.Task[None] | None:
    """Let go of the Asterisks that we had and connect to these. Calls live on meanwhile."""
    if running is not None:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    voice = voices.pop(ASTERISK, None)
    if isinstance(voice, AsteriskVoice):
        await voice.close()
    if not there:
        return None
    made = AsteriskVoice([node_of(each) for each in there], partial(service.hear, ASTERISK), trunks_of, words_of)
    _speak_for(ASTERISK, made)
    return asyncio.create_task(made.run())


async def _refresh() -> None:
    """Bring our Asterisks' trunks to what the hotlines set."""
    voice = voices.get(ASTERISK)
    if isinstance(voice, AsteriskVoice):
        for node in voice.nodes:
            try:
                await voice.refresh(node)
            except (OSError, SQLAlchemyError):
                log.warning("the trunks of %s stay as they are until it is connected again", node, exc_info=True)


async def _leave_word(tenant: UUID) -> None:
    """Tell our Asterisks whom to ring for a hotline while we are away: somebody has gone on duty, or off."""
    voice = voices.get(ASTERISK)
    if isinstance(voice, AsteriskVoice):
        try:
            words = await words_for(tenant)
            for node in voice.nodes:
                await voice.leave_word(node, words)
        except (OSError, SQLAlchemyError):
            log.warning("our Asterisks ring whom they were told to ring before", exc_info=True)


def _speak_for(carrier: str, voice: Voice) -> None:
    voices[carrier] = voice
    can = voice.can
    devices = {"browser": can.browser, "desk": can.desk, "mobile": can.mobile, "sip": can.sip}
    learn(carrier, [device for device, rung in devices.items() if rung], listen=can.listen)


def node_of(found: Coordinates) -> Node:
    """An Asterisk as its adapter knows it; one whose folder we share is given prompts as files."""
    sounds = Path(found.folder) / "prompts" if found.folder else None
    return Node(
        name=found.name, ari=found.ari, user=found.user, password=found.password, app=found.app, cap=found.cap,
        sounds=sounds,
    )  # fmt: skip


async def trunks_of(_node: str) -> list[Trunk]:
    """Every hotline's own trunks that a number leads over, named by their ids."""
    with no_scope():
        async with unit_of_work() as session:
            found = select(Number.tenant).where(col(Number.trunk).is_not(None), col(Number.tenant).is_not(None))
            tenants = list(await session.exec(found.distinct()))
    made: list[Trunk] = []
    for tenant in tenants:
        if tenant is not None:
            with tenant_scope(tenant):
                async with unit_of_work() as session:
                    made += [
                        Trunk(
                            name=row.id.hex, host=row.host, port=row.port, transport=row.transport,
                            username=row.username, password=await trunks.password_of(session, row),
                            register=row.mode == "register", codecs=tuple(row.codecs),
                            check=settings().trunk_check, public=not settings().private_trunks,
                        )
                        for row in await trunks.trunks(session)
                    ]  # fmt: skip
    return made
