"""Calling a number outside into a call: only those that the hotline keeps, and only as far as its allowance goes."""

from uuid import UUID

from sqlalchemy import insert, select, update
from sqlmodel import col

from hark.phone import naming
from hark.phone.models import Leg
from hark.switchboard import calls
from hark.switchboard.models import Call, Offer
from hark.switchboard.offering import offers
from hark.switchboard.touched import touch
from hark.switchboard.transferring.parties import asked, own_call
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict
from infra.ids import new_id
from infra.realtime import announce
from infra.scope import current_tenant
from infra.vault import unseal
from tenants.allowance import service as allowance
from tenants.audit import record
from tenants.destinations.service import destination_of


async def call_in(session: Session, member: UUID, destination: UUID, *, blind: bool) -> UUID:
    """Ring a kept number for the call that a member has; returns the leg. `blind`: the caller stays with the member
    until it answers, and then has it alone; otherwise the caller hears music and the member talks with it first.

    Raises NotFound for a number that isn't kept, Conflict without a call on the telephone, while somebody is asked
    already, or where the hotline may not ring it.
    """
    call = await own_call(session, member)
    await calls.lock(session, call)
    await offers.lock(session)
    if await own_call(session, member) != call or await asked(session, call):
        raise Conflict("Somebody is asked already. Take the call back first, then ask somebody else.")
    row = await destination_of(session, destination)
    key = new_id()
    await allowance.take(session, "outside", (await unseal(session, row.sealed)).decode(), leg=key)
    found = select(col(Call.carrier), col(Call.node)).where(col(Call.id) == call)
    carrier, node = (await session.execute(found)).one()
    await session.execute(
        insert(Leg).values(
            tenant_id=current_tenant(), id=key, call_id=call, ref=str(key), role="outside", device="trunk", attempt="",
            state="wanted", talks=False, sealed=row.sealed, doing={}, heard="", made_at=now(),
            notes={"name": row.name, **({"blind": "yes"} if blind else {})},
        )
    )  # fmt: skip
    await naming.name(session, key, carrier or "", node or "", str(key), call)
    if not blind:
        talking = (col(Offer.call_id) == call, col(Offer.state) == "talking", col(Offer.held_at).is_(None))
        await session.execute(update(Offer).where(*talking).values(held_at=now()))
    touch(session, call)
    announce(session, offers.member_channel(member), {"type": "resync"})
    record(session, "call.outside", member=member, subject=call, to=str(destination))
    return key
