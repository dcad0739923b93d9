"""Messages and talks that still lie with a telephone company: brought in once, sealed, and deleted there.

Most never lie there for long, for each is told of as it is ready. These are what the company's fallback document took
while we were away, and what we were told of in vain.
"""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from hark.phone.models import Carried, Leg
from hark.phone.service import seal
from hark.phone.stranded import keep
from infra.carriers.protocol import Recorded
from infra.carriers.twiml import fields
from infra.carriers.twiml.api import Api, Lying
from infra.carriers.twiml.pages.markup import ROOM
from infra.clock import now
from infra.database import unit_of_work
from infra.scope import no_scope, tenant_scope
from tenants.directory.service import number_dialled, tenant_by_id

log = logging.getLogger(__name__)
CARRIER = "twiml"
SETTLED = timedelta(minutes=10)
"""After so long nobody speaks into it any more, and whoever was told of it has fetched it."""


async def bring_in(node: str, api: Api) -> int:
    """Take in what lies at this account and is ours; how many there were. Raises Unclear or Denied."""
    found = 0
    for one in await api.lying():
        if one.at > now() - SETTLED:
            continue
        try:
            found += await (_talk if one.conference else _message)(node, api, one)
        except LookupError:
            continue  # somebody has just fetched it
        except Exception:  # one bad recording must not hide the others; it stays, and is looked at again
            log.exception("a recording stays with %s", node)
    return found


async def _talk(node: str, api: Api, one: Lying) -> bool:
    """Of a room, whose name is its call's."""
    room = await api.room(one.conference)
    with no_scope():
        async with unit_of_work() as session:
            mine = col(Carried.carrier) == CARRIER, col(Carried.node) == node, col(Carried.call) == _id(room)
            row = (await session.execute(select(col(Carried.tenant), col(Carried.call)).where(*mine))).first()
    if row is None:
        return False
    data = await api.wav(one.sid)
    with tenant_scope(row.tenant):
        async with unit_of_work() as session:
            await seal(session, row.call, Recorded("", ROOM, one.sid, one.seconds), data)
    await api.forget(one.sid)
    return True


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _message(node: str, api: Api, one: Lying) -> bool:
    """Of a call for one of our numbers: that call's message, also of a call that we never heard of."""
    call = await api.call(one.call)
    with no_scope():
        async with unit_of_work() as session:
            number = await number_dialled(session, fields.number(str(call.get("to", ""))))
            ours = number is not None and number.tenant is not None and number.line is not None
            tenant = await tenant_by_id(session, number.tenant) if ours and number and number.tenant else None
    if number is None or tenant is None or not str(call.get("direction", "")).startswith("inbound"):
        return False
    data = await api.wav(one.sid)
    with tenant_scope(tenant.id):
        async with unit_of_work() as session:
            leg = (await session.execute(select(Leg).where(col(Leg.ref) == one.call))).scalar_one_or_none()
            if leg is not None and leg.state != "over":
                return False  # they are still here
            if leg is not None:
                await seal(session, leg.call_id, Recorded(leg.ref, "0", one.sid, one.seconds), data)
            else:
                caller, at = fields.number(str(call.get("from", ""))), one.at - timedelta(seconds=one.seconds)
                await keep(session, tenant, number, one.sid, caller, at, data, one.seconds, carrier=CARRIER)
    await api.forget(one.sid)
    return True
