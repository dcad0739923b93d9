"""A call arrives on one of our numbers: whose it is, who calls, and the flow begins."""

import logging
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from hark.callers.refusing import asks_key
from hark.phone import naming, rows
from hark.phone.arriving import gate
from hark.phone.arriving.finding import Found, found_at, met, place
from hark.phone.carriers.orders import send
from hark.phone.outgoing import trying
from hark.phone.settle import arrange
from hark.phone.turns import turn
from hark.switchboard import calls
from hark.switchboard.published import flow_of
from hark.switchboard.touched import seen_to
from hark.watch.verdict import expected
from infra.carriers.protocol import Arrived, HangUp
from infra.database import Session, unit_of_work
from infra.ids import new_id
from infra.prepared import Batch
from infra.scope import tenant_scope
from infra.vault import seal
from tenants.directory.service import call_came

log = logging.getLogger(__name__)
TRIES = 3


async def arrive(carrier: str, node: str, signal: Arrived) -> None:
    """Begin the call; told again of the same one, nothing changes. A number of nobody's is hung up on."""
    call, tries = new_id(), TRIES
    where = await place(signal.dialled, signal.trunk)
    while where is not None:
        with tenant_scope(where.tenant):
            try:
                async with turn(call), unit_of_work() as session:
                    found = await found_at(session, where, signal.caller)
                    if found is not None:
                        await _begin(session, call, carrier, node, signal.ref, found)
                        return
            except IntegrityError:  # it has begun already, or the same caller has just called for the first time
                naming.let_go(carrier, node, signal.ref)
                tries -= 1
                if await naming.whose(carrier, node, signal.ref) is not None:
                    return
                if not tries:
                    raise
                continue
        where = await place(signal.dialled, signal.trunk, anew=True)
    log.warning("a call for a number that nobody answers came through %s %s", carrier, node)
    await send(carrier, node, HangUp(signal.ref, "end", "invalid"))


async def _begin(session: Session, call: UUID, carrier: str, node: str, ref: str, found: Found) -> None:
    leg, batch = new_id(), Batch()
    naming.note(batch, leg, carrier, node, ref, call)
    check = await expected(session, found.line.id, found.caller) if found.of_ours else None
    played = check is not None or await trying.ours(session, found.tenant, found.caller, found.e164)
    caller = await met(session, batch, found) if not played else None
    known = caller if found.known else None
    key = await asks_key(session, known, found.line) if found.asks_key and not played else None
    arrived = None if key else await gate.arrived(session, found.line, known, found.language, found.calendars)
    sealed = await seal(session, found.caller.encode()) if found.caller else None
    its_leg = rows.add_caller(batch, call, leg, ref=ref, sealed=sealed, language=found.language)
    language = found.language or found.languages[0]
    state = await calls.arrive(
        session, batch, call, found.version, arrived, line_id=found.line.id, caller_id=caller, carrier=carrier,
        node=node, dialled=found.e164, microphone=not played, simulated=played, language=language,
    )  # fmt: skip
    if check is not None:
        check.call_id = call
    if key is not None:
        await gate.ask(session, its_leg, key)
    if not found.verified:
        await call_came(session, found.number)
    flow = await flow_of(session, found.version)
    await arrange(session, rows.CallRow(call, state, flow, carrier, node, found.e164, found.line.id), [its_leg])
    seen_to(session, call)
