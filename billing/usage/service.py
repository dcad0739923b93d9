"""Counts what was used, each source once however often it is told of, and adds up whole months."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, text
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, BYTEA, DATE
from sqlmodel import col, select

from billing.usage.models import KINDS, UsageEvent, UsageSum
from infra.clock import now
from infra.database import Session
from infra.scope import current_tenant
from infra.vault import fingerprint
from tenants.directory.models import Tenant

MONTHS_OPEN = 2
"""So many months before the present one may still be added to; then what was counted in them is forgotten, and the
sums stand."""


@dataclass(frozen=True, slots=True)
class Used:
    """Something that was used at `at`: `source` names it (a call's id, a number and a day); `quantity` is seconds of
    minutes, letters or texts, days of a number, or bytes kept for a day."""

    source: str
    quantity: int
    at: datetime


_COUNT = text(
    "WITH told AS (SELECT * FROM unnest(:sources, :quantities, :months) AS each (source, quantity, month)), "
    "made AS (INSERT INTO usage_event (tenant_id, id, kind, source, month) "
    "SELECT :tenant, gen_random_uuid(), :kind, source, month FROM told ORDER BY source "
    "ON CONFLICT (tenant_id, kind, source) DO NOTHING RETURNING source), "
    "added AS (INSERT INTO usage_sum AS held (tenant_id, id, kind, month, quantity) "
    "SELECT :tenant, gen_random_uuid(), :kind, month, sum(quantity) FROM told JOIN made USING (source) "
    "GROUP BY month ORDER BY month "
    "ON CONFLICT (tenant_id, kind, month) DO UPDATE SET quantity = held.quantity + excluded.quantity) "
    "SELECT count(*) FROM made"
).bindparams(
    bindparam("sources", type_=ARRAY(BYTEA)),
    bindparam("quantities", type_=ARRAY(BIGINT)),
    bindparam("months", type_=ARRAY(DATE)),
)


def month_of(at: datetime, zone: str) -> date:
    """The first day of the month that a moment lies in, in a zone."""
    return at.astimezone(ZoneInfo(zone)).date().replace(day=1)


def before(month: date, months: int) -> date:
    """The month so many months before one."""
    for _each in range(months):
        month = (month - timedelta(days=1)).replace(day=1)
    return month


async def count(session: Session, kind: str, source: str, quantity: int, at: datetime) -> bool:
    """Count something that was used, unless it has been counted already; whether it was counted now.

    Raises ValueError for a kind that there isn't or a quantity below nought.
    """
    return await count_all(session, kind, [Used(source, quantity, at)]) == 1


async def count_all(session: Session, kind: str, used: Iterable[Used]) -> int:
    """As `count`, for many at once; returns how many were counted now. What lies in a month that is not open any more
    is never counted. They are written in the order of their fingerprints, so that nothing is told by their order."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is nothing that is counted")
    zone = await _zone(session)
    oldest = before(month_of(now(), zone), MONTHS_OPEN)
    told: dict[bytes, tuple[int, date]] = {}
    for each in used:
        if each.quantity < 0:
            raise ValueError("nobody uses less than nothing")
        if (month := month_of(each.at, zone)) >= oldest:
            told.setdefault(await fingerprint(session, f"usage:{kind}", each.source), (each.quantity, month))
    if not told:
        return 0
    given = {
        "tenant": current_tenant(), "kind": kind, "sources": list(told),
        "quantities": [quantity for quantity, _month in told.values()],
        "months": [month for _quantity, month in told.values()],
    }  # fmt: skip
    return int((await session.execute(_COUNT, given)).scalar_one())


async def open_since(session: Session) -> datetime:
    """When the oldest month began that may still be added to, in the hotline's zone."""
    zone = await _zone(session)
    first = before(month_of(now(), zone), MONTHS_OPEN)
    return datetime(first.year, first.month, 1, tzinfo=ZoneInfo(zone))


async def used(session: Session, kind: str, since: date, until: date) -> int:
    """What was used of a kind in the months from `since` to before `until`, both first days of a month in the
    hotline's zone: nothing is kept of single days. In seconds, letters, number-days or byte-days.

    Raises ValueError for other days.
    """
    return sum((await by_month(session, since, until, kinds=[kind])).values())


async def by_month(
    session: Session, since: date, until: date, *, kinds: Sequence[str] = KINDS
) -> dict[tuple[str, date], int]:
    """What was used by kind and month, as `used` has it; what wasn't isn't in it."""
    if since.day != 1 or until.day != 1:
        raise ValueError("what was used is known by whole months")
    found = select(UsageSum).where(col(UsageSum.kind).in_(kinds), UsageSum.month >= since, UsageSum.month < until)
    return {(row.kind, row.month): row.quantity for row in await session.exec(found)}


async def forget(session: Session) -> None:
    """Forget what was counted in months that aren't open any more; the sums stay."""
    oldest = before(month_of(now(), await _zone(session)), MONTHS_OPEN)
    await session.execute(delete(UsageEvent).where(col(UsageEvent.month) < oldest))


async def _zone(session: Session) -> str:
    return (await session.exec(select(Tenant.zone).where(Tenant.id == current_tenant()))).one()
