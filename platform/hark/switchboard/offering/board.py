"""The board: how many are on duty and who waits, worked out once and told to every console of the hotline."""

from typing import Any

from sqlalchemy import func
from sqlalchemy import select as core_select
from sqlmodel import col, select

from hark.switchboard.models import Call, Duty, Offer
from infra.clock import now
from infra.database import Session
from infra.realtime import announce
from infra.scope import current_tenant
from tenants.lines.models import Line
from tenants.members.models import Member

DOING = {"ringing": "call", "talking": "call", "consulting": "call", "wrapping": "wrap"}


def board_channel() -> str:
    """Where every console of the tenant in scope listens."""
    return f"board:{current_tenant()}"


async def on_duty(session: Session, *, simulated: bool = False) -> int:
    """How many are on duty and there; those whom a program plays count only where that is asked for."""
    found = select(func.count()).select_from(Duty).where(Duty.status == "on", col(Duty.seen_until) > now())
    if not simulated:
        found = found.where(col(Duty.simulated).is_(False))
    return (await session.exec(found)).one()


async def board(session: Session) -> dict[str, Any]:
    """The `board` message: how many are on duty, and who waits, the next to be answered first."""
    found = (
        select(Line.name, Call.waiting_since, Call.language)
        .join(Line, (col(Line.tenant_id) == Call.tenant_id) & (col(Line.id) == Call.line_id))
        .where(Call.phase == "waiting")
        .order_by(col(Call.priority).desc(), col(Call.waiting_since))
        .limit(50)
    )
    waiting = [
        {"line": line, "since": since.isoformat(), "language": language}
        for line, since, language in await session.exec(found)
        if since is not None
    ]
    there = await on_duty(session, simulated=True)
    return {"type": "board", "on_duty": there, "waiting": waiting, "colleagues": await _crew(session)}


async def _crew(session: Session) -> list[dict[str, Any]]:
    """Everybody who is there, and what they are doing: free, call, wrap or break."""
    found = (
        core_select(col(Member.id), col(Member.name), col(Duty.status), col(Duty.simulated), col(Offer.state))
        .join(Duty, (col(Duty.tenant_id) == Member.tenant_id) & (col(Duty.id) == Member.id))
        .outerjoin(
            Offer,
            (col(Offer.tenant_id) == Member.tenant_id)
            & (col(Offer.member_id) == Member.id)
            & col(Offer.state).in_(DOING),
        )
        .where(col(Member.left_at).is_(None), col(Duty.status) != "off", col(Duty.seen_until) > now())
        .order_by(col(Member.name))
    )
    return [
        {
            "member_id": str(member),
            "name": name,
            "simulated": simulated,
            "doing": DOING.get(state or "", "break" if status == "break" else "free"),
        }
        for member, name, status, simulated, state in (await session.execute(found)).all()
    ]


async def tell_board(session: Session) -> None:
    """Tell every console, once this unit of work is committed."""
    announce(session, board_channel(), await board(session))
