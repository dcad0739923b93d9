"""What becomes of a number outside that was called in: it answers, it doesn't, it hangs up."""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from hark.phone.rows import LegRow
from hark.switchboard import calls
from hark.switchboard.models import Offer
from hark.switchboard.offering import offers
from hark.switchboard.transferring.leaving import succeed
from hark.switchboard.transferring.parties import guest_talks, talking_member
from infra.clock import now
from infra.database import Session
from infra.realtime import announce
from tenants.flows.engine import events as on


async def answered(session: Session, leg: LegRow) -> None:
    """Somebody there has answered, which the leg's row says by now. Meant for them alone, the call is theirs."""
    await offers.lock(session)
    if "blind" in leg.notes and "leave" not in leg.notes:
        await succeed(session, leg.call_id)
    await _tell(session, leg.call_id)


async def over(session: Session, leg: LegRow, *, reached: bool) -> None:
    """They are gone, which the leg's row says by now; `reached`: somebody had answered. A caller who was left to them
    alone has nobody any more, and the call ends. One who waited for somebody who never answered is back with the
    volunteer; a volunteer who talked with them goes back to the caller when they want to."""
    await offers.lock(session)
    if await talking_member(session, leg.call_id) is None:
        if reached and not await guest_talks(session, leg.call_id):
            await calls.handle(session, leg.call_id, on.OperatorEnded(at=now()))
        return
    if not reached and "leave" not in leg.notes:
        talking = (col(Offer.call_id) == leg.call_id, col(Offer.state) == "talking")
        await session.execute(update(Offer).where(*talking).values(held_at=None))
    await _tell(session, leg.call_id)


async def _tell(session: Session, call: UUID) -> None:
    member = await talking_member(session, call)
    if member is not None:
        announce(session, offers.member_channel(member), {"type": "resync"})
