"""Lists of contacts, newest first, a page at a time by key: a page costs the same at the first record and the last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Executable, Row, and_, func, select, tuple_
from sqlmodel import col

from hark.cases.models import Case
from hark.contacts.access import lists_all
from hark.contacts.models import Contact, ContactReader
from hark.switchboard.models import Call
from infra.database import Session
from tenants.members.access import Staff
from tenants.members.models import Member
from tenants.rosters.hours import moment

PAGE = 30
Key = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list should hold: `mine`, `drafts`, the records of one day; and where this page begins."""

    mine: bool = False
    drafts: bool = False
    day: date | None = None
    before: Key | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, and the key after which the next page begins."""

    rows: list[Row[Any]]
    older: Key | None


async def contacts(staff: Staff, wanted: Wanted) -> Page:
    """A page of what the member may list. Rows: id, at, status, member_id, call_id, submitted_at, case number,
    whether the call was simulated."""
    found = await staff.session.execute(statement(staff.member, staff.tenant.zone, wanted))
    rows = list(found.all())
    older = rows[PAGE - 1] if len(rows) > PAGE else None
    return Page(rows[:PAGE], (older.at, older.id) if older else None)


def statement(member: Member, zone: str, wanted: Wanted) -> Executable:
    """The query behind `contacts`. A volunteer's list runs along their own index, everybody's along the records'."""
    listed = not lists_all(member)
    at, key = (ContactReader.at, ContactReader.contact_id) if listed else (Contact.at, Contact.id)
    found = select(
        col(Contact.id),
        col(Contact.at),
        col(Contact.status),
        col(Contact.member_id),
        col(Contact.call_id),
        col(Contact.submitted_at),
        col(Case.number),
        col(Call.simulated),
    )
    if listed:
        found = (
            found.select_from(ContactReader)
            .join(Contact, and_(_own(Contact, ContactReader), col(Contact.id) == col(ContactReader.contact_id)))
            .where(col(ContactReader.member_id) == member.id)
        )
    else:
        found = found.select_from(Contact)
    found = found.outerjoin(Case, and_(_own(Case, Contact), col(Case.contact_id) == col(Contact.id)))
    found = found.outerjoin(Call, and_(_own(Call, Contact), col(Call.id) == col(Contact.call_id)))
    if wanted.mine:
        found = found.where(col(Contact.member_id) == member.id)
    if wanted.drafts:
        found = found.where(col(Contact.status) == "draft")
    if wanted.day:
        first, last = moment(ZoneInfo(zone), wanted.day), moment(ZoneInfo(zone), wanted.day, 1440)
        found = found.where(col(at) >= first, col(at) < last)
    if wanted.before:
        found = found.where(tuple_(col(at), col(key)) < tuple_(*wanted.before))
    return found.order_by(col(at).desc(), col(key).desc()).limit(PAGE + 1)


def _own(one: Any, other: Any) -> Any:
    return col(one.tenant_id) == col(other.tenant_id)


async def drafts_of(session: Session, member: UUID) -> tuple[int, Sequence[Row[UUID, datetime]]]:
    """How many records a member hasn't submitted yet, and the oldest five: id, at."""
    mine = (col(Contact.member_id) == member, col(Contact.status) == "draft")
    count = (await session.execute(select(func.count()).select_from(Contact).where(*mine))).scalar_one()
    oldest = select(col(Contact.id), col(Contact.at)).where(*mine).order_by(col(Contact.at)).limit(5)
    return count, (await session.execute(oldest)).all()
