"""Who is in a call, read from the rows: the one who has it, those beside them, and numbers outside."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, func, select
from sqlmodel import col

from hark.phone.models import Leg
from hark.switchboard.models import Call, Offer
from hark.switchboard.offering.reach import by_page
from infra.database import Session
from infra.errors import Conflict

IN_CALL = ("talking", "consulting")


async def talking_call(session: Session, member: UUID) -> UUID | None:
    """The call that a member has, if any."""
    found = select(col(Offer.call_id)).where(col(Offer.member_id) == member, col(Offer.state) == "talking")
    return (await session.execute(found)).scalar()


async def present_call(session: Session, member: UUID) -> UUID | None:
    """The call that a member is in, whether or not it is theirs."""
    found = select(col(Offer.call_id)).where(col(Offer.member_id) == member, col(Offer.state).in_(IN_CALL))
    return (await session.execute(found)).scalar()


async def engaged(session: Session, member: UUID) -> tuple[str, UUID] | None:
    """The deadline that ends a member's part in a call when their console isn't seen any more: its kind and subject.
    None for a member who is in no call."""
    found = select(col(Offer.id), col(Offer.call_id), col(Offer.state)).where(
        col(Offer.member_id) == member, col(Offer.state).in_(IN_CALL)
    )
    row = (await session.execute(found)).one_or_none()
    if row is None:
        return None
    return ("operator", row.call_id) if row.state == "talking" else ("party", row.id)


async def talking_member(session: Session, call: UUID) -> UUID | None:
    """Who has a call, if anybody."""
    found = select(col(Offer.member_id)).where(col(Offer.call_id) == call, col(Offer.state) == "talking")
    return (await session.execute(found)).scalar()


async def beside(session: Session, call: UUID, *kinds: str) -> Sequence[Row[UUID, UUID, str, str]]:
    """Those in a call beside the one who has it (`id`, `member_id`, `kind`, `how`), of these kinds or all, the first
    to have come first."""
    found = (
        select(col(Offer.id), col(Offer.member_id), col(Offer.kind), col(Offer.how))
        .where(col(Offer.call_id) == call, col(Offer.state) == "consulting")
        .order_by(col(Offer.made_at))
    )
    return (await session.execute(found.where(col(Offer.kind).in_(kinds)) if kinds else found)).all()


async def successor(session: Session, call: UUID) -> tuple[UUID, UUID] | None:
    """Whose call it is when the one who has it leaves: the colleague they asked, else a supervisor who talks along.
    The offer and its member."""
    for row in sorted(await beside(session, call), key=lambda row: row.kind != "consult"):
        if row.how == "talk" and (row.kind == "consult" or await is_there(session, row.id)):
            return row.id, row.member_id
    return None


async def is_there(session: Session, offer: UUID) -> bool:
    """Whether the telephone of somebody who is in a call has been picked up, by a person."""
    found = select(col(Leg.id)).where(col(Leg.offer_id) == offer, col(Leg.state) == "answered", col(Leg.talks))
    return (await session.execute(found)).first() is not None


def outside(call: UUID) -> tuple[ColumnElement[bool], ...]:
    """The condition on legs: somebody outside who rings or talks in this call, and hasn't been sent away."""
    return (
        col(Leg.call_id) == call,
        col(Leg.role) == "outside",
        col(Leg.state) != "over",
        case((col(Leg.notes)["leave"].astext == "yes", False), else_=True),
    )


async def guest_talks(session: Session, call: UUID) -> bool:
    """Whether somebody outside has answered and is in the call."""
    found = select(func.count()).select_from(Leg).where(*outside(call), col(Leg.state) == "answered")
    return (await session.execute(found)).scalar_one() > 0


async def asked(session: Session, call: UUID) -> bool:
    """Whether the one who has the call has asked somebody already, who rings or is there."""
    ringing = select(col(Offer.id)).where(
        col(Offer.call_id) == call, col(Offer.kind) != "call", col(Offer.state) == "ringing"
    )
    if (await session.execute(ringing)).first() or await beside(session, call, "consult"):
        return True
    return (await session.execute(select(col(Leg.id)).where(*outside(call)))).first() is not None


async def own_call(session: Session, member: UUID, *, telephone: bool = True) -> UUID:
    """The call that a member has. Raises Conflict when they have none, or it is none of the `telephone`."""
    call = await talking_call(session, member)
    if call is None:
        raise Conflict("You are not in a call.")
    if telephone:
        await on_telephone(session, call)
    return call


async def on_telephone(session: Session, call: UUID) -> None:
    """Raises Conflict for a call whose sound goes from browser to browser, where nobody can be a third."""
    carrier = (await session.execute(select(col(Call.carrier)).where(col(Call.id) == call))).scalar()
    if by_page(carrier):
        raise Conflict("This call is encrypted from browser to browser: nobody else can be in it.")
