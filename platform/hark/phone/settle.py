"""Settling a call: what its legs should be doing is compared with what they were told, and the difference is told.

The orders are written down in the transaction that decides them and carried out after it, so a crash between the two
leaves an order that a carrier never heard; when it is back, everything that is written down is said once more.
"""

import logging
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from hark.answering import entrance
from hark.phone import rows
from hark.phone.directing import NewLeg, direct
from hark.phone.models import Leg
from hark.switchboard.models import Duty
from hark.switchboard.offering import answering
from hark.switchboard.offering.reach import by_page
from infra.carriers.protocol import Command, Ring
from infra.carriers.wire import load
from infra.database import Session
from infra.ids import new_id
from tenants.allowance import service as allowance
from tenants.directory.models import Number

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """A command on its way to a carrier."""

    carrier: str
    node: str
    call: UUID
    command: Command


async def settle(session: Session, call: UUID, *, again: bool = False) -> list[Order]:
    """Write down what each leg of a call is to do from now on; the orders to carry out once that is committed.

    `again`: also those that were given before, for a carrier that may have missed them.
    """
    row = await rows.locked(session, call)
    if row is None or by_page(row.carrier):
        return []
    legs = await rows.living(session, call)
    if not legs:
        return []
    directions = direct(await rows.view(session, row, legs))
    commands: list[Command] = []
    for leg in legs:
        command = directions.orders.get(leg.id)
        if command is not None and (await rows.order(session, leg, command) or again):
            commands.append(command)
    for new in directions.ring:
        key = new_id()
        if await _may_ring(session, new, key):
            commands.append(await rows.add_rung(session, row, new, key))
    return [
        Order(row.carrier or "", row.node or "", call, await _addressed(session, row, command)) for command in commands
    ]


async def _addressed(session: Session, row: rows.CallRow, command: Command) -> Command:
    return await entrance.through(session, row.carrier, await routed(session, row.dialled, command))


async def routed(session: Session, ours: str | None, command: Command) -> Command:
    """A number is rung over the trunk that ours came with, where a hotline brought its own."""
    if not (isinstance(command, Ring) and command.to.startswith("number:") and "@" not in command.to and ours):
        return command
    trunk = (await session.execute(select(col(Number.trunk)).where(col(Number.e164) == ours))).scalar()
    return replace(command, to=f"{command.to}@{trunk.hex}") if trunk else command


async def _may_ring(session: Session, new: NewLeg, key: UUID) -> bool:
    """Whether a volunteer's telephone may be rung at this moment; if not, it is the next one's turn."""
    kind, _, number = new.to.partition(":")
    if kind != "number":
        return True
    device = select(col(Duty.device_id)).where(col(Duty.id) == new.member)
    try:
        async with session.begin_nested():
            await allowance.take(session, "member", number, leg=key, device=(await session.execute(device)).scalar())
    except allowance.NotAllowed as refused:
        log.warning("a volunteer's telephone isn't rung: %s", refused.why)
        await answering.decline(session, new.member, new.offer)
        await answering.leave(session, new.member, new.offer)
        return False
    return True


def last_order(leg: Leg) -> Command | None:
    """What a leg was told last; None while it rings."""
    return None if leg.doing.get("type") == "Ring" else load(leg.doing)
