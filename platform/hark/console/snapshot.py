"""What a console shows, read from the database: a reloaded or reconnected tab gets the same."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from hark.switchboard.models import Duty, Offer
from hark.switchboard.offering.answering import colleagues
from hark.switchboard.offering.board import board
from hark.switchboard.offering.cards import card
from infra.clock import now
from infra.database import Session
from tenants.members.models import Member


async def snapshot(session: Session, member: UUID) -> dict[str, Any]:
    """The `snapshot` message: duty, offer, call, wrap-up, the waiting, and who could take over."""
    duty = (await session.exec(select(Duty).where(Duty.id == member))).one_or_none()
    live = await session.exec(
        select(Offer).where(Offer.member_id == member, col(Offer.state).in_(("ringing", "talking", "wrapping")))
    )
    shown: dict[str, Any] = {"offer": None, "call": None, "wrap": None}
    for offer in live:
        about = {"offer_id": str(offer.id), "handover": offer.handover, **await card(session, offer.call_id)}
        if offer.state == "ringing":
            shown["offer"] = about | {"expires_at": offer.expires_at.isoformat()}
        elif offer.state == "talking":
            answered = offer.answered_at or offer.made_at
            shown["call"] = about | {"answered_at": answered.isoformat()}
        else:
            shown["wrap"] = about | {"until": offer.expires_at.isoformat()}
    free = await colleagues(session, member)
    names = await session.exec(select(Member.id, Member.name).where(col(Member.id).in_(free)).order_by(Member.name))
    return {
        **(await board(session)),
        "type": "snapshot",
        "at": now().isoformat(),
        "duty": {
            "status": duty.status if duty else "off",
            "since": (duty.since if duty else now()).isoformat(),
        },
        "colleagues": [{"id": str(key), "name": name} for key, name in names],
        **shown,
    }
