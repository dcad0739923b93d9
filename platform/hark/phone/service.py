"""The telephone as a whole: signals come in here, orders go out, and calls that were changed elsewhere are settled."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID
from zlib import crc32

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from hark.answering import entrance
from hark.phone import naming, rows
from hark.phone.arriving.arrive import arrive
from hark.phone.carriers.orders import CHANNEL, send
from hark.phone.carriers.voices import voices
from hark.phone.happen import happen
from hark.phone.models import Carried, Leg
from hark.phone.naming import Named
from hark.phone.outgoing import errands
from hark.phone.settle import last_order, settle
from hark.phone.sounds.sound import with_sound
from hark.phone.turns import in_order, turn
from hark.recordings import service as recordings
from hark.switchboard import left, timers
from hark.switchboard.models import Call
from hark.switchboard.offering.reach import by_page
from hark.switchboard.touched import seen_to
from infra.carriers.protocol import (
    Arrived,
    Command,
    GiveBack,
    HangUp,
    Knocked,
    Lost,
    Over,
    Recorded,
    Resync,
    Signal,
    Unwell,
    Well,
)
from infra.carriers.wire import load
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.realtime import hub
from infra.scope import no_scope, tenant_scope
from provisioning.numbers import failover

log = logging.getLogger(__name__)
GONE_SECONDS = 60
"""How long a switch may be out of reach before its callers count as gone, and their volunteers are free again."""
PAUSES = (0.2, 0.5, 1, 2, 3, 5, 5, 5)
"""Seconds between tries while the database is away."""


async def hear(carrier: str, node: str, signals: Sequence[Signal]) -> None:
    """Let what a carrier tells happen, in order; each once, however long a database takes to come back."""
    for signal in signals:
        for pause in (*PAUSES, None):
            try:
                await _hear(carrier, node, signal)
                break
            except (SQLAlchemyError, OSError):
                if pause is None:
                    raise
                log.warning("a %s must be heard again", type(signal).__name__, exc_info=True)
                await asyncio.sleep(pause)


async def _hear(carrier: str, node: str, signal: Signal) -> None:
    match signal:
        case Arrived():
            await _arrived(carrier, node, signal)
        case Knocked():
            await send(carrier, node, await entrance.knocked(signal))
        case Unwell() | Well():
            await _judged(carrier, node, well=isinstance(signal, Well))
        case Lost():
            await _lost(carrier, node)
        case Resync():
            await _resync(carrier, node, signal)
        case _:
            await _told(carrier, node, signal)


async def _arrived(carrier: str, node: str, signal: Arrived) -> None:
    try:
        await arrive(carrier, node, signal)
    except Exception:  # whatever it was, the caller must not wait in silence for us
        log.exception("a call couldn't begin; its carrier takes it back")
        await send(carrier, node, GiveBack(signal.ref, "back"))


async def _told(carrier: str, node: str, signal: Signal) -> None:
    ref = getattr(signal, "ref", "")
    named = await naming.whose(carrier, node, ref)
    if named is not None and named.errand:
        await _run_errand(named, signal)
    elif named is not None and not await _happened(carrier, node, named, signal):
        naming.let_go(carrier, node, ref)
        named = await naming.whose(carrier, node, ref)
    if named is None and isinstance(signal, Recorded) and signal.name and carrier in voices:  # nobody waits for it now
        await voices[carrier].forget(node, signal.name)
    elif named is None and not isinstance(signal, Over):
        await send(carrier, node, HangUp(ref, "orphan"))


async def _happened(carrier: str, node: str, named: Named, signal: Signal) -> bool:
    """Let a signal happen to a leg; False when that leg is over."""
    async with turn(named.call):
        with tenant_scope(named.tenant):
            if isinstance(signal, Recorded):
                await _keep(carrier, node, named, signal)
            async with unit_of_work() as session:
                await rows.locked(session, named.call)
                leg = await rows.alive(session, named.id)
                if leg is not None:
                    await happen(session, leg, signal)
                elif isinstance(signal, Over) or (isinstance(signal, Recorded) and _visit(signal) is not None):
                    await naming.drop(session, named.id)
                await settle(session, named.call)
                seen_to(session, named.call)
    return leg is not None


async def _run_errand(named: Named, signal: Signal) -> None:
    with tenant_scope(named.tenant):
        async with unit_of_work() as session:
            carried = (await session.execute(select(Carried).where(col(Carried.id) == named.id))).scalar_one_or_none()
            command = await errands.happen(session, carried, signal) if carried else None
            command = await with_sound(session, command, carried.carrier) if carried else None
    if carried is not None and command is not None:
        await send(carried.carrier, carried.node, command)


async def _keep(carrier: str, node: str, named: Named, signal: Recorded) -> None:
    """Fetch a recording, seal it, and only then let the carrier forget it; at once where nothing is said in it."""
    voice = voices[carrier]
    if not signal.seconds:
        if signal.name:
            await voice.forget(node, signal.name)
        return
    try:
        wav = await voice.fetch(node, signal.name)
    except LookupError:
        log.warning("a recording is gone from %s before it was fetched", node)
        return
    async with unit_of_work() as session:
        await seal(session, named.call, signal, wav)
    await voice.forget(node, signal.name)


def _visit(signal: Recorded) -> int | None:
    """At which visit of the flow's a message was left; None for what was said in a room."""
    first = signal.id.split(".", 1)[0]
    return int(first) if first.isdigit() else None


async def seal(session: Session, call: UUID, signal: Recorded, wav: bytes) -> None:
    """Keep what was recorded of a call, of a message or of a talk; handed in again, it is kept once."""
    visit = _visit(signal)
    if visit is not None:
        await left.keep_whole(session, call, visit, wav, "audio/wav", signal.seconds)
        return
    began = (await session.execute(select(col(Call.answered_at)).where(col(Call.id) == call))).scalar()
    # two of a call are two, one that is told twice is one
    apart = timedelta(microseconds=crc32(signal.name.encode()) % 1_000_000)
    await recordings.keep(session, call, wav, at=(began or now()) + apart, seconds=signal.seconds)


async def _judged(carrier: str, node: str, *, well: bool) -> None:
    """A company takes our orders, or doesn't: numbers that have a second way follow by their rule."""
    with no_scope():
        async with unit_of_work() as session:
            await (failover.carrier_up if well else failover.carrier_down)(session, carrier, node)


async def _lost(carrier: str, node: str) -> None:
    """A switch is out of reach: if it stays so, everybody on it counts as gone."""
    log.warning("%s %s is out of reach", carrier, node)
    with no_scope():
        async with unit_of_work() as session:
            await failover.carrier_down(session, carrier, node)
    for tenant, call in await _calls_on(carrier, node):
        with tenant_scope(tenant):
            async with unit_of_work() as session:
                await timers.arm(session, "caller", call, now() + timedelta(seconds=GONE_SECONDS))


async def _calls_on(carrier: str, node: str) -> set[tuple[UUID, UUID]]:
    with no_scope():
        async with unit_of_work() as session:
            found = select(col(Carried.tenant), col(Carried.call)).where(
                col(Carried.carrier) == carrier, col(Carried.node) == node, col(Carried.errand) == ""
            )
            return {(tenant, call) for tenant, call in (await session.execute(found)).all()}


async def _resync(carrier: str, node: str, signal: Resync) -> None:
    """What lives there is compared with what we know: the dead are buried, strangers hung up, the rest told again."""
    with no_scope():
        async with unit_of_work() as session:
            await failover.carrier_up(session, carrier, node)
            found = select(Carried).where(col(Carried.carrier) == carrier, col(Carried.node) == node)
            known = {row.ref: row for row in (await session.execute(found)).scalars()}
    for ref in signal.legs.keys() - known.keys():
        await send(carrier, node, HangUp(ref, "orphan"))
    gone = [row for ref, row in known.items() if ref not in signal.legs]
    for row in await _callers_first(gone):
        await _told(carrier, node, Over(row.ref, "lost"))
    for tenant, call in {(row.tenant, row.call) for ref, row in known.items() if ref in signal.legs and not row.errand}:
        async with turn(call):
            with tenant_scope(tenant):
                async with unit_of_work() as session:
                    await timers.disarm(session, call, "caller")
                    await settle(session, call, again=True)


async def _callers_first(lost: Sequence[Carried]) -> list[Carried]:
    """Where both sides of a call are gone there is nobody left to be led to somebody else."""
    callers: set[UUID] = set()
    for tenant in {row.tenant for row in lost}:
        with tenant_scope(tenant):
            async with unit_of_work() as session:
                mine = [row.id for row in lost if row.tenant == tenant]
                found = select(col(Leg.id)).where(col(Leg.id).in_(mine), col(Leg.role) == "caller")
                callers |= set((await session.execute(found)).scalars())
    return sorted(lost, key=lambda row: row.id not in callers)


async def doing(carrier: str, node: str, ref: str) -> Command | None:
    """What a leg does now, with the sound of its words; None for a leg that is over. For carriers that ask."""
    named = await naming.whose(carrier, node, ref)
    if named is None:
        return None
    with tenant_scope(named.tenant):
        async with unit_of_work() as session:
            leg = await rows.alive(session, named.id)
            return await with_sound(session, last_order(leg), carrier) if leg else None


# Calls that were changed elsewhere

_carriers: dict[UUID, str | None] = {}
_MOST_KNOWN = 10_000


async def changed(tenant: UUID, call: UUID) -> None:
    """A call was changed in this process: settle it soon, here or where its carrier is."""
    in_order(f"changed:{call}", lambda: _changed(tenant, call))


async def tell_changed(tenant: UUID, call: UUID) -> None:
    """The same for a process that speaks for no carrier and lives from job to job."""
    if not by_page(await _carrier(tenant, call)):
        await hub.publish(CHANNEL, {"type": "changed", "tenant": str(tenant), "call": str(call)})


async def _changed(tenant: UUID, call: UUID, *, published: bool = False) -> None:
    carrier = await _carrier(tenant, call)
    if by_page(carrier):
        return
    if carrier in voices:
        await _settle(tenant, call)
    elif not published:
        await hub.publish(CHANNEL, {"type": "changed", "tenant": str(tenant), "call": str(call)})


async def _carrier(tenant: UUID, call: UUID) -> str | None:
    if call not in _carriers:
        with tenant_scope(tenant):
            async with unit_of_work() as session:
                found = (await session.execute(select(col(Call.carrier)).where(col(Call.id) == call))).scalar()
        if len(_carriers) >= _MOST_KNOWN:
            _carriers.clear()
        _carriers[call] = found
    return _carriers[call]


async def _settle(tenant: UUID, call: UUID) -> None:
    async with turn(call):
        with tenant_scope(tenant):
            async with unit_of_work() as session:
                await settle(session, call)


on_trunks: list[Callable[[], Awaitable[None]]] = []
"""What is done once hotlines' own trunks have changed."""


on_duty: list[Callable[[UUID], Awaitable[None]]] = []
"""What is done once somebody has gone on duty at a telephone, or off, at this hotline."""


async def listen() -> None:
    """Settle what other processes changed, for ever."""
    async with hub.subscribe(CHANNEL) as news:
        while True:
            message = await news.get()
            if message["type"] == "changed":
                await _changed(UUID(message["tenant"]), UUID(message["call"]), published=True)
            elif message["type"] in ("trunks", "resync"):
                for act in on_trunks:
                    await act()
            elif message["type"] == "duty":
                for tell in on_duty:
                    await tell(UUID(message["tenant"]))
            elif message["type"] == "send" and message["carrier"] in voices:
                command = load(message["command"])
                if command is not None:
                    await send(message["carrier"], message["node"], command)
