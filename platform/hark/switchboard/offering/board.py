"""The board: how many are on duty and who waits, worked out once and told to every console of the hotline."""

from typing import Any

from sqlalchemy import bindparam, func, select

from hark.switchboard.models import Call, Duty, Offer
from hark.switchboard.news import News, later
from infra.clock import now
from infra.database import Session
from infra.prepared import Prepared, table, word, words
from infra.scope import current_tenant
from tenants.lines.models import Line
from tenants.members.models import Member

DOING = {"ringing": "call", "talking": "call", "consulting": "call", "wrapping": "wrap"}


def board_channel() -> str:
    """Where every console of the tenant in scope listens."""
    return f"board:{current_tenant()}"


_CALL, _DUTY, _LINE, _MEMBER, _OFFER = (table(model).c for model in (Call, Duty, Line, Member, Offer))
_WAITING = Prepared(
    select(_LINE.name, _CALL.waiting_since, _CALL.language)
    .join_from(table(Call), table(Line), (_LINE.tenant_id == _CALL.tenant_id) & (_LINE.id == _CALL.line_id))
    .where(_CALL.phase == word("waiting"))
    .order_by(_CALL.priority.desc(), _CALL.waiting_since)
    .limit(50)
)
_THERE = select(func.count()).where(_DUTY.status == "on", _DUTY.seen_until > bindparam("at"))
_ON_DUTY, _ON_DUTY_IN_EARNEST = Prepared(_THERE), Prepared(_THERE.where(_DUTY.simulated.is_(False)))
_COLLEAGUES = Prepared(
    select(_MEMBER.id, _MEMBER.name, _DUTY.status, _DUTY.simulated, _OFFER.state)
    .join_from(table(Member), table(Duty), (_DUTY.tenant_id == _MEMBER.tenant_id) & (_DUTY.id == _MEMBER.id))
    .outerjoin(
        table(Offer),
        (_OFFER.tenant_id == _MEMBER.tenant_id) & (_OFFER.member_id == _MEMBER.id) & _OFFER.state.in_(words(*DOING)),
    )
    .where(_MEMBER.left_at.is_(None), _DUTY.status != "off", _DUTY.seen_until > bindparam("at"))
    .order_by(_MEMBER.name)
)


async def on_duty(session: Session, *, simulated: bool = False) -> int:
    """How many are on duty and there; those whom a program plays count only where that is asked for."""
    return int(await (_ON_DUTY if simulated else _ON_DUTY_IN_EARNEST).value(session, at=now()))


async def board(session: Session) -> dict[str, Any]:
    """The `board` message: how many are on duty, and who waits, the next to be answered first."""
    waiting = [
        {"line": line, "since": since.isoformat(), "language": language}
        for line, since, language in await _WAITING.all(session)
        if since is not None
    ]
    there = await on_duty(session, simulated=True)
    return {"type": "board", "on_duty": there, "waiting": waiting, "colleagues": await _crew(session)}


async def _crew(session: Session) -> list[dict[str, Any]]:
    """Everybody who is there, and what they are doing: free, call, wrap or break."""
    return [
        {
            "member_id": str(member),
            "name": name,
            "simulated": simulated,
            "doing": DOING.get(state or "", "break" if status == "break" else "free"),
        }
        for member, name, status, simulated, state in await _COLLEAGUES.all(session, at=now())
    ]


async def tell_board(session: Session) -> None:
    """Tell every console, once this unit of work is committed."""
    later(session, _news)


async def _news(session: Session) -> News:
    return board_channel(), await board(session)
