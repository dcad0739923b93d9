"""Settles what sponsors add to a gift: claimed under a lock on their pool, given back as the gift is."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, or_
from sqlmodel import col, select

from billing.ledger import Entry, Posting, balance, book
from billing.matching.models import Pool, PoolMatch
from billing.money import Money
from billing.processor import payments
from billing.processor.models import PaymentRow
from billing.processor.payments import Payment
from infra.clock import now
from infra.database import Session


async def settle(session: Session, *, gift: UUID, campaign: UUID | None, kept: Money, at: datetime) -> None:
    """Let the matches of a gift be what `kept` of it earns now; `at` is when it was given.

    Called whenever a gift came or a part of it went, as often as one likes: the same `kept` again changes nothing.
    The first call decides which pools match it: the campaign's own before those for all, the older first, each adding
    what those before it left to be added. Where less is kept, the matches shrink; where more, they grow by what the
    pools still have. The gift's row must be there (flushed). Call it before a receipt is issued: pools are locked here
    until the end of the transaction, and a receipt's counter is always locked after them.
    """
    kept = max(kept, Money(0, kept.currency))  # what was given back can be disputed as well, and is gone once
    pools = await _locked(session, gift, campaign, kept.currency, at)
    if not pools:
        return
    found = select(PoolMatch).where(PoolMatch.gift == gift).execution_options(populate_existing=True)
    held = {row.pool: row for row in await session.exec(found)}
    added = 0
    for pool in in_turn(pools):
        wanted = max(0, earned(pool, kept) - added)
        row = held.get(pool.id)
        if row is None and not held and wanted:
            row = PoolMatch(pool=pool.id, gift=gift, at=at)
        if row is None:
            continue
        if kept.minor != row.kept_minor:
            most = row.minor + (await left(session, pool) if kept.minor > row.kept_minor else 0)
            row.kept_minor = kept.minor
            session.add(row)
            await _move(session, pool, row, min(wanted, most) - row.minor, campaign, at)
        added += row.minor


async def hold(session: Session) -> None:
    """Lock every open pool, in the order in which all lock them: for whoever settles several gifts in one transaction,
    in which a pool would else be waited for after the first one's receipt has locked its counter."""
    await session.exec(select(Pool.id).where(Pool.state == "open").order_by(col(Pool.id)).with_for_update())


def in_turn(pools: Iterable[Pool]) -> list[Pool]:
    """Who adds first: the campaign's own pools before those for all gifts, the one that was opened first before."""
    return sorted(pools, key=lambda pool: (pool.campaign is None, pool.opened_at or pool.made_at, pool.id))


def earned(pool: Pool, kept: Money) -> int:
    """What a gift of this size earns by the sponsor's rule, in minor units, while there is enough."""
    by_rule = kept.minor * pool.percent // 100
    return by_rule if pool.most_per_gift_minor is None else min(by_rule, pool.most_per_gift_minor)


async def left(session: Session, pool: Pool) -> int:
    """What a pool can still add, in minor units, by the books; nought unless it is open."""
    return -await balance(session, "pool", pool.currency, pool=pool.id) if pool.state == "open" else 0


async def _locked(session: Session, gift: UUID, campaign: UUID | None, currency: str, at: datetime) -> list[Pool]:
    """The pools that match this gift or could, locked in one order whoever asks, so that none waits for each other."""
    could = and_(
        col(Pool.state) == "open",
        col(Pool.currency) == currency,
        or_(col(Pool.campaign).is_(None), col(Pool.campaign) == campaign),
        col(Pool.since) <= at,
        col(Pool.until) > at,
    )
    does = exists().where(col(PoolMatch.pool) == col(Pool.id), col(PoolMatch.gift) == gift)
    found = select(Pool).where(or_(could, does)).order_by(col(Pool.id)).with_for_update()
    return list(await session.exec(found.execution_options(populate_existing=True)))


async def _move(session: Session, pool: Pool, row: PoolMatch, minor: int, campaign: UUID | None, at: datetime) -> None:
    """Book so much more of a pool to a gift, or less."""
    if not minor:
        await session.flush()
        return
    first = row.times == 0
    row.minor, row.times, pool.used_minor = row.minor + minor, row.times + 1, pool.used_minor + minor
    session.add_all((row, pool))
    await session.flush()
    postings = (
        Posting("pool", minor, pool.currency, gift=row.gift, pool=pool.id),
        Posting("matched", -minor, pool.currency, campaign=campaign, gift=row.gift, pool=pool.id),
    )
    kind = "match" if minor > 0 else "match.back"
    ref = f"match:{pool.id}:{row.gift}:{row.times}"
    await book(session, Entry(ref, kind, at if first else now(), postings))
    if pool.state == "closed":
        await give_rest(session, pool)


async def give_rest(session: Session, pool: Pool) -> None:
    """Book what is left of a closed pool to where its sponsor wants it: off what they owe, and what they had paid in
    beyond that as owed to them; or, without a condition, as a grant."""
    rest = -await balance(session, "pool", pool.currency, pool=pool.id)
    if not rest:
        return
    pool.rests += 1
    session.add(pool)
    if pool.rest == "stays":
        to = [Posting("grants", -rest, pool.currency, campaign=pool.campaign, pool=pool.id)]
    else:
        unpaid = min(rest, max(0, await balance(session, "receivable", pool.currency, pool=pool.id)))
        to = [
            Posting("receivable", -unpaid, pool.currency, pool=pool.id),
            Posting("payable", unpaid - rest, pool.currency, pool=pool.id),
        ]
    postings = [Posting("pool", rest, pool.currency, pool=pool.id), *to]
    await book(session, Entry(f"pool:{pool.id}:rest:{pool.rests}", "pool.rest", now(), postings))


async def follow(session: Session, payment: Payment) -> None:
    """Let a gift's matches be where its payment is."""
    if payment.at is None:
        return
    found = select(PaymentRow.campaign).where(PaymentRow.id == payment.gift)
    campaign = (await session.exec(found)).one_or_none()
    await settle(session, gift=payment.gift, campaign=campaign, kept=payment.kept, at=payment.at)


payments.listeners.insert(0, follow)
