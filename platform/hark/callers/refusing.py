"""What a caller is told who isn't led through the flow this time, and whether one presses a key before it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy import select as core_select
from sqlmodel import col, select

from hark.callers.policy import FIRST, HOUR, USUAL_MOST, KeyFirst, key_first, rests_until
from hark.switchboard.models import Call, CallerRow
from hark.switchboard.published import flow_of, published_version
from infra.clock import now
from infra.database import Session
from infra.prepared import Prepared, table
from infra.scope import current_tenant
from infra.web import gettext as _
from infra.web import speaking
from infra.web.pages import soon
from provisioning.kits.emergency import notice
from tenants.directory.service import tenant_by_id
from tenants.flows.document import Flow
from tenants.flows.nodes import Branch
from tenants.lines.models import Line
from tenants.lines.settings import setting_of
from tenants.profile.models import Profile

REFUSED, NO_KEY = "refused", "no_key"
"""Outcomes of calls that were turned away."""


_CALL, _CALLER, _PROFILE = (table(model).c for model in (Call, CallerRow, Profile))
_SET = Prepared(
    core_select(_CALLER.blocked_until, _PROFILE.defaults)
    .join_from(table(CallerRow), table(Profile), _PROFILE.tenant_id == _CALLER.tenant_id, isouter=True)
    .where(_CALLER.id == bindparam("caller"))
)
_LATELY = Prepared(
    core_select(_CALL.started_at, _CALL.outcome).where(
        _CALL.caller_id == bindparam("caller"), _CALL.started_at > bindparam("since"), _CALL.ended_at.is_not(None)
    )
)


async def refusal(session: Session, caller: UUID | None, line: Line) -> dict[str, str]:
    """What this caller is told instead of the flow, in each of the hotline's languages; empty where they are welcome.

    Somebody blocked, unless the line's own flow has a way for the blocked; somebody whose calls fill the last hour.
    """
    if caller is None:
        return {}
    at = now()
    blocked_until, defaults = await _SET.first(session, caller=caller) or (None, None)
    if blocked_until is not None and blocked_until > at:
        if leads_blocked(await flow_of(session, await published_version(session, line))):
            return {}
        return await _told(session, blocked_until, blocked=True)
    until = rests_until(await _begun(session, caller, at), at, most_calls(defaults or {}))
    return await _told(session, until, blocked=False) if until else {}


def most_calls(defaults: Mapping[str, Any]) -> int:
    """How many calls of one caller a hotline takes in an hour."""
    return max(FIRST, int(defaults.get("most_calls", USUAL_MOST)))


def leads_blocked(flow: Flow) -> bool:
    """Whether a flow has a way of its own for blocked callers."""
    return any(isinstance(node, Branch) and node.on == "caller.blocked" for node in flow.nodes.values())


async def _begun(session: Session, caller: UUID, at: datetime) -> list[datetime]:
    """When the caller's earlier calls of the last hour began, without those that were refused."""
    lately = await _LATELY.all(session, caller=caller, since=at - HOUR)
    return [begun for begun, outcome in lately if outcome not in (REFUSED, NO_KEY)]


async def _told(session: Session, until: datetime, *, blocked: bool) -> dict[str, str]:
    tenant = await tenant_by_id(session, current_tenant())
    texts = (await session.exec(select(Profile.texts))).one_or_none() or {}
    told = {}
    for tag in tenant.languages:
        with speaking(tag):
            when = soon(until, tenant.zone)
            if blocked:
                words = _("We can't talk with you on this line just now. You can call again from %(when)s.", when=when)
            else:
                words = _(
                    "You have reached us many times in the last hour, and others are waiting too. The line is there "
                    "for you again at %(when)s.",
                    when=when,
                )
            told[tag] = f"{words} {notice(texts.get('emergency', {}), tenant.country, tag)}".strip()
    return told


async def asks_key(session: Session, caller: UUID | None, line: Line) -> KeyFirst | None:
    """Whether and how a telephone caller is asked for a key before the flow begins."""
    setting = await setting_of(session, line.id)
    if not setting.ask_key:
        return None
    talked, turned_away = False, None
    if caller is not None:
        talks = select(Call.id).where(Call.caller_id == caller, col(Call.answered_at).is_not(None)).limit(1)
        talked = (await session.exec(talks)).first() is not None
        last = select(Call.ended_at).where(Call.caller_id == caller, Call.outcome == NO_KEY)
        turned_away = (await session.exec(last.order_by(col(Call.started_at).desc()).limit(1))).first()
    return key_first(asked_for=True, talked_before=talked, turned_away=turned_away, at=now())


def key_words(languages: Iterable[str]) -> dict[str, str]:
    """What is said to ask for a key, per language."""
    told = {}
    for tag in languages:
        with speaking(tag):
            told[tag] = _("To be put through, please press any key on your telephone.")
    return told


def no_key_words(languages: Iterable[str]) -> dict[str, str]:
    """What is said to somebody who pressed none, per language."""
    told = {}
    for tag in languages:
        with speaking(tag):
            told[tag] = _("We heard no key. If you need us, call again now: then you come straight through.")
    return told
