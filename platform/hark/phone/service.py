"""The telephone as a whole: signals come in here, orders go out, and calls that were changed elsewhere are settled."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from hark.answering import entrance
from hark.phone import errands, rows
from hark.phone.arrive import Begun, arrive
from hark.phone.happen import happen
from hark.phone.models import Carried, Leg
from hark.phone.settle import Order, last_order, settle
from hark.phone.sound import with_sound
from hark.phone.turns import in_order, turn
from hark.phone.voices import voices
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
    Play,
    Record,
    Recorded,
    Resync,
    Signal,
)
from infra.carriers.wire import dump, load
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
CHANNEL = "phone"


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
            await _send(carrier, node, await entrance.knocked(signal))
        case Lost():
            await _lost(carrier, node)
        case Resync():
            await _resync(carrier, node, signal)
        case _:
            await _told(carrier, node, signal)


async def _arrived(carrier: str, node: str, signal: Arrived) -> None:
    try:
        begun = await arrive(carrier, node, signal)
    except Exception:  # whatever it was, the caller must not wait in silence for us
        log.exception("a call couldn't begin; its carrier takes it back")
        await _send(carrier, node, GiveBack(signal.ref, "back"))
        return
    if isinstance(begun, Begun):
        _carriers[begun.call] = carrier
        async with turn(begun.call):
            await carry_out(begun.orders, begun.tenant)
    else:
        await carry_out(begun, None)


async def whose(carrier: str, node: str, ref: str) -> Carried | None:
    """Whose leg it is that a carrier names; None for one that is over, or never was ours."""
    with no_scope():
        async with unit_of_work() as session:
            found = select(Carried).where(
                col(Carried.carrier) == carrier, col(Carried.node) == node, col(Carried.ref) == ref
            )
            return (await session.execute(found)).scalar_one_or_none()


async def _told(carrier: str, node: str, signal: Signal) -> None:
    ref = getattr(signal, "ref", "")
    carried = await whose(carrier, node, ref)
    if carried is None:
        if isinstance(signal, Recorded):  # nobody waits for it any more
            await _forget(carrier, node, signal)
        elif not isinstance(signal, Over):
            await _send(carrier, node, HangUp(ref, "orphan"))
        return
    if carried.errand:
        await _run_errand(carried, signal)
        return
    async with turn(carried.call):
        with tenant_scope(carried.tenant):
            if isinstance(signal, Recorded):
                await (_keep(carrier, node, carried, signal) if signal.seconds else _forget(carrier, node, signal))
            async with unit_of_work() as session:
                await rows.locked(session, carried.call)
                leg = await _leg(session, carried.id)
                if leg is not None:
                    await happen(session, leg, signal)
                elif isinstance(signal, Recorded | Over):
                    await session.execute(delete(Carried).where(col(Carried.id) == carried.id))
                orders = await settle(session, carried.call)
                seen_to(session, carried.call)
        await carry_out(orders, carried.tenant)


async def _run_errand(carried: Carried, signal: Signal) -> None:
    with tenant_scope(carried.tenant):
        async with unit_of_work() as session:
            command = await errands.happen(session, carried, signal)
            command = await with_sound(session, command, carried.carrier)
    if command is not None:
        await _send(carried.carrier, carried.node, command)


async def _leg(session: Session, key: UUID) -> Leg | None:
    return (await session.execute(select(Leg).where(col(Leg.id) == key, col(Leg.state) != "over"))).scalar_one_or_none()


async def _keep(carrier: str, node: str, carried: Carried, signal: Recorded) -> None:
    """Fetch a recording, seal it, and only then let the carrier forget it."""
    voice = voices[carrier]
    try:
        wav = await voice.fetch(node, signal.name)
    except LookupError:
        log.warning("a recording is gone from %s before it was fetched", node)
        return
    async with unit_of_work() as session:
        await _seal(session, carried.call, signal, wav)
    await voice.forget(node, signal.name)


async def _forget(carrier: str, node: str, signal: Recorded) -> None:
    if signal.name and carrier in voices:
        await voices[carrier].forget(node, signal.name)


async def _seal(session: Session, call: UUID, signal: Recorded, wav: bytes) -> None:
    visit = signal.id.split(".", 1)[0]
    if visit.isdigit():
        await left.keep_whole(session, call, int(visit), wav, "audio/wav", signal.seconds)
        return
    began = (await session.execute(select(col(Call.answered_at)).where(col(Call.id) == call))).scalar()
    await recordings.keep(session, call, wav, at=began or now(), seconds=signal.seconds)


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
        await _send(carrier, node, HangUp(ref, "orphan"))
    gone = [row for ref, row in known.items() if ref not in signal.legs]
    for row in await _callers_first(gone):
        await _told(carrier, node, Over(row.ref, "lost"))
    for tenant, call in {(row.tenant, row.call) for ref, row in known.items() if ref in signal.legs and not row.errand}:
        async with turn(call):
            with tenant_scope(tenant):
                async with unit_of_work() as session:
                    await timers.disarm(session, call, "caller")
                    orders = await settle(session, call, again=True)
            await carry_out(orders, tenant)


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
    carried = await whose(carrier, node, ref)
    if carried is None:
        return None
    with tenant_scope(carried.tenant):
        async with unit_of_work() as session:
            leg = await _leg(session, carried.id)
            return await with_sound(session, last_order(leg), carrier) if leg else None


async def carry_out(orders: Sequence[Order], tenant: UUID | None) -> None:
    """Give orders to their carriers, with the sound of what is to be said."""
    for order in orders:
        command: Command | None = order.command
        if tenant is not None and isinstance(command, Play | Record):
            with tenant_scope(tenant):
                async with unit_of_work() as session:
                    command = await with_sound(session, command, order.carrier)
        if command is not None:
            await _send(order.carrier, order.node, command)


async def _send(carrier: str, node: str, command: Command) -> None:
    voice = voices.get(carrier)
    if voice is not None:
        await voice.carry_out(node, command)
    else:
        await hub.publish(CHANNEL, {"type": "send", "carrier": carrier, "node": node, "command": dump(command)})


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
                orders = await settle(session, call)
        await carry_out(orders, tenant)


on_trunks: list[Callable[[], Awaitable[None]]] = []
"""What is done once hotlines' own trunks have changed."""


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
            elif message["type"] == "send" and message["carrier"] in voices:
                command = load(message["command"])
                if command is not None:
                    await _send(message["carrier"], message["node"], command)


errands.sender.append(_send)
