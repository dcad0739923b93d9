"""Who takes calls: set by the volunteer. In the browser it is true only while one of their consoles is open; on a
telephone until their shift is over, whether or not a console is."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from hark.switchboard import timers
from hark.switchboard.calls import CLOSED_SECONDS, SEEN_SECONDS
from hark.switchboard.models import Duty, Offer
from hark.switchboard.offering import offers
from hark.switchboard.offering.board import tell_board
from hark.switchboard.transferring.parties import engaged
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict
from infra.realtime import announce
from infra.scope import current_tenant
from tenants.audit import record
from tenants.devices.service import usable
from tenants.rosters.on_shift import shift_ends

Status = Literal["on", "break", "off"]
Where = Literal["browser", "desk", "mobile", "sip"]
IN_CALL = ("ringing", "talking", "consulting")


async def set_duty(
    session: Session,
    member: UUID,
    status: Status,
    *,
    device: Where | None = None,
    device_id: UUID | None = None,
    simulated: bool = False,
    seconds: int = SEEN_SECONDS,
) -> Duty:
    """Go on duty, on a break or off; every console of the member follows, and so do callers who wait.

    `device`: where they answer from now on (unsaid: where they did), and for a telephone which one (unsaid: their
    first). `seconds`: how long duty in the browser holds unless somebody is `seen`. `simulated`: it is a program that
    plays the member. Raises Conflict for a telephone that isn't verified, and for another
    one in the middle of a call.
    """
    await offers.lock(session)
    at = now()
    before = (await session.execute(select(Duty).where(col(Duty.id) == member))).scalar_one_or_none()
    if simulated or device is None:
        device, device_id = _as_before(before) if not simulated else ("browser", None)
    elif device != "browser":
        device_id = (await usable(session, member, device, device_id)).id
    await _stays(session, member, before, device)
    until = at + timedelta(seconds=seconds) if device == "browser" else await shift_ends(session, member, at)
    values = {
        "status": status, "since": at, "seen_until": until, "simulated": simulated, "device": device,
        "device_id": device_id if device != "browser" else None,
    }  # fmt: skip
    changed = await session.execute(
        insert(Duty)
        .values(tenant_id=current_tenant(), id=member, **values)
        .on_conflict_do_update(
            index_elements=["tenant_id", "id"],
            set_=values,
            where=(col(Duty.status) != status)
            | (col(Duty.simulated) != simulated)
            | (col(Duty.device) != device)
            | col(Duty.device_id).is_distinct_from(values["device_id"]),
        )
        .returning(col(Duty.id))
    )
    if changed.scalar() is not None and (before is None or before.status != status or before.simulated != simulated):
        record(session, f"duty.{status}", member=member)
    if status == "on":
        await timers.arm(session, "duty", member, until)
    await rearrange(session)
    found = select(Duty).where(col(Duty.id) == member).execution_options(populate_existing=True)
    duty: Duty = (await session.execute(found)).scalar_one()
    announce(session, offers.member_channel(member), told(duty))
    if "desk" in (device, before.device if before else None):  # whom a switch rings by itself while we are away
        announce(session, "phone", {"type": "duty", "tenant": str(current_tenant())})
    await tell_board(session)
    return duty


async def _stays(session: Session, member: UUID, before: Duty | None, device: Where) -> None:
    """In the middle of a call, or of its ringing, its sound can't be led elsewhere. Raises Conflict."""
    if before is None or before.device == device:
        return
    live = select(col(Offer.id)).where(col(Offer.member_id) == member, col(Offer.state).in_(IN_CALL))
    if (await session.execute(live)).first() is not None:
        raise Conflict("You are in a call. Choose where you answer once it is over.")


def _as_before(before: Duty | None) -> tuple[Where, UUID | None]:
    return (before.device, before.device_id) if before is not None else ("browser", None)  # type: ignore[return-value]  # the column's CHECK says the same


def told(duty: Duty | None) -> dict[str, object]:
    """The `duty` message: what a console shows of its volunteer's duty. `until` is set where no console holds it."""
    if duty is None:
        return {"type": "duty", "status": "off", "device": "browser", "device_id": None, "until": None}
    away = duty.device != "browser" and duty.status == "on"
    return {
        "type": "duty",
        "status": duty.status,
        "device": duty.device,
        "device_id": str(duty.device_id) if duty.device_id else None,
        "until": duty.seen_until.isoformat() if away else None,
    }


async def rearrange(session: Session) -> None:
    """Deal out waiting calls anew; those for whom nobody is left are led on. The caller holds the dispatch lock."""
    for call in await offers.dispatch(session):
        await timers.arm(session, "staffing", call, now())


async def run_out(session: Session, member: UUID) -> None:
    """The time of a duty has come. In the browser nobody was seen for long, and whoever isn't there doesn't count; on
    a telephone the shift is over, so the duty is too. The caller holds the dispatch lock."""
    found = select(Duty).where(col(Duty.id) == member, col(Duty.seen_until) <= now(), col(Duty.status) == "on")
    duty = (await session.execute(found)).scalar_one_or_none()
    if duty is None:
        return
    if duty.device != "browser":
        await set_duty(session, member, "off")
        announce(session, offers.member_channel(member), {"type": "duty_over"})
        return
    await rearrange(session)
    await tell_board(session)


async def let_go(session: Session, member: UUID, device_id: UUID) -> None:
    """A telephone is about to be removed: whoever answers on it answers in the browser again, off duty."""
    found = select(col(Duty.id)).where(col(Duty.id) == member, col(Duty.device_id) == device_id)
    if (await session.execute(found)).scalar() is not None:
        await set_duty(session, member, "off", device="browser")


async def seen(session: Session, member: UUID, *, closing: bool = False) -> None:
    """A console of the member is open (or has just closed): prolong, or let run out, what hangs on it.

    Whoever opens the console of a member whom a program plays takes the place over from it, off duty.
    """
    if not await stay(session, member, CLOSED_SECONDS if closing else SEEN_SECONDS):
        played = select(col(Duty.id)).where(col(Duty.id) == member, col(Duty.simulated))
        if (await session.execute(played)).scalar() is not None:
            await set_duty(session, member, "off", device="browser")


async def stay(session: Session, member: UUID, seconds: int, *, simulated: bool = False) -> bool:
    """The member is there for so long; True when they, or the program that plays them, ever set a duty. On duty at a
    telephone nothing hangs on a console: the telephone itself says when they are gone."""
    until = now() + timedelta(seconds=seconds)
    there = select(col(Duty.status), col(Duty.device)).where(col(Duty.id) == member, col(Duty.simulated) == simulated)
    row = (await session.execute(there)).one_or_none()
    if row is not None and row.device != "browser":
        return True
    status = (
        await session.execute(
            update(Duty)
            .where(col(Duty.id) == member, col(Duty.simulated) == simulated, col(Duty.device) == "browser")
            .values(seen_until=until)
            .returning(col(Duty.status))
        )
    ).scalar()
    if status == "on":
        await timers.arm(session, "duty", member, until)
    if (party := await engaged(session, member)) is not None:
        await timers.arm(session, *party, until)
    return status is not None
