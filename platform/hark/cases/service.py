"""A case through its life: opened from a contact, moved, noted on, given to somebody, closed and opened again."""

from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from hark.cases.access import work_on_case
from hark.cases.models import Case, CaseCount, CaseEvent
from hark.contacts.access import write_contact
from hark.contacts.service import let_read, read_sheet
from hark.contacts.view import title as title_of
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Invalid
from infra.scope import current_tenant
from infra.vault import seal
from tenants.audit import record
from tenants.forms.versions import form_of
from tenants.members.access import ANSWERS, Staff
from tenants.members.service import member as member_of
from tenants.workflows.document import Stage
from tenants.workflows.versions import newest_workflow, workflow_of

LONGEST_NOTE = 20_000
LONGEST_TITLE = 200


async def open_from(staff: Staff, contact_id: UUID) -> Case:
    """The case of a contact, opened on first asking. Its number is the hotline's next: none is left out or given
    twice, whoever opens cases at the same moment. Raises NotFound, Forbidden."""
    contact = (await write_contact(staff, contact_id)).contact
    session, member = staff.session, staff.member
    found = (await session.exec(select(Case).where(Case.contact_id == contact_id))).one_or_none()
    if found is not None:
        return found
    version, workflow = await newest_workflow(session)
    form = await form_of(session, contact.form_version_id)
    title = title_of(form, await read_sheet(session, contact))
    case = Case(
        number=await _next_number(session),
        contact_id=contact_id,
        workflow_version_id=version,
        sealed_title=await seal(session, title.encode()),
        stage=workflow.first.key,
        owner=member.id,
        opened_by=member.id,
    )
    session.add(case)
    await session.flush()
    await let_read(session, contact_id, member.id)
    _tell(staff, case, "opened", stage=case.stage)
    record(session, "case.open", member=member.id, subject=case.id, number=case.number)
    return case


async def _next_number(session: Session) -> int:
    """The row stays locked until we commit, so the next one waits; undone with us, it leaves no gap."""
    tenant = current_tenant()
    counted = (
        insert(CaseCount)
        .values(tenant_id=tenant, id=tenant, last=1)
        .on_conflict_do_update(index_elements=["tenant_id", "id"], set_={"last": col(CaseCount.last) + 1})
        .returning(col(CaseCount.last))
    )
    number: int = (await session.execute(counted)).scalar_one()
    return number


def _tell(staff: Staff, case: Case, kind: str, **what: Any) -> None:
    staff.session.add(CaseEvent(case_id=case.id, kind=kind, member=staff.member.id, at=now(), **what))


async def _stage(session: Session, case: Case, key: str) -> Stage:
    stage = (await workflow_of(session, case.workflow_version_id)).stage(key)
    if stage is None:
        raise Invalid("This case's workflow has no such stage.", field="stage")
    return stage


async def move(staff: Staff, number: int, stage_key: str, *, seen: str = "") -> Case:
    """Put a case into another stage that isn't an end. `seen` is the stage it was in on the mover's page.

    Raises Conflict when somebody moved it meanwhile, Invalid for an end: that is `close`'s.
    """
    case = await work_on_case(staff, number)
    stage = await _stage(staff.session, case, stage_key)
    if case.stage == stage.key:
        return case
    if case.closed_at is not None:
        raise Conflict("This case is closed. Open it again first.")
    if seen and seen != case.stage:
        raise Conflict("A colleague moved this case while you were looking at it. This is where it is now.")
    if stage.kind == "closed":
        raise Invalid("Say what came of the case to close it.", field="outcome")
    case.stage, case.moved_at = stage.key, now()
    _tell(staff, case, "moved", stage=stage.key)
    record(staff.session, "case.move", member=staff.member.id, subject=case.id, number=number, stage=stage.key)
    return case


async def note(staff: Staff, number: int, words: str, *, key: UUID) -> Case:
    """Write a note; `key` comes with the page, so that sending twice writes one. Raises Invalid."""
    case = await work_on_case(staff, number)
    words = words.strip()
    if not words:
        raise Invalid("Write something first.", field="note")
    if len(words) > LONGEST_NOTE:
        raise Invalid("A note can have up to 20,000 characters. Nothing was cut; please shorten it.", field="note")
    values = {
        "tenant_id": current_tenant(),
        "id": key,
        "case_id": case.id,
        "kind": "note",
        "member": staff.member.id,
        "at": now(),
        "sealed": await seal(staff.session, words.encode()),
    }
    written = insert(CaseEvent).values(values).on_conflict_do_nothing().returning(col(CaseEvent.id))
    if (await staff.session.execute(written)).scalar() is not None:
        record(staff.session, "case.note", member=staff.member.id, subject=case.id, number=number)
    return case


async def rename(staff: Staff, number: int, title: str) -> Case:
    """Give a case another title. Raises Invalid."""
    case = await work_on_case(staff, number)
    if len(title) > LONGEST_TITLE:
        raise Invalid("A title can have up to 200 characters.", field="title")
    case.sealed_title = await seal(staff.session, title.strip().encode())
    _tell(staff, case, "titled")
    record(staff.session, "case.title", member=staff.member.id, subject=case.id, number=number)
    return case


async def assign(staff: Staff, number: int, to: UUID | None) -> Case:
    """Give a case to somebody who answers, or to nobody; they may read it and its contact from then on."""
    case = await work_on_case(staff, number)
    if case.owner == to:
        return case
    if to is not None:
        owner = await member_of(staff.session, to)
        if owner.left_at is not None or owner.role not in ANSWERS:
            raise Invalid("Choose somebody who works on cases.", field="owner")
        await let_read(staff.session, case.contact_id, to)
    case.owner = to
    _tell(staff, case, "assigned", subject=to)
    detail = {"to": str(to)} if to else {}
    record(staff.session, "case.assign", member=staff.member.id, subject=case.id, number=number, **detail)
    return case


async def close(staff: Staff, number: int, outcome: str) -> Case:
    """End a case with what came of it, in the first of its workflow's ends; closing again changes nothing."""
    case = await work_on_case(staff, number)
    if case.closed_at is not None:
        return case
    workflow = await workflow_of(staff.session, case.workflow_version_id)
    if workflow.outcomes and workflow.outcome(outcome) is None:
        raise Invalid("Choose what came of it.", field="outcome")
    end = next(stage for stage in workflow.stages if stage.kind == "closed")
    case.stage, case.outcome, case.closed_at, case.moved_at = end.key, outcome or None, now(), now()
    _tell(staff, case, "closed", stage=end.key, outcome=case.outcome)
    record(staff.session, "case.close", member=staff.member.id, subject=case.id, number=number)
    return case


async def reopen(staff: Staff, number: int) -> Case:
    """Open a closed case again, in the stage that it was in before; an open one stays as it is."""
    case = await work_on_case(staff, number)
    if case.closed_at is None:
        return case
    before = (
        select(CaseEvent.stage)
        .where(CaseEvent.case_id == case.id, col(CaseEvent.kind).in_(("opened", "moved", "reopened")))
        .order_by(col(CaseEvent.at).desc())
        .limit(1)
    )
    stage = (await staff.session.exec(before)).one()
    case.stage, case.outcome, case.closed_at, case.moved_at = stage or case.stage, None, None, now()
    _tell(staff, case, "reopened", stage=case.stage)
    record(staff.session, "case.reopen", member=staff.member.id, subject=case.id, number=number)
    return case
