"""Calls that we make ourselves: to somebody who asked to be called back, to a telephone that is to be verified, and to
one of our own lines to try it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from hark.contacts.service import hand_over as hand_over_record
from hark.phone import rows
from hark.phone.outgoing import errands
from hark.switchboard import calls
from hark.switchboard.models import Call, Callback, Duty, Offer
from hark.switchboard.offering import offers
from hark.switchboard.offering.reach import devices
from hark.switchboard.published import flow_of, published_version
from hark.switchboard.touched import touch
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict
from infra.ids import new_id
from infra.realtime import announce
from infra.scope import current_tenant
from infra.services.voice.found import asterisks
from infra.settings import settings
from infra.vault import seal, unseal
from tenants.allowance import service as allowance
from tenants.devices.models import Device
from tenants.devices.service import number_of
from tenants.directory.models import Number
from tenants.directory.service import shown_number
from tenants.flows.document import Flow
from tenants.flows.engine import NEW, State, dump_state
from tenants.lines.models import Line
from tenants.members.models import Member

DIALLING = frozenset(("asterisk", "twiml", "paper"))
"""The carriers through which we can ring out."""
NO_TELEPHONE = "This hotline has no telephone number to call from."


async def can_dial(session: Session, line: Line | None = None) -> bool:
    """Whether the hotline (or this line) has a number at a carrier through which we can ring out."""
    return bool(await _ways(session, line))


async def _ways(session: Session, line: Line | None) -> Sequence[Number]:
    found = select(Number).where(
        Number.tenant == current_tenant(), Number.status == "held", col(Number.carrier).in_(DIALLING)
    )
    if line is not None:
        found = found.where(Number.line == line.id)
    return (await session.exec(found.order_by(col(Number.shown).desc(), col(Number.id)))).all()


async def _way(session: Session) -> Number:
    """The number that we show, at a carrier that can ring out. Raises Conflict."""
    shown = await shown_number(session, current_tenant())
    if shown is not None and shown.carrier in DIALLING:
        return shown
    for number in await _ways(session, None):
        return number
    raise Conflict(NO_TELEPHONE)


def at(number: Number) -> tuple[str, str]:
    """The carrier and node that a number is reached by now; one on a trunk of the hotline's own goes by any switch of
    ours. Raises Conflict while there is none."""
    carrier, node = (
        (number.second_carrier, number.second_node) if number.by == "second" else (number.carrier, number.node)
    )
    if carrier == "asterisk" and not node:
        node = next((each.name for each in asterisks(settings().data_dir, settings().asterisk)), "")
        if not node:
            raise Conflict("The telephone switch isn't running just now.")
    return carrier, node


async def call_back(session: Session, callback: Callback, member: Member) -> UUID:
    """Ring the member, then the caller, with the hotline's number shown; returns the call. That the caller may be
    called now, whoever asks has seen to. Raises Conflict in words where it can't be done."""
    number = await _way(session)
    told: dict[str, str] = json.loads(await unseal(session, callback.sealed))
    first = (await session.exec(select(Call).where(Call.id == callback.call_id))).one()
    duty = (await session.exec(select(Duty).where(Duty.id == member.id))).one_or_none()
    if duty is None or duty.seen_until <= now():
        raise Conflict("Open your console first: that is where the call comes to you.")
    key, call = new_id(), new_id()
    carrier, node = at(number)
    permit = await allowance.take(session, "caller", told.get("reach", ""), leg=key)
    line = (await session.exec(select(Line).where(Line.id == first.line_id))).one()
    version = await published_version(session, line)
    state = _talking(await flow_of(session, version), str(member.id), first.language)
    row = Call(
        id=call, line_id=line.id, flow_version_id=version, caller_id=first.caller_id, channel="phone", carrier=carrier,
        node=node, dialled=number.e164, token_hash=calls.token_hash(call.hex), language=first.language,
        state=dump_state(state), phase="talking", answered_at=now(),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await _take(session, call, member)
    await rows.add_called(session, call, key, carrier, node, await seal(session, permit.e164.encode()))
    await hand_over_record(session, call, member.id)
    touch(session, call)
    return call


def _talking(flow: Flow, member: str, language: str) -> State:
    """A call that begins with somebody: if they are lost, the caller waits where callers of this flow wait."""
    waits = next((name for name, node in flow.nodes.items() if node.type in ("ring", "queue")), "")
    return replace(NEW, phase="talking", node=waits, visit=1, member=member, language=language)


async def _take(session: Session, call: UUID, member: Member) -> None:
    """The call is the member's, unless they have one. Raises Conflict."""
    await offers.lock(session)
    made = await session.execute(
        insert(Offer)
        .values(
            tenant_id=current_tenant(), id=new_id(), call_id=call, member_id=member.id, state="talking", kind="call",
            how="talk", made_at=now(), expires_at=now(), answered_at=now(),
        )
        .on_conflict_do_nothing()
        .returning(col(Offer.id))
    )  # fmt: skip
    if made.scalar() is None:
        raise Conflict("You are in a call already, or one is ringing.")
    announce(session, offers.member_channel(member.id), {"type": "resync"})


async def verify(session: Session, device: Device) -> None:
    """Ring a member's mobile or address that is to be verified: what is typed on it is asked of
    `tenants.devices.service.typed`. Raises Conflict where the hotline has no telephone that could."""
    key, to = new_id(), await number_of(session, device)
    if device.kind == "sip":
        number = await _way_to_addresses(session)
    else:
        number = await _way(session)
        to = (await allowance.take(session, "check", to, leg=key)).e164
    carrier, node = at(number)
    await errands.send(session, "verify", key, device.id, carrier, node, to=to, shown=number.e164)


async def _way_to_addresses(session: Session) -> Number:
    """A number of ours from whose carrier SIP addresses can be rung. Raises Conflict."""
    for number in await _ways(session, None):
        if "sip" in devices(number.carrier):
            return number
    raise Conflict("None of this hotline's numbers is with a telephone company that can ring SIP addresses.")


async def dial_line(session: Session, line: Line, check: UUID) -> bool:
    """Dial one of a line's own numbers over its carrier, for the check of this id; False where it has none."""
    for number in await _ways(session, line):
        key = new_id()
        carrier, node = at(number)
        await allowance.take(session, "check", number.e164, leg=key)
        await errands.send(session, "check", key, check, carrier, node, to=number.e164, shown=number.e164)
        return True
    return False
