"""Pools to try things on, in books of nobody's; gifts that come to them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import select

from billing.giving.models import Gift
from billing.ledger import balance
from billing.matching.models import Pool, PoolMatch
from billing.matching.pools import open_pool
from billing.matching.service import settle
from billing.money import Money
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.ids import new_id

EUR = "EUR"


async def a_pool(session: Session, minor: int = 10_000, *, opened: bool = True, **more: Any) -> Pool:
    """A pool that doubles every gift, open for a month."""
    at = now()
    given = {"sealed": b"", "currency": EUR, "since": at - timedelta(days=1), "until": at + timedelta(days=30)}
    row = Pool(**{**given, "amount_minor": minor, **more})
    session.add(row)
    await session.flush()
    return await open_pool(session, row.id) if opened else row


async def a_gift(session: Session, minor: int = 1000, currency: str = EUR) -> UUID:
    """A gift whose money is there."""
    row = Gift(
        ticket=new_id().hex, currency=currency, amount_minor=minor, state="paid", sealed=b"", language="en",
        paid_at=now(),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row.id


async def given(minor: int = 1000, campaign: UUID | None = None, currency: str = EUR) -> UUID:
    """A gift that comes and is settled, in a transaction of its own."""
    async with unit_of_work() as session:
        gift = await a_gift(session, minor, currency)
        await settle(session, gift=gift, campaign=campaign, kept=Money(minor, currency), at=now())
    return gift


async def kept(gift: UUID, minor: int, at: datetime | None = None) -> None:
    """Only so much of a gift is kept now."""
    async with unit_of_work() as session:
        await settle(session, gift=gift, campaign=None, kept=Money(minor, EUR), at=at or now())


@dataclass(frozen=True)
class Stands:
    """Where a pool is, by the books, and what went to which gift."""

    left: int
    matched: int
    to: dict[UUID, int]


async def stands(pool: UUID) -> Stands:
    """Where a pool is; its three records agree, and none says more than was promised."""
    async with unit_of_work() as session:
        row = (await session.exec(select(Pool).where(Pool.id == pool))).one()
        matches = list(await session.exec(select(PoolMatch).where(PoolMatch.pool == pool)))
        left = -await balance(session, "pool", row.currency, pool=pool)
        matched = -await balance(session, "matched", row.currency, pool=pool)
        for match in matches:
            assert match.minor == -await balance(session, "matched", row.currency, gift=match.gift, pool=pool)
    assert sum(match.minor for match in matches) == matched == row.used_minor
    assert 0 <= matched <= row.amount_minor
    if row.state == "open":
        assert left + matched == row.amount_minor
    return Stands(left, matched, {match.gift: match.minor for match in matches})
