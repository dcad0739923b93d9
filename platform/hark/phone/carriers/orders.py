"""Orders on their way to carriers: they leave as soon as what decided them is committed, before any news of it."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from hark.phone.carriers.voices import voices
from hark.phone.sounds.sound import with_sound
from infra.carriers.protocol import Command, Play, Record
from infra.carriers.wire import dump
from infra.database import Session, after_commit, unit_of_work
from infra.realtime import hub
from infra.scope import current_tenant, tenant_scope

log = logging.getLogger(__name__)
CHANNEL = "phone"


@dataclass(frozen=True, slots=True)
class Order:
    """A command on its way to a carrier."""

    carrier: str
    node: str
    command: Command


async def send(carrier: str, node: str, command: Command) -> None:
    """Hand a command to its carrier, here or in the process that speaks for it."""
    voice = voices.get(carrier)
    if voice is not None:
        await voice.carry_out(node, command)
    else:
        await hub.publish(CHANNEL, {"type": "send", "carrier": carrier, "node": node, "command": dump(command)})


def give(session: Session, orders: Sequence[Order]) -> None:
    """Give orders once this unit of work is committed. Whoever says so has the call's turn, and keeps it until then.

    Who is rung is rung at once. What is to be said needs its sound, which may have to be spoken first: nothing else
    waits for that.
    """
    spoken = [order for order in orders if _says(order.command)]
    at_once = [order for order in orders if not _says(order.command)]
    if at_once:
        after_commit(session, partial(_give, at_once), first=True)
    if spoken:
        after_commit(session, partial(_say, spoken, current_tenant()))


def _says(command: Command) -> bool:
    return isinstance(command, Play | Record) and bool(command.prompts)


async def _give(orders: Sequence[Order]) -> None:
    for order in orders:
        await send(order.carrier, order.node, order.command)
    await asyncio.sleep(0)  # what a carrier has begun goes out before the news does


async def _say(orders: Sequence[Order], tenant: UUID) -> None:
    for order in orders:
        await send(order.carrier, order.node, await _sounding(order, tenant))


async def _sounding(order: Order, tenant: UUID) -> Command:
    """With the sound of its words; as words alone while no sound can be looked up, so that a call goes on."""
    try:
        with tenant_scope(tenant):
            async with unit_of_work() as session:
                return await with_sound(session, order.command, order.carrier) or order.command
    except (SQLAlchemyError, OSError):
        log.warning("a prompt goes out without its sound", exc_info=True)
        return order.command
