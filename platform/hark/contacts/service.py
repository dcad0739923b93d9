"""Contacts from their first word to their submission: opened once per call, saved as typed, handed over, amended."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlalchemy import select as core_select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from hark.contacts.access import Sight, sees_all, sight, write_contact
from hark.contacts.models import Contact, ContactReader
from hark.contacts.sheet import Change, Merged, Sheet, merge, same
from hark.switchboard.models import Call, Offer
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Invalid, NotFound
from infra.ids import new_id
from infra.prepared import Prepared, table
from infra.scope import current_tenant
from infra.vault import seal, unseal
from tenants.audit import record
from tenants.forms.document import Form, check, draft
from tenants.forms.versions import form_of, newest_form
from tenants.members.access import Staff
from tenants.problems import Problem

LARGEST_SHEET = 400_000
ALREADY_SUBMITTED = "This record was already submitted. What you typed is still here; amend the record to add it."


async def read_sheet(session: Session, contact: Contact) -> Sheet:
    """What is written on a contact. Whoever asks has been let in by `access`."""
    return Sheet.read(await unseal(session, contact.sealed))


async def for_call(staff: Staff, call_id: UUID) -> Sight:
    """The record of a call, made on first asking: however often and at once it is asked for, there is one.

    For whoever answered the call, for supervisors, and once a call has ended without an answer for anybody who
    answers calls. Raises NotFound for all others.
    """
    session, member = staff.session, staff.member
    found = select(Contact).where(Contact.call_id == call_id)
    contact = (await session.exec(found)).one_or_none()
    if contact is None:
        call = (await session.exec(select(Call).where(Call.id == call_id))).one_or_none()
        answered = await _answered(session, call_id)
        asked = await _asked(session, call_id, member.id)
        if call is None or not (
            member.id in answered or asked or sees_all(member) or (call.ended_at is not None and not answered)
        ):
            raise NotFound
        readers = [*answered, member.id] if asked else answered
        await _create(staff, new_id(), call_id, keeper=answered[0] if answered else member.id, readers=readers)
        contact = (await session.exec(found)).one()
    return await sight(staff, contact)


async def without_call(staff: Staff, key: UUID) -> Sight:
    """A record of somebody who came in person or wrote. `key` comes from the page, so that pressing twice on a bad
    line makes one record."""
    await _create(staff, key, None, keeper=staff.member.id, readers=[])
    contact = (await staff.session.exec(select(Contact).where(Contact.id == key))).one_or_none()
    if contact is None:
        raise NotFound
    return await sight(staff, contact)


async def _answered(session: Session, call_id: UUID) -> list[UUID]:
    """Who answered a call, the last one first."""
    found = (
        select(Offer.member_id)
        .where(Offer.call_id == call_id, col(Offer.answered_at).is_not(None))
        .order_by(col(Offer.answered_at).desc())
    )
    return list(dict.fromkeys(await session.exec(found)))


async def _asked(session: Session, call_id: UUID, member: UUID) -> bool:
    """Whether somebody who has the call is asking this colleague about it just now."""
    found = select(Offer.id).where(
        Offer.call_id == call_id, Offer.member_id == member, Offer.state == "consulting", Offer.kind == "consult"
    )
    return (await session.exec(found)).first() is not None


async def _create(staff: Staff, key: UUID, call_id: UUID | None, *, keeper: UUID, readers: list[UUID]) -> None:
    session, tenant = staff.session, current_tenant()
    at = now()
    values = {
        "tenant_id": tenant,
        "id": key,
        "call_id": call_id,
        "member_id": keeper,
        "form_version_id": await newest_form(session),
        "sealed": await seal(session, Sheet().dump()),
        "revision": 0,
        "status": "draft",
        "at": at,
    }
    made = await session.execute(insert(Contact).values(values).on_conflict_do_nothing().returning(col(Contact.id)))
    if made.scalar() is None:
        return
    for reader in dict.fromkeys([keeper, *readers]):
        await let_read(session, key, reader)
    record(session, "contact.open", member=staff.member.id, subject=key)


async def note_silence(staff: Staff, call_id: UUID, *, silent: bool) -> Sight:
    """Say of a call that its caller is silent, or that they aren't; noted once. Raises NotFound."""
    found = await for_call(staff, call_id)
    if not found.write:
        raise NotFound
    contact = found.contact
    if silent != (contact.silent_at is not None):
        contact.silent_at = now() if silent else None
        record(staff.session, "contact.silence", member=staff.member.id, subject=contact.id)
        await staff.session.flush()
    return found


async def let_read(session: Session, contact: UUID, member: UUID) -> None:
    """Put a member on the list of those who may read a contact and its case; again is nothing."""
    at = (await session.exec(select(Contact.at).where(Contact.id == contact))).one()
    values = {"tenant_id": current_tenant(), "id": new_id(), "contact_id": contact, "member_id": member, "at": at}
    await session.execute(insert(ContactReader).values(values).on_conflict_do_nothing())


_OF_CALL = Prepared(core_select(table(Contact).c.id).where(table(Contact).c.call_id == bindparam("call")))


async def hand_over(session: Session, call_id: UUID, to_member: UUID) -> UUID | None:
    """Give the record of a call to the colleague who took the call over; the one before keeps reading it.

    Returns the record's id, or None where nobody has opened one yet: then the colleague's own console does.
    """
    contact: UUID | None = await _OF_CALL.value(session, call=call_id)
    if contact is None:
        return None
    await session.execute(update(Contact).where(col(Contact.id) == contact).values(member_id=to_member))
    await let_read(session, contact, to_member)
    record(session, "contact.hand_over", member=to_member, subject=contact)
    return contact


async def let_in(session: Session, call_id: UUID, member: UUID) -> None:
    """Let a colleague who is asked for advice read the record of a call, if there is one by now."""
    contact = (await session.exec(select(Contact.id).where(Contact.call_id == call_id))).one_or_none()
    if contact is not None:
        await let_read(session, contact, member)


@dataclass(slots=True)
class Saved:
    """What came of writing on a contact."""

    contact: Contact
    form: Form
    before: Sheet
    merged: Merged
    typed: dict[str, Any]
    problems: dict[str, Problem] = field(default_factory=dict)

    @property
    def form_names(self) -> list[str]:
        """The names of all fields."""
        return [each.name for each in self.form.fields]


async def save(staff: Staff, key: UUID, values: dict[str, Any], *, seen: int, tab: str, count: int) -> Saved:
    """Keep what was typed. With nothing typed it tells what others wrote since. Raises Conflict once submitted."""
    found = await write_contact(staff, key)
    saved = await _merge(staff, found.contact, values, Change({}, seen, tab, count, staff.member.id))
    if found.contact.status == "submitted" and (saved.merged.applied or saved.merged.conflicts):
        raise Conflict(ALREADY_SUBMITTED)
    await _store(staff.session, saved)
    return saved


async def submit(staff: Staff, key: UUID, values: dict[str, Any], *, seen: int, tab: str, count: int) -> Saved:
    """Hand the record in if it is whole; else what was typed is kept and `problems` say what is missing.

    Handing in twice is handing in once: the second time changes nothing and gets the same answer.
    """
    found = await write_contact(staff, key)
    contact = found.contact
    saved = await _merge(staff, contact, values, Change({}, seen, tab, count, staff.member.id))
    region = staff.tenant.country
    if contact.status == "submitted":
        accepted, _ = check(saved.form, saved.merged.sheet.answers, region=region)
        differs = any(not same(accepted.get(name), saved.before.answers.get(name)) for name in saved.form_names)
        if differs or saved.merged.conflicts:
            raise Conflict(ALREADY_SUBMITTED)
        saved.merged = Merged(saved.before, contact.revision)
        return saved
    if not saved.merged.conflicts:
        accepted, saved.problems = check(saved.form, saved.merged.sheet.answers, region=region)
        if not saved.problems:
            changed = saved.merged.sheet.since(saved.merged.sheet.submitted) if saved.merged.sheet.submitted else []
            saved.merged.sheet.answers = dict(accepted)
            saved.merged.sheet.submitted = saved.merged.revision
            contact.status, contact.submitted_at = "submitted", now()
            record(staff.session, "contact.submit", member=staff.member.id, subject=key, fields=sorted(changed))
    await _store(staff.session, saved)
    return saved


async def amend(staff: Staff, key: UUID) -> Sight:
    """Open a submitted record again, for its keeper or a supervisor; a draft stays one. Raises NotFound."""
    found = await write_contact(staff, key)
    if found.contact.status == "submitted":
        if not found.amend:
            raise Conflict("This record is with a colleague now. Ask them, or a supervisor, to amend it.")
        found.contact.status = "draft"
        record(staff.session, "contact.amend", member=staff.member.id, subject=key)
        await staff.session.flush()
    return found


async def _merge(staff: Staff, contact: Contact, values: dict[str, Any], change: Change) -> Saved:
    form = await form_of(staff.session, contact.form_version_id)
    known = {each.name for each in form.fields}
    typed = draft(form, {name: value for name, value in values.items() if name in known}, region=staff.tenant.country)
    before = await read_sheet(staff.session, contact)
    told = Change(typed, change.seen, change.tab, change.count, change.member)
    return Saved(contact, form, before, merge(before, contact.revision, told), typed)


async def _store(session: Session, saved: Saved) -> None:
    raw = saved.merged.sheet.dump()
    if len(raw) > LARGEST_SHEET:
        raise Invalid("This is more than one record can hold. What you typed is still here; please shorten it.")
    if saved.merged.applied or saved.contact.status == "submitted":
        saved.contact.sealed = await seal(session, raw)
        saved.contact.revision = saved.merged.revision
    await session.flush()
