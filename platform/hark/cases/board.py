"""Cases by stage, as the board shows them, and one case's timeline in words."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select, tuple_

from hark.cases.models import Case, CaseEvent
from hark.contacts.access import lists_all, readable
from hark.desk.keyset import Key
from infra.database import Session
from infra.vault import unseal
from infra.web import gettext, language
from tenants.members.access import Staff
from tenants.members.names import names
from tenants.texts import say
from tenants.workflows.document import Workflow
from tenants.workflows.versions import newest_workflow, workflow_of

MOST_OPEN = 400
CLOSED_SHOWN = 8
PAGE = 30


@dataclass(frozen=True, slots=True)
class Card:
    """A case on the board. `title` is empty for those who may not read it."""

    number: int
    title: str
    owner: str
    moved_at: datetime
    stage: str
    closed: bool


@dataclass(slots=True)
class Column:
    """A stage with its cases; `more` counts those that aren't shown."""

    key: str
    label: str
    description: str
    kind: str
    cards: list[Card] = field(default_factory=list)
    more: int = 0


async def board(staff: Staff, *, mine: bool = False) -> tuple[list[Column], Workflow]:
    """Every stage of the newest workflow with the cases in it that the member may see; stages that only older
    cases know stand after them. `mine` keeps those that the member owns."""
    _, workflow = await newest_workflow(staff.session)
    columns = {
        stage.key: Column(stage.key, _said(stage.label), _said(stage.description), stage.kind)
        for stage in workflow.stages
    }
    open_cases, closed = await _open(staff, mine), await _closed(staff, mine)
    people = await names(staff.session)
    for case in [*open_cases, *closed]:
        if case.stage not in columns:
            own = (await workflow_of(staff.session, case.workflow_version_id)).stage(case.stage)
            columns[case.stage] = Column(case.stage, _said(own.label) if own else case.stage, "", "open")
        columns[case.stage].cards.append(await card(staff, case, people))
    await _count_closed(staff, columns, mine)
    return list(columns.values()), workflow


async def card(staff: Staff, case: Case, people: dict[UUID, str]) -> Card:
    """A case as one line."""
    owner = people.get(case.owner, "") if case.owner else ""
    closed = case.closed_at is not None
    return Card(case.number, await title(staff, case), owner, case.moved_at, case.stage, closed)


async def title(staff: Staff, case: Case) -> str:
    """The title, for whoever may read the case: an auditor may not."""
    if staff.member.role == "auditor":
        return ""
    return (await unseal(staff.session, case.sealed_title)).decode()


def _seen(staff: Staff, mine: bool) -> Any:
    found = select(Case)
    if mine:
        found = found.where(Case.owner == staff.member.id)
    if not lists_all(staff.member):
        found = found.where(readable(staff.member, col(Case.contact_id)))
    return found


async def _open(staff: Staff, mine: bool) -> list[Case]:
    found = _seen(staff, mine).where(col(Case.closed_at).is_(None)).order_by(col(Case.moved_at).desc())
    return list(await staff.session.exec(found.limit(MOST_OPEN)))


async def _closed(staff: Staff, mine: bool) -> list[Case]:
    found = _seen(staff, mine).where(col(Case.closed_at).is_not(None)).order_by(col(Case.closed_at).desc())
    return list(await staff.session.exec(found.limit(CLOSED_SHOWN)))


async def _count_closed(staff: Staff, columns: dict[str, Column], mine: bool) -> None:
    within = _seen(staff, mine).where(col(Case.closed_at).is_not(None)).subquery()
    counted = select(within.c.stage, func.count()).group_by(within.c.stage)
    for stage, count in (await staff.session.execute(counted)).all():
        if stage in columns:
            columns[stage].more = count - sum(card.closed for card in columns[stage].cards)


async def closed_page(staff: Staff, before: Key | None) -> tuple[list[Case], Key | None]:
    """Closed cases, the last closed first, a page at a time."""
    found = _seen(staff, mine=False).where(col(Case.closed_at).is_not(None))
    if before is not None:
        found = found.where(tuple_(col(Case.closed_at), col(Case.id)) < tuple_(*before))
    found = found.order_by(col(Case.closed_at).desc(), col(Case.id).desc()).limit(PAGE + 1)
    rows = list(await staff.session.exec(found))
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return rows[:PAGE], (last.closed_at, last.id) if last and last.closed_at else None


async def waiting_for(session: Session, member: UUID) -> int:
    """How many open cases a member owns."""
    found = select(func.count()).select_from(Case).where(Case.owner == member, col(Case.closed_at).is_(None))
    return (await session.exec(found)).one()


async def timeline(staff: Staff, case: Case, workflow: Workflow, *, contents: bool) -> list[dict[str, Any]]:
    """What happened to a case, newest first; a note's words only for those who may read them."""
    found = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(col(CaseEvent.at).desc(), col(CaseEvent.id))
    people = await names(staff.session)
    told = []
    for event in await staff.session.exec(found):
        icon, words = _words(event, workflow, people)
        text = ""
        if event.sealed is not None:
            text = (await unseal(staff.session, event.sealed)).decode() if contents else gettext("(hidden)")
        told.append({"icon": icon, "title": words, "at": event.at, "who": people.get(event.member, ""), "text": text})
    return told


def _words(event: CaseEvent, workflow: Workflow, people: dict[UUID, str]) -> tuple[str, str]:
    stage = workflow.stage(event.stage) if event.stage else None
    outcome = workflow.outcome(event.outcome) if event.outcome else None
    where = _said(stage.label) if stage else event.stage or ""
    what = _said(outcome.label) if outcome else ""
    who = people.get(event.subject, "") if event.subject else ""
    return {
        "opened": ("folder-open", gettext("Case opened")),
        "moved": ("arrow-right", gettext("Moved to “%(stage)s”", stage=where)),
        "note": ("notebook-pen", gettext("Note")),
        "titled": ("pencil", gettext("Title changed")),
        "assigned": (
            "user-round-check",
            gettext("Given to %(name)s", name=who) if who else gettext("Put back for all"),
        ),
        "closed": ("folder-check", gettext("Closed: %(outcome)s", outcome=what) if what else gettext("Closed")),
        "reopened": ("folder-open", gettext("Opened again, in “%(stage)s”", stage=where)),
    }[event.kind]


def _said(text: dict[str, str] | None) -> str:
    return say(text, language()) if text else ""
