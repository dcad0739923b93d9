"""Who is in a call besides the caller, as the console of each of them shows it."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from hark.phone.models import Leg
from hark.switchboard.models import Call, Offer
from hark.switchboard.offering.reach import by_page
from hark.switchboard.transferring.parties import outside
from hark.switchboard.transferring.together import held
from infra.database import Session
from tenants.destinations.service import destinations
from tenants.members.models import Member, Team


async def parties(session: Session, offer: Offer) -> dict[str, Any]:
    """What a member who is in a call needs to know of it, by the call's offer to them.

    `part`: what they are there: `talk` (it is their call), `consult` or `supervise`; `how` a supervisor is. `held`: the
    caller hears music. `has`: whose call it is. `handover`: who is being asked (`to`), and whether to talk first.
    `beside`: who was asked and is there, or, outside, rings (`there` is false). `supervisors`. `failed`: the number
    outside that was called last and never answered, and why. `teams` and `destinations`: to whom it may be passed on.
    """
    call = offer.call_id
    people = await _people(session, call)
    has = next((each for each in people if each["state"] == "talking"), None)
    shown: dict[str, Any] = {
        "part": "talk" if offer.state == "talking" else "consult" if offer.kind == "consult" else "supervise",
        "how": offer.how,
        "held": await held(session, call),
        "has": {"member_id": has["member_id"], "name": has["name"]} if has else None,
        "handover": _asked(people),
        "beside": await _beside(session, call, people),
        "supervisors": [
            {"name": each["name"], "how": each["how"]}
            for each in people
            if each["state"] == "consulting" and each["kind"] != "consult" and each["offer"] != offer.id
        ],
        "failed": None,
        "teams": [],
        "destinations": [],
    }
    if offer.state == "talking":
        shown["failed"] = await _failed(session, call, offer)
        shown["teams"] = [
            {"key": key, "name": name}
            for key, name in await session.exec(select(Team.key, Team.name).order_by(col(Team.name)))
        ]
        carrier = (await session.exec(select(Call.carrier).where(Call.id == call))).one()
        if not by_page(carrier):
            shown["destinations"] = [
                {"id": str(row.id), "name": row.name, "note": row.note} for row in await destinations(session)
            ]
    return shown


async def _people(session: Session, call: UUID) -> list[dict[str, Any]]:
    found = (
        select(Offer, Member.name)
        .join(Member, (col(Member.tenant_id) == Offer.tenant_id) & (col(Member.id) == Offer.member_id))
        .where(Offer.call_id == call, col(Offer.state).in_(("ringing", "talking", "consulting")))
        .order_by(col(Offer.made_at), col(Member.name))
    )
    return [
        {
            "offer": row.id, "member_id": str(row.member_id), "name": name, "state": row.state, "kind": row.kind,
            "how": row.how,
        }
        for row, name in await session.exec(found)
    ]  # fmt: skip


def _asked(people: list[dict[str, Any]]) -> dict[str, Any] | None:
    rung = [each for each in people if each["state"] == "ringing" and each["kind"] != "call"]
    if not rung:
        return None
    return {"to": ", ".join(each["name"] for each in rung), "consult": rung[0]["kind"] == "consult"}


async def _beside(session: Session, call: UUID, people: list[dict[str, Any]]) -> dict[str, Any] | None:
    for each in people:
        if each["state"] == "consulting" and each["kind"] == "consult":
            return {"name": each["name"], "outside": False, "there": True, "blind": False}
    leg = (await session.exec(select(Leg).where(*outside(call)))).first()
    if leg is None:
        return None
    there, blind = leg.state == "answered", "blind" in leg.notes
    return {"name": leg.notes.get("name", ""), "outside": True, "there": there, "blind": blind}


async def _failed(session: Session, call: UUID, offer: Offer) -> dict[str, Any] | None:
    """The last number outside that was called in this talk, unless it answered or was sent away."""
    found = select(Leg).where(
        Leg.call_id == call, Leg.role == "outside", col(Leg.made_at) >= (offer.answered_at or offer.made_at)
    )
    leg = (await session.exec(found.order_by(col(Leg.made_at).desc()).limit(1))).first()
    if leg is None or leg.state != "over" or leg.answered_at is not None or "leave" in leg.notes:
        return None
    return {"name": leg.notes.get("name", ""), "reason": leg.reason}
