"""Settling a call: what its legs should be doing is compared with what they were told, and the difference is told.

The orders are written down in the transaction that decides them and carried out after it, so a crash between the two
leaves an order that a carrier never heard; when it is back, everything that is written down is said once more.
"""

import logging
from dataclasses import replace
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlmodel import col

from hark.answering import entrance
from hark.phone import rows
from hark.phone.carriers.orders import Order, give
from hark.phone.directing import NewLeg, direct
from hark.phone.rows import CallRow, LegRow
from hark.switchboard.models import Duty
from hark.switchboard.offering import answering
from hark.switchboard.offering.reach import by_page
from infra.carriers.protocol import Command, Ring
from infra.carriers.wire import load
from infra.database import Session
from infra.ids import new_id
from infra.prepared import Batch, Prepared, table
from tenants.allowance import service as allowance
from tenants.directory.models import Number

log = logging.getLogger(__name__)
_NUMBER = table(Number).c
_TRUNK = Prepared(select(_NUMBER.trunk).where(_NUMBER.e164 == bindparam("e164")))


async def settle(session: Session, call: UUID, *, again: bool = False) -> None:
    """Write down what each leg of a call is to do from now on, and give those orders once that is committed. Whoever
    settles has the call's turn until then.

    `again`: also those that were given before, for a carrier that may have missed them.
    """
    row = await rows.locked(session, call)
    if row is not None and not by_page(row.carrier):
        await arrange(session, row, await rows.living(session, call), again=again)


async def arrange(session: Session, row: CallRow, legs: list[LegRow], *, again: bool = False) -> None:
    """The same for a call and its living legs as they have just been read or written."""
    if not legs:
        return
    directions = direct(await rows.view(session, row, legs))
    batch, commands = Batch(), list[Command]()
    for new in directions.ring:
        key = new_id()
        if await _may_ring(session, new, key):
            commands.append(rows.add_rung(batch, row, new, key))
    for leg in legs:
        command = directions.orders.get(leg.id)
        if command is not None and (rows.order(batch, leg, command) or again):
            commands.append(command)
    await batch.write(session)
    ways = [await routed(session, row.dialled, command) for command in commands]
    ways = [await entrance.through(session, row.carrier, command) for command in ways]
    give(session, [Order(row.carrier or "", row.node or "", command) for command in ways])


async def routed(session: Session, ours: str | None, command: Command) -> Command:
    """A number is rung over the trunk that ours came with, where a hotline brought its own."""
    if not (isinstance(command, Ring) and command.to.startswith("number:") and "@" not in command.to and ours):
        return command
    trunk = await _TRUNK.value(session, e164=ours)
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


def last_order(leg: LegRow) -> Command | None:
    """What a leg was told last; None while it rings."""
    return None if leg.doing.get("type") == "Ring" else load(leg.doing)
