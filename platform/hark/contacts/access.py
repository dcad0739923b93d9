"""Who may see and write a contact, and with it the case that grew from it. The one place where this is said.

Operators see what they are on the list of: the calls they answered, what was handed to them, the cases they work on.
Supervisors, admins and owners see everything. Auditors see that there is a record, when and whose, and who read it,
but nothing of what it says. To everybody else it doesn't exist.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Mapped
from sqlmodel import col
from sqlmodel import select as fetch

from hark.contacts.models import Contact, ContactReader
from infra.database import Session
from infra.errors import Forbidden, NotFound
from tenants.members.access import READS, SUPERVISES, Staff
from tenants.members.models import Member


@dataclass(frozen=True, slots=True)
class Sight:
    """What one member may do with one contact."""

    contact: Contact
    contents: bool
    write: bool
    amend: bool


def sees_all(member: Member) -> bool:
    """Whether nothing in this hotline is kept from the member."""
    return member.role in SUPERVISES


def lists_all(member: Member) -> bool:
    """Whether the member's lists hold everybody's records: an auditor's do, without their contents."""
    return member.role in READS


def readable(member: Member, contact_id: Mapped[UUID]) -> ColumnElement[bool]:
    """The condition under which a row about this contact shows up for the member."""
    listed = select(col(ContactReader.id)).where(
        col(ContactReader.contact_id) == contact_id, col(ContactReader.member_id) == member.id
    )
    return exists(listed)


async def sight(staff: Staff, contact: Contact) -> Sight:
    """What the member may do with this contact. Raises NotFound when it isn't for their eyes at all."""
    member = staff.member
    if sees_all(member):
        return Sight(contact, contents=True, write=True, amend=True)
    if member.role == "auditor":
        return Sight(contact, contents=False, write=False, amend=False)
    if not await _listed(staff.session, contact.id, member.id):
        raise NotFound
    return Sight(contact, contents=True, write=True, amend=contact.member_id == member.id)


async def open_contact(staff: Staff, key: UUID, *, lock: bool = False) -> Sight:
    """The contact and what the member may do with it; with `lock`, nobody else writes it until we are done.

    Raises NotFound.
    """
    found = fetch(Contact).where(Contact.id == key)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    row = (await staff.session.exec(found)).one_or_none()
    if row is None:
        raise NotFound
    return await sight(staff, row)


async def write_contact(staff: Staff, key: UUID) -> Sight:
    """The contact, locked, for somebody who may write it. Raises NotFound, Forbidden."""
    seen = await open_contact(staff, key, lock=True)
    if not seen.write:
        raise Forbidden
    return seen


async def _listed(session: Session, contact: UUID, member: UUID) -> bool:
    found = fetch(ContactReader.id).where(ContactReader.contact_id == contact, ContactReader.member_id == member)
    return (await session.exec(found)).first() is not None
