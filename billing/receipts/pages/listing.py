"""Finds receipts for the pages of a hotline's people."""

import re
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from billing.receipts.facts import Facts, facts_of
from billing.receipts.models import Receipt
from billing.receipts.service import donor_hash
from infra.database import Session

PAGE = 50
_LABEL = re.compile(r"(?:(?P<series>[A-Za-z][A-Za-z0-9]*)[-\s]*)?0*(?P<number>\d{1,15})")


@dataclass(frozen=True, slots=True)
class Entry:
    """A receipt with what stands on it."""

    row: Receipt
    facts: Facts


async def listed(
    session: Session, *, before: UUID | None = None, sought: str = "", unofficial: bool = False
) -> tuple[list[Entry], UUID | None]:
    """A page of receipts, newest first, and where the next one begins. `sought` is a number or a donor's e-mail
    address (names are sealed, so nothing is found by them); `unofficial` leaves those out that have an official number
    or count for nothing."""
    found = select(Receipt).order_by(col(Receipt.id).desc()).limit(PAGE + 1)
    if before:
        found = found.where(Receipt.id < before)
    if unofficial:
        found = found.where(Receipt.official_number == "", Receipt.state == "issued")
    if "@" in sought:
        found = found.where(Receipt.donor_hash == await donor_hash(session, sought))
    elif sought:
        label = _LABEL.fullmatch(sought.strip())
        if label is None:
            return [], None
        found = found.where(Receipt.number == int(label["number"]))
        found = found.where(Receipt.series == label["series"].upper()) if label["series"] else found
    rows = list(await session.exec(found))
    entries = [Entry(row, await facts_of(session, row.sealed)) for row in rows[:PAGE]]
    return entries, rows[PAGE - 1].id if len(rows) > PAGE else None
