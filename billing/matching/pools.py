"""Pools as a hotline's own people keep them: promised, opened, paid in, closed; each figure asked of the books."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from billing.ledger import Entry, Posting, balance, book, reverse
from billing.ledger.models import LedgerEntry
from billing.ledger.service import entry_of
from billing.matching.models import Pool, PoolMatch
from billing.matching.service import give_rest
from billing.money import Money
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Invalid, NotFound, _
from infra.vault import seal, unseal

HELD = ("bank", "cash")
"""Where a sponsor's money may arrive."""
PAYMENTS = ("pool.payment", "pool.payback")
"""Kinds of entries: what a sponsor paid, and what they got back."""


@dataclass(frozen=True, slots=True)
class Sponsor:
    """Who promised; `email` is "" where none was left."""

    name: str
    email: str = ""


async def sealed(session: Session, sponsor: Sponsor) -> bytes:
    """A sponsor as they are kept."""
    told = {"name": sponsor.name, "email": sponsor.email}
    return await seal(session, json.dumps(told, ensure_ascii=False).encode())


async def sponsor_of(session: Session, row: Pool) -> Sponsor:
    """Whose promise a pool is."""
    return Sponsor(**json.loads(await unseal(session, row.sealed)))


async def pool(session: Session, key: UUID, *, lock: bool = False) -> Pool:
    """The pool with this id. Raises NotFound."""
    found = select(Pool).where(Pool.id == key)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    row = (await session.exec(found)).one_or_none()
    if row is None:
        raise NotFound
    return row


def still_draft(row: Pool) -> None:
    """Raises Conflict unless nothing of it has been promised to donors."""
    if row.state != "draft":
        raise Conflict(_("This pool has been opened before."))


def was_opened(row: Pool) -> None:
    """Raises NotFound for a draft: there is nothing to tell of it."""
    if row.state == "draft":
        raise NotFound


async def pools(session: Session) -> list[Pool]:
    """Every pool, the newest first."""
    return list(await session.exec(select(Pool).order_by(col(Pool.id).desc())))


@dataclass(frozen=True, slots=True)
class Figures:
    """Where a pool's money is, by the books. `owed` by the sponsor, `owing` to them (paid in, not used, not yet given
    back), `stayed`: what was left of it and stayed with the hotline. `gifts`: how many have a match that stands."""

    promised: Money
    matched: Money
    left: Money
    paid: Money
    owed: Money
    owing: Money
    stayed: Money
    gifts: int


async def figures(session: Session, row: Pool) -> Figures:
    """What the ledger says now."""

    async def on(*accounts: str) -> Money:
        return Money(await balance(session, accounts, row.currency, pool=row.id), row.currency)

    count = select(func.count()).select_from(PoolMatch).where(PoolMatch.pool == row.id, col(PoolMatch.minor) > 0)
    return Figures(
        promised=Money(row.amount_minor, row.currency),
        matched=-await on("matched"),
        left=-await on("pool"),
        paid=await on(*HELD),
        owed=await on("receivable"),
        owing=-await on("payable"),
        stayed=-await on("grants"),
        gifts=(await session.exec(count)).one(),
    )


async def open_pool(session: Session, key: UUID) -> Pool:
    """Let a draft match gifts from now on (or from its first day), and book the promise. Raises NotFound, Conflict for
    one that isn't a draft, Invalid when its last day is over."""
    row = await pool(session, key, lock=True)
    still_draft(row)
    at = now().replace(microsecond=0)  # as the processor tells when a gift was paid: no match stands before its promise
    if row.until <= at:
        raise Invalid(_("Its last day is over. Choose a later one first."), field="until")
    row.state, row.opened_at = "open", at
    row.since = max(row.since, at)
    session.add(row)
    await session.flush()
    postings = (
        Posting("receivable", row.amount_minor, row.currency, pool=row.id),
        Posting("pool", -row.amount_minor, row.currency, pool=row.id),
    )
    await book(session, Entry(f"pool:{row.id}:promise", "pool.promise", row.opened_at, postings))
    return row


async def pay_in(session: Session, key: UUID, money: Money, *, account: str, at: datetime, ref: str) -> UUID:
    """Book that a sponsor paid `money` of what they owe into `account` ("bank" or "cash") at `at`; the entry's id.

    `ref` names this payment among the pool's: told again, it is the same one. Raises NotFound, Invalid where it is
    nothing or more than is owed (what a sponsor gives beyond their promise is a gift of its own), Conflict when
    another payment has that name.
    """
    return await _pay(session, key, money, account, at, f"pool:{key}:in:{ref}", back=False)


async def pay_back(session: Session, key: UUID, money: Money, *, account: str, at: datetime, ref: str) -> UUID:
    """Book that a sponsor has got back `money` of what they had paid in and wasn't used; as `pay_in`."""
    return await _pay(session, key, money, account, at, f"pool:{key}:out:{ref}", back=True)


async def _pay(session: Session, key: UUID, money: Money, account: str, at: datetime, ref: str, *, back: bool) -> UUID:
    row = await pool(session, key, lock=True)
    if account not in HELD:
        raise ValueError(account)
    sign, of, kind = (-1, "payable", "pool.payback") if back else (1, "receivable", "pool.payment")
    postings = (
        Posting(account, sign * money.minor, money.currency, pool=key),
        Posting(of, -sign * money.minor, money.currency, pool=key),
    )
    entry = Entry(ref, kind, at, postings)
    known = await session.exec(select(LedgerEntry.id).where(LedgerEntry.ref == ref))
    if known.one_or_none() is None:
        most = sign * await balance(session, of, row.currency, pool=key)
        if money.currency != row.currency or not 0 < money.minor <= most:
            raise Invalid(_("Between nothing and what is still owed."), field="amount")
    return await book(session, entry)


async def take_back(session: Session, key: UUID, entry: UUID) -> None:
    """Take back a payment that was entered by mistake, either way. Once is enough: again it changes nothing. Raises
    NotFound for what is no payment of this pool, Conflict for one that came by a bank's statement."""
    await pool(session, key, lock=True)
    row = await entry_of(session, entry)
    if row.kind not in PAYMENTS or not row.ref.startswith(f"pool:{key}:"):
        raise NotFound
    if ":in:bank:" in row.ref:
        raise Conflict(_("This payment came by a bank's statement. Undo it there."))
    undone = select(LedgerEntry.id).where(LedgerEntry.reverses == entry)
    if (await session.exec(undone)).first() is None:
        await reverse(session, entry, ref=f"{row.ref}:back", at=now())


async def owed(session: Session) -> list[tuple[Pool, Money]]:
    """The pools whose sponsors owe something still, and how much; for whoever reads a bank's statement."""
    rows = await session.exec(select(Pool).where(Pool.state != "draft").order_by(col(Pool.id)))
    found = [(row, await balance(session, "receivable", row.currency, pool=row.id)) for row in rows]
    return [(row, Money(minor, row.currency)) for row, minor in found if minor > 0]


async def close_pool(session: Session, key: UUID, rest: str) -> Pool:
    """Let a pool match nothing more; what is left goes where `rest` says: it "returns" to the sponsor or "stays".

    A gift that is heard of later isn't matched; what comes back of one that was goes where the rest went. Raises
    NotFound, Conflict for one that isn't open.
    """
    row = await pool(session, key, lock=True)
    if row.state != "open":
        raise Conflict(_("Only an open pool can be closed."))
    row.state, row.rest, row.closed_at = "closed", rest, now()
    session.add(row)
    await session.flush()
    await give_rest(session, row)
    return row


async def discard(session: Session, key: UUID) -> None:
    """Take a draft away. Raises NotFound, Conflict for one that was opened."""
    row = await pool(session, key, lock=True)
    still_draft(row)
    await session.delete(row)
