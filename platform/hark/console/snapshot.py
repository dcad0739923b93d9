"""What a console shows, read from the database: a reloaded or reconnected tab gets the same."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from hark.answering.reached import browser_left_out, wanted
from hark.answering.telephones import telephones
from hark.console.carrier import carrier
from hark.console.parties import parties
from hark.switchboard.models import Duty, Offer
from hark.switchboard.offering.board import board
from hark.switchboard.offering.cards import card
from hark.switchboard.offering.duty import told
from hark.switchboard.offering.offers import LIVE_STATES
from hark.switchboard.transferring.parties import IN_CALL
from hark.switchboard.waiting import left_waiting
from infra.clock import now
from infra.database import Session
from infra.web import language
from tenants.members.models import Member
from tenants.texts import say


async def snapshot(session: Session, member: UUID) -> dict[str, Any]:
    """The `snapshot` message: duty, offer, call, wrap-up, the waiting, and who could take over."""
    duty = (await session.exec(select(Duty).where(Duty.id == member))).one_or_none()
    live = select(Offer).where(Offer.member_id == member, col(Offer.state).in_(LIVE_STATES))
    shown: dict[str, Any] = {"offer": None, "call": None, "wrap_until": None}
    for offer in await session.exec(live):
        if offer.state == "ringing":
            shown["offer"] = await _offer(session, offer)
        elif offer.state in IN_CALL:
            shown["call"] = await _call(session, offer)
        else:
            shown["wrap_until"] = offer.expires_at.isoformat()
    return {
        **(await board(session)),
        **shown,
        "left": await left_waiting(session),
        "type": "snapshot",
        "at": now().isoformat(),
        **{name: value for name, value in told(duty).items() if name != "type"},
        "duty": duty.status if duty else "off",
        "telephones": await telephones(session, member, duty),
        "softphone": await wanted(session),
        "browser_left_out": await browser_left_out(session),
    }


async def _offer(session: Session, offer: Offer) -> dict[str, Any]:
    asking = None
    if offer.kind != "call":
        talking = (
            select(Member.name)
            .join(Offer, (col(Offer.tenant_id) == Member.tenant_id) & (col(Offer.member_id) == Member.id))
            .where(Offer.call_id == offer.call_id, Offer.state == "talking")
        )
        asking = {"from": (await session.exec(talking)).first() or "", "consult": offer.kind == "consult"}
    until = offer.expires_at.isoformat()
    return {**await card(session, offer.call_id), "offer_id": str(offer.id), "until": until, "handover": asking}


async def _call(session: Session, offer: Offer) -> dict[str, Any]:
    return {
        **await card(session, offer.call_id),
        "since": (offer.answered_at or offer.made_at).isoformat(),
        "carrier": await carrier(offer.call_id, offer.member_id),
        **(await parties(session, offer)),
    }


def worded(message: dict[str, Any], member: UUID) -> dict[str, Any]:
    """A message as this member reads it: choices in their language, colleagues without themselves."""
    said = dict(message)
    if "chosen" in said:
        said["choices"] = [say(text, language()) for text in said.pop("chosen")]
    for part in ("offer", "call"):
        if isinstance(said.get(part), dict):
            said[part] = worded(said[part], member)
    if "colleagues" in said:
        said["colleagues"] = [each for each in said["colleagues"] if each["member_id"] != str(member)]
    return said
