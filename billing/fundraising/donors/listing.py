"""Finds donors, with what each has given as the books have it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi.responses import Response
from sqlalchemy import bindparam, func, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PGUUID
from sqlmodel import col, select

from billing.fundraising.gifts.listing import GIVEN
from billing.fundraising.sheet import Cursor, amount, cell, streamed
from billing.giving.donors import Known, known
from billing.giving.models import Donor, Gift
from billing.money import Money
from infra.database import Session

PAGE = 50
HEAD = ("name", "email", "language", "first_gift", "last_gift", "gifts", "given", "currency", "donor")
_SUMS = text("""
    SELECT gift.donor, posting.currency, -sum(posting.minor) AS minor
    FROM gift JOIN ledger_posting posting ON posting.tenant_id = gift.tenant_id AND posting.gift = gift.id
    WHERE gift.donor = ANY(:donors) AND posting.account = ANY(:accounts)
    GROUP BY 1, 2 ORDER BY 1, 2
""").bindparams(bindparam("donors", type_=ARRAY(PGUUID())))


@dataclass(frozen=True, slots=True)
class Listed:
    """A donor, what is known of them, how many gifts of theirs have come, and what is left of them, per currency."""

    donor: Donor
    known: Known
    gifts: int
    sums: Sequence[Money]


async def listed(
    session: Session, after: Cursor | None = None, only: UUID | None = None, most: int = PAGE
) -> tuple[list[Listed], Cursor | None]:
    """Donors, whoever gave last first, and where the next page begins; or `only` one."""
    found = select(Donor).order_by(col(Donor.last_at).desc(), col(Donor.id).desc()).limit(most + 1)
    if only:
        found = found.where(Donor.id == only)
    if after:
        found = found.where(tuple_(col(Donor.last_at), col(Donor.id)) < after)
    rows = list(await session.exec(found))
    keys = [row.id for row in rows[:most]]
    sums: dict[UUID, list[Money]] = defaultdict(list)
    for key, currency, minor in await session.execute(_SUMS, {"donors": keys, "accounts": list(GIVEN)}):
        sums[key].append(Money(int(minor), currency))
    counted = select(Gift.donor, func.count()).where(col(Gift.donor).in_(keys), col(Gift.paid_at).is_not(None))
    counts = dict((await session.exec(counted.group_by(col(Gift.donor)))).all())
    entries = [Listed(row, await known(session, row), counts.get(row.id, 0), sums[row.id]) for row in rows[:most]]
    last = rows[most - 1] if len(rows) > most else None
    return entries, (last.last_at, last.id) if last else None


def export(slug: str, zone: str) -> Response:
    """All donors as CSV: a line for each currency that they gave in."""
    return streamed(f"{slug}-donors", HEAD, partial(_page, zone))


async def _page(zone: str, session: Session, after: Cursor | None) -> tuple[list[Sequence[str]], Cursor | None]:
    found, further = await listed(session, after, most=100)
    return [line for each in found for line in _lines(each, zone)], further


def _lines(each: Listed, zone: str) -> list[Sequence[str]]:
    days = [at.astimezone(ZoneInfo(zone)).date().isoformat() for at in (each.donor.first_at, each.donor.last_at)]
    who = [cell(each.known.name), cell(each.known.email), each.donor.language, *days, str(each.gifts)]
    return [
        [*who, amount(money), money.currency if money else "", str(each.donor.id)] for money in each.sums or (None,)
    ]
