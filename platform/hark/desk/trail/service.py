"""Reads the audit trail: of one record, or all of it a page at a time."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select, tuple_

from hark.cases.models import Case
from hark.desk.keyset import Key
from hark.desk.trail.words import ACTS, Act
from infra.database import Session
from infra.web import gettext
from tenants.audit import AuditEntry
from tenants.members.names import names

PAGE = 50
OF_ONE = 40


async def trail_of(session: Session, subject: UUID) -> list[dict[str, Any]]:
    """The latest acts on one record, newest first, as a timeline."""
    found = select(AuditEntry).where(AuditEntry.subject == subject).order_by(col(AuditEntry.at).desc()).limit(OF_ONE)
    people = await names(session)
    return [told(entry, people) for entry in await session.exec(found)]


async def trail(
    session: Session, *, member: UUID | None = None, before: Key | None = None
) -> tuple[Sequence[AuditEntry], Key | None]:
    """All acts, or one member's, newest first; with the key after which the next page begins."""
    found = select(AuditEntry)
    if member is not None:
        found = found.where(AuditEntry.member == member)
    if before is not None:
        found = found.where(tuple_(col(AuditEntry.at), col(AuditEntry.id)) < tuple_(*before))
    found = found.order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc()).limit(PAGE + 1)
    rows = (await session.exec(found)).all()
    older = (rows[PAGE - 1].at, rows[PAGE - 1].id) if len(rows) > PAGE else None
    return rows[:PAGE], older


def told(entry: AuditEntry, people: dict[UUID, str]) -> dict[str, Any]:
    """One act in words."""
    act = ACTS.get(entry.action) or Act(entry.action.replace(".", ": ").replace("_", " "), "activity")
    who = people.get(entry.member, "") if entry.member else ""
    fields = entry.detail.get("fields") or []
    return {
        "icon": act.icon,
        "title": gettext(act.words),
        "who": who or gettext("Hark"),
        "at": entry.at,
        "fields": [str(name) for name in fields],
    }


async def where(session: Session, slug: str, entries: Sequence[AuditEntry]) -> dict[UUID, tuple[str, str]]:
    """For entries about a record or a case: its page's address and what it is called."""
    subjects = {entry.subject for entry in entries if entry.subject}
    cases = dict((await session.exec(select(Case.id, Case.number).where(col(Case.id).in_(subjects)))).all())
    found = {}
    for entry in entries:
        if entry.subject in cases:
            number = cases[entry.subject]
            found[entry.id] = (f"/o/{slug}/cases/{number}", gettext("Case %(number)s", number=number))
        elif entry.action.startswith("contact.") and entry.subject:
            found[entry.id] = (f"/o/{slug}/contacts/{entry.subject}", gettext("the record"))
    return found
