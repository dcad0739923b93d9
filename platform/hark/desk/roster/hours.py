"""Opening hours as an admin edits them: a week, the dates that differ, and one step back."""

from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import ValidationError
from sqlmodel import col, select

from hark.desk.roster.service import calendar_row
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Invalid
from infra.web import language
from tenants.audit import AuditEntry, record
from tenants.members.access import Staff
from tenants.rosters.hours import WEEKDAYS, Calendar, Holiday, Hours
from tenants.rosters.public_holidays import public_holidays

LONGEST_NAME = 100


def weekly_from(given: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[str, str]]]:
    """A week as its form sends it: `mon-from` and `mon-to` in pairs; empty pairs are left out. Raises Invalid."""
    weekly: dict[str, list[tuple[str, str]]] = {}
    for day in WEEKDAYS:
        for opens, closes in zip(given.get(f"{day}-from", ()), given.get(f"{day}-to", ()), strict=False):
            if bool(opens) != bool(closes):
                raise Invalid("Say both from when and until when, or leave both empty.", field=f"{day}-from")
            if opens:
                weekly.setdefault(day, []).append((opens, closes))
        if day in weekly:
            weekly[day].sort()
    return weekly


async def set_week(staff: Staff, weekly: Mapping[str, Sequence[Hours]]) -> None:
    """Open at these hours from now on. Raises Invalid."""
    await _change(staff, weekly=weekly)


async def add_holiday(staff: Staff, day: date, name: str, hours: Sequence[Hours] = ()) -> None:
    """Close on a date, or open at other hours on it; a date that was there already is written anew."""
    if len(name) > LONGEST_NAME:
        raise Invalid("A name can have up to 100 characters.", field="name")
    calendar = Calendar.model_validate((await calendar_row(staff.session, lock=True)).document)
    added = Holiday(date=day, name={language(): name.strip()} if name.strip() else {}, spans=tuple(hours))
    await _change(staff, holidays=_in_order([*(each for each in calendar.holidays if each.date != day), added]))


async def remove_holiday(staff: Staff, day: date) -> None:
    """Let a date be like any other of its weekday."""
    calendar = Calendar.model_validate((await calendar_row(staff.session, lock=True)).document)
    left = [each for each in calendar.holidays if each.date != day]
    if len(left) < len(calendar.holidays):
        await _change(staff, holidays=left)


async def add_public_holidays(staff: Staff) -> int:
    """Close on the country's public holidays of this year and the next; dates that are there stay as they are.

    Returns how many were added.
    """
    calendar = Calendar.model_validate((await calendar_row(staff.session, lock=True)).document)
    known = {each.date for each in calendar.holidays}
    year = now().year
    found = public_holidays(staff.tenant.country, range(year, year + 2))
    fresh = [each for each in found if each.date not in known]
    if fresh:
        await _change(staff, holidays=_in_order([*calendar.holidays, *fresh]))
    return len(fresh)


async def seen(staff: Staff) -> None:
    """Those who lead have looked at the hours that their hotline came with; written down once."""
    if not await known(staff.session):
        record(staff.session, "hours.see", member=staff.member.id, subject=(await calendar_row(staff.session)).id)


async def known(session: Session) -> bool:
    """Whether those who lead have looked at their hotline's hours, or changed them. Raises NotFound without any."""
    hours = await calendar_row(session)
    acts = col(AuditEntry.action).in_(("hours.see", "hours.change"))
    found = select(AuditEntry.id).where(AuditEntry.subject == hours.id, acts).limit(1)
    return (await session.exec(found)).first() is not None


async def undo(staff: Staff) -> None:
    """Go back to the hours before the last change; undoing again brings the change back. Raises Conflict."""
    row = await calendar_row(staff.session, lock=True)
    if row.previous is None:
        raise Conflict("There is no earlier change of the hours to undo.")
    row.document, row.previous = row.previous, row.document
    record(staff.session, "hours.undo", member=staff.member.id, subject=row.id)
    await staff.session.flush()


def _in_order(holidays: Sequence[Holiday]) -> list[Holiday]:
    return sorted(holidays, key=lambda each: each.date)


async def _change(staff: Staff, **parts: object) -> None:
    row = await calendar_row(staff.session, lock=True)
    calendar = Calendar.model_validate(row.document)
    try:
        changed = Calendar.model_validate({"zone": calendar.zone, **_parts(calendar), **parts})
    except ValidationError:
        raise Invalid("Write each time like 09:00 or 21:30.", field="hours") from None
    if changed == calendar:
        return
    row.previous, row.document = row.document, changed.model_dump(mode="json")
    record(staff.session, "hours.change", member=staff.member.id, subject=row.id, parts=sorted(parts))
    await staff.session.flush()


def _parts(calendar: Calendar) -> dict[str, object]:
    return {"weekly": calendar.weekly, "holidays": calendar.holidays}
