"""Offers: who is rung for whom. A lease in the database; its two partial unique indexes refuse what must not be."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text, Uuid, bindparam, func, null, select, text, update
from sqlmodel import col

from hark.switchboard import timers
from hark.switchboard.models import Call, Offer
from hark.switchboard.news import News, later
from hark.switchboard.offering.cards import card
from hark.switchboard.offering.ranking import LONG_AGO, Candidate, rank
from hark.switchboard.offering.reach import devices
from hark.switchboard.touched import touch
from infra.clock import now
from infra.database import Session
from infra.ids import new_id
from infra.prepared import Prepared, table, word
from infra.realtime import announce
from infra.scope import current_tenant

QUEUE_SECONDS_EACH = 25
DECLINED_SECONDS = 30
LIVE_STATES = ("ringing", "talking", "consulting", "wrapping")

_CALL, _OFFER = table(Call).c, table(Offer).c
_LOCK = Prepared(text("SELECT pg_advisory_xact_lock(hashtextextended(:tenant, 0))"))
_NEW = Prepared(
    text("""
WITH made AS (
  INSERT INTO offer (tenant_id, id, call_id, member_id, state, kind, how, made_at, expires_at)
  VALUES (:tenant, :id, :call, :member, 'ringing', :kind, 'talk', :at, :until)
  ON CONFLICT DO NOTHING RETURNING tenant_id, id, expires_at
)
INSERT INTO timer (id, tenant, kind, subject, due_at)
SELECT :timer, tenant_id, 'offer', id, expires_at FROM made RETURNING subject
""").bindparams(
        *(bindparam(name, type_=Uuid) for name in ("tenant", "id", "call", "member", "timer")),
        *(bindparam(name, type_=DateTime(timezone=True)) for name in ("at", "until")),
        bindparam("kind", type_=Text),
    )
)
"""Offers a call, if the database lets it, and arms the timer that ends it."""
_TALKING = (_OFFER.call_id == bindparam("call"), _OFFER.state == word("talking"))
_UNHOLD = Prepared(update(table(Offer)).where(*_TALKING).values(held_at=null()))
_TALKS = Prepared(select(_OFFER.member_id).where(*_TALKING))
_WAITING = Prepared(
    select(
        _CALL.id, _CALL.team, _CALL.ring, _CALL.waiting_since, _CALL.state["until"].astext.label("until"),
        _CALL.caller_id, _CALL.simulated, _CALL.carrier,
        _OFFER.member_id, _OFFER.state.label("offer"), _OFFER.closed_at,
    )
    .outerjoin(
        table(Offer),
        (_OFFER.tenant_id == _CALL.tenant_id)
        & (_OFFER.call_id == _CALL.id)
        & (_OFFER.made_at >= _CALL.waiting_since),
    )
    .where(_CALL.phase == word("waiting"))
    .order_by(_CALL.priority.desc(), _CALL.waiting_since, _CALL.id)
)  # fmt: skip
"""Every call that waits, with every time that somebody was rung for it since it does."""


@cache
def _closing(*by: str) -> Prepared:
    """Ends the ringing offers of a `call`, but for that of the member to `keep`, or the one of this `key`."""
    wanted = {
        "call": _OFFER.call_id == bindparam("call"),
        "key": _OFFER.id == bindparam("key"),
        "keep": _OFFER.member_id != bindparam("keep"),
    }
    return Prepared(
        update(table(Offer))
        .where(_OFFER.state == word("ringing"), *(wanted[each] for each in by))
        .values(state=bindparam("closed_as"), closed_at=bindparam("at"))
        .returning(_OFFER.id, _OFFER.member_id, _OFFER.call_id, _OFFER.kind)
    )


@dataclass(slots=True)
class Waiting:
    """A call that waits for somebody, with what its ring node ordered."""

    id: UUID
    team: str
    ring: dict[str, Any]
    until: datetime
    caller: UUID | None
    simulated: bool
    devices: frozenset[str]
    ringing: int = 0
    rung: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    resting: set[UUID] = field(default_factory=set)


async def lock(session: Session) -> None:
    """Be the only one who deals out this tenant's calls until the transaction ends."""
    await _LOCK.all(session, tenant=str(current_tenant()))


def member_channel(member: UUID) -> str:
    """Where a member's consoles listen."""
    return f"member:{current_tenant()}:{member}"


async def dispatch(session: Session) -> set[UUID]:
    """Offer waiting calls to whoever is free, highest priority and longest wait first; the caller holds `lock`.

    Returns the calls for which nobody is on duty at all.
    """
    at = now()
    waiting = await _waiting(session, at)
    if not waiting:
        return set()
    crew, teams = await _crew(session, at, waiting)
    stranded = set()
    for call in waiting:
        there = teams.get(call.team, {})
        team = {member: place for member, place in there.items() if _fits(call, crew[member])}
        if not team:
            stranded.add(call.id)
            continue
        strategy = call.ring["strategy"]
        if call.until <= at:  # its step ends now: whoever was rung for it would be rung for nothing
            continue
        if strategy != "all" and call.ringing:
            continue
        known = await _known(session, call) if strategy == "known_first" else {}
        free = [
            _candidate(crew[member], place, call, known)
            for member, place in team.items()
            if crew[member]["free"] and member not in call.resting
        ]
        ranked = rank(strategy, free, language=call.ring.get("language", ""), wanted=call.ring.get("wanted", ()))
        each = call.ring.get("seconds_each") or QUEUE_SECONDS_EACH
        until = call.until if strategy == "all" else min(call.until, at + timedelta(seconds=each))
        for candidate in ranked if strategy == "all" else ranked[:1]:
            if await offer(session, call.id, candidate.member, until):
                crew[candidate.member]["free"] = False
    return stranded


def _fits(call: Waiting, person: dict[str, Any]) -> bool:
    """Whether this person may answer this call at all, and on the telephone that they answer on."""
    return (call.simulated or not person["simulated"]) and person["device"] in call.devices


async def offer(
    session: Session, call: UUID, member: UUID, until: datetime, *, handed_by: str | None = None, consult: bool = False
) -> UUID | None:
    """Ring one member for one call until a moment; None when they have another call or offer by now.

    `handed_by`: the colleague who talks with the caller now and asks them to take over, or, to `consult`, to talk
    about it first.
    """
    key = new_id()
    kind = "call" if handed_by is None else "consult" if consult else "handover"
    made = await _NEW.value(
        session, tenant=current_tenant(), id=key, call=call, member=member, kind=kind, at=now(), until=until,
        timer=new_id(),
    )  # fmt: skip
    if made is None:
        return None
    timers.armed(session)
    touch(session, call)
    asked = None if handed_by is None else {"from": handed_by, "consult": consult}
    about = {"offer_id": str(key), "until": until.isoformat(), "handover": asked}
    later(session, partial(_tell, call, key, member, about))
    return key


async def _tell(call: UUID, key: UUID, member: UUID, about: dict[str, Any], session: Session) -> News | None:
    """The `offer` message; None once it doesn't ring any more."""
    shown = await card(session, call, rung_as=key)
    return (member_channel(member), {"type": "offer", **shown, **about}) if shown else None


async def close(
    session: Session,
    state: str,
    *,
    call: UUID | None = None,
    key: UUID | None = None,
    keep: str | None = None,
    reason: str | None = None,
) -> list[UUID]:
    """End ringing offers of a call, or one offer (declined, expired, cancelled); tell their members the reason.

    Returns the offers that this closed: those answered or closed before stay as they are.
    """
    given = {"call": call, "key": key, "keep": UUID(keep) if keep else None}
    by = {name: value for name, value in given.items() if value is not None}
    closed = await _closing(*by).all(session, closed_as=state, at=now(), **by)
    done = []
    for offer_id, member, call_id, kind in closed:
        done.append(offer_id)
        await timers.disarm(session, offer_id, "offer")
        touch(session, call_id)
        gone = {"type": "offer_gone", "offer_id": str(offer_id), "reason": reason or state}
        announce(session, member_channel(member), gone)
        if kind != "call":
            await _came_to_nothing(session, call_id, kind)
    return done


async def _came_to_nothing(session: Session, call: UUID, kind: str) -> None:
    """Whoever asked a colleague learns that nothing came of it, and a caller who waited for that is back with them."""
    if kind == "consult":
        await _UNHOLD.all(session, call=call)
    for [member] in await _TALKS.all(session, call=call):
        announce(session, member_channel(member), {"type": "resync"})


async def _waiting(session: Session, at: datetime) -> list[Waiting]:
    calls: dict[UUID, Waiting] = {}
    for row in await _WAITING.all(session):
        call = calls.get(row.id)
        if call is None:
            until = datetime.fromisoformat(row.until) if row.until else at
            call = calls[row.id] = Waiting(
                row.id, row.team, row.ring, until, row.caller_id, row.simulated, devices(row.carrier)
            )
        if row.member_id is not None:
            call.rung[row.member_id] += 1
            call.ringing += row.offer == "ringing"
            if row.offer == "declined" and row.closed_at > at - timedelta(seconds=DECLINED_SECONDS):
                call.resting.add(row.member_id)
    return list(calls.values())


_CREW = Prepared(
    text("""
SELECT t.key, tm.member_id, tm.place, m.languages, m.skills, d.simulated, d.device,
       NOT EXISTS (SELECT 1 FROM offer o WHERE o.tenant_id = d.tenant_id AND o.member_id = d.id
                   AND o.state IN ('ringing', 'talking', 'consulting', 'wrapping')) AS free
FROM duty d
JOIN member m ON m.tenant_id = d.tenant_id AND m.id = d.id AND m.left_at IS NULL
JOIN team_member tm ON tm.tenant_id = d.tenant_id AND tm.member_id = d.id
JOIN team t ON t.tenant_id = d.tenant_id AND t.id = tm.team_id
WHERE d.status = 'on' AND d.seen_until > :at
""").bindparams(bindparam("at", type_=DateTime(timezone=True)))
)


async def _crew(
    session: Session, at: datetime, waiting: Iterable[Waiting]
) -> tuple[dict[UUID, dict[str, Any]], dict[str, dict[UUID, int]]]:
    """Everybody on duty, and each team's members on duty with their places."""
    crew: dict[UUID, dict[str, Any]] = {}
    teams: dict[str, dict[UUID, int]] = defaultdict(dict)
    for key, member, place, languages, skills, simulated, device, free in await _CREW.all(session, at=at):
        teams[key][member] = place
        crew[member] = {
            "member": member, "languages": languages, "skills": skills, "simulated": simulated, "device": device,
            "free": free,
        }  # fmt: skip
    strategies = {call.ring["strategy"] for call in waiting}
    if crew and strategies - {"all", "in_order"}:
        history = await session.execute(
            select(
                col(Offer.member_id),
                func.max(col(Offer.closed_at)),
                func.count().filter(col(Offer.made_at) > at - timedelta(hours=24)),
            )
            .where(col(Offer.member_id).in_(crew), col(Offer.answered_at).is_not(None))
            .group_by(col(Offer.member_id))
        )
        for member, last, today in history.all():
            crew[member] |= {"idle_since": last or LONG_AGO, "today": today}
    return crew, teams


async def _known(session: Session, call: Waiting) -> dict[UUID, datetime]:
    """Who has talked with this caller before, and when last."""
    if call.caller is None:
        return {}
    rows = await session.execute(
        select(col(Offer.member_id), func.max(col(Offer.answered_at)))
        .join(Call, (col(Call.tenant_id) == col(Offer.tenant_id)) & (col(Call.id) == col(Offer.call_id)))
        .where(col(Call.caller_id) == call.caller, col(Offer.answered_at).is_not(None))
        .group_by(col(Offer.member_id))
    )
    return {member: last for member, last in rows.all() if last}


def _candidate(person: dict[str, Any], place: int, call: Waiting, known: dict[UUID, datetime]) -> Candidate:
    return Candidate(
        member=person["member"],
        place=place,
        languages=tuple(person["languages"]),
        skills=tuple(person["skills"]),
        rung=call.rung[person["member"]],
        idle_since=person.get("idle_since", LONG_AGO),
        today=person.get("today", 0),
        known=known.get(person["member"]),
    )
