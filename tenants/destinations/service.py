"""The destinations of the hotline in scope: kept, listed, removed."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from infra.carriers.dialling import Denied, may_dial
from infra.database import Session
from infra.errors import Invalid, NotFound
from infra.scope import current_tenant
from infra.vault import fingerprint, seal, unseal
from tenants.allowance.service import allowance
from tenants.destinations.models import Destination
from tenants.directory.service import tenant_by_id
from tenants.problems import _

MOST = 50
LONGEST_NAME, LONGEST_NOTE = 60, 200
WRONG = {
    "emergency": _("An emergency number can't be kept here: callers dial it themselves, and are located by it."),
    "invalid": _("This isn't a whole telephone number. Write it with its area code, or with + and its country code."),
}
NEVER = _("This number is never rung: it is a short code or dearer than a call.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A destination as the settings show it; `number` is in E.164."""

    id: UUID
    name: str
    number: str
    note: str
    added_by: UUID


async def destinations(session: Session) -> list[Destination]:
    """All of them, by name."""
    return list(await session.exec(select(Destination).order_by(col(Destination.name))))


async def kept(session: Session) -> list[Kept]:
    """All of them with their numbers, for those who look after them."""
    return [
        Kept(row.id, row.name, (await unseal(session, row.sealed)).decode(), row.note, row.added_by)
        for row in await destinations(session)
    ]


async def destination_of(session: Session, key: UUID) -> Destination:
    """One of them. Raises NotFound."""
    row = (await session.exec(select(Destination).where(Destination.id == key))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def add(session: Session, member: UUID, *, name: str, number: str, note: str = "") -> Destination:
    """Keep a number under a name. Raises Invalid with the field for one that may not be rung, is kept already, or has
    no name."""
    there = await destinations(session)
    name, note = name.strip(), note.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid(_("Give it a name of up to 60 characters, such as the office's."), field="name")
    if len(note) > LONGEST_NOTE:
        raise Invalid(_("Keep the note to 200 characters."), field="note")
    if any(row.name == name for row in there):
        raise Invalid(_("There is a number of this name already."), field="name")
    if len(there) >= MOST:
        raise Invalid(_("Fifty numbers are the most that can be kept. Remove one that nobody uses."), field="name")
    e164 = await _checked(session, number.strip())
    print_ = await fingerprint(session, "destination", e164)
    if any(row.hash == print_ for row in there):
        raise Invalid(_("This number is kept already."), field="number")
    row = Destination(
        name=name, sealed=await seal(session, e164.encode()), hash=print_, note=note, added_by=member
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row


async def _checked(session: Session, number: str) -> str:
    tenant = await tenant_by_id(session, current_tenant())
    verdict = may_dial(number, tenant.country)
    if isinstance(verdict, Denied):
        raise Invalid(WRONG.get(verdict.why, NEVER), field="number")
    if verdict.country not in {tenant.country, *(await allowance(session)).countries}:
        raise Invalid(
            _("This hotline doesn't ring numbers in that country. Whoever runs the platform can allow it."),
            field="number",
        )
    return verdict.e164


async def remove(session: Session, key: UUID) -> None:
    """Ring it no more; one that is gone is fine."""
    await session.execute(delete(Destination).where(col(Destination.id) == key))
