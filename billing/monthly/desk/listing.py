"""Monthly gifts page by page: those that run, newest first, or those that are over."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select

from billing.giving.donors import known
from billing.giving.models import Donor
from billing.money import Money
from billing.monthly.models import MonthlyGift
from billing.monthly.standing import card_words, day_of
from infra.database import Session
from infra.scope import current_tenant
from tenants.directory.service import tenant_by_id

PAGE = 50
Cursor = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Listed:
    """A monthly gift for people who look after gifts. `next_on` is a day where the hotline is; None where none is."""

    row: MonthlyGift
    name: str
    total: Money
    next_on: date | None
    card: str


async def listed(session: Session, *, over: bool, before: Cursor | None) -> tuple[list[Listed], Cursor | None]:
    """A page, and where the next one begins."""
    tenant = await tenant_by_id(session, current_tenant())
    at, state = col(MonthlyGift.ended_at if over else MonthlyGift.started_at), col(MonthlyGift.state)
    found = select(MonthlyGift, Donor).outerjoin(
        Donor, (col(Donor.tenant_id) == col(MonthlyGift.tenant_id)) & (col(Donor.id) == col(MonthlyGift.donor))
    )
    found = found.where(state == "ended" if over else state != "ended").order_by(at.desc(), col(MonthlyGift.id).desc())
    if before:
        found = found.where(tuple_(at, col(MonthlyGift.id)) < before)
    made = []
    for row, donor in list(await session.exec(found.limit(PAGE + 1))):
        due = row.resumes_at if row.state == "paused" else row.next_at if row.state != "ending" else None
        made.append(
            Listed(
                row,
                name=(await known(session, donor)).name if donor else "",
                total=Money(row.amount_minor + row.cover_minor, row.currency),
                next_on=day_of(tenant, due) if due else None,
                card=card_words(row),
            )
        )
    last = made[PAGE - 1].row if len(made) > PAGE else None
    place = (last.ended_at if over else last.started_at) if last else None
    return made[:PAGE], (place, last.id) if last and place else None
