"""Who may see and work on a case: exactly those who may read the contact it grew from. Said nowhere else."""

from dataclasses import dataclass

from sqlmodel import select

from hark.cases.models import Case
from hark.contacts.access import Sight, sight
from hark.contacts.models import Contact
from infra.errors import Forbidden, NotFound
from tenants.members.access import Staff


@dataclass(frozen=True, slots=True)
class Opened:
    """A case, and what the member may do with it (its contact's rule)."""

    case: Case
    sight: Sight


async def open_case(staff: Staff, number: int, *, lock: bool = False) -> Opened:
    """The case of this number; with `lock`, nobody else changes it until we are done. Raises NotFound."""
    found = select(Case).where(Case.number == number)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    case = (await staff.session.exec(found)).one_or_none() if 0 < number < 2**31 else None
    if case is None:
        raise NotFound
    contact = (await staff.session.exec(select(Contact).where(Contact.id == case.contact_id))).one()
    return Opened(case, await sight(staff, contact))


async def work_on_case(staff: Staff, number: int) -> Case:
    """The case, locked, for somebody who may change it. Raises NotFound, Forbidden."""
    opened = await open_case(staff, number, lock=True)
    if not opened.sight.write:
        raise Forbidden
    return opened.case
