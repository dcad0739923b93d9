"""Payouts: out of the balance onto the way, and from there into the bank once the bank has them, or back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import select

from billing.ledger import book, reverse
from billing.ledger.models import LedgerEntry
from billing.money import Money
from billing.processor.access import at, client, plainly
from billing.processor.amounts import from_stripe
from billing.processor.booking.entries import Txn, arrival_of, entry_of, txn_of
from infra.database import Session

_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('processor.payout:' || :key, 0))")
MOVED = ["balance_transaction", "failure_balance_transaction"]


@dataclass(frozen=True, slots=True)
class PaidOut:
    """A payout as the processor has it: its id, what goes to the bank, its state in the processor's words, and whether
    it was made by itself, for then the processor says what it consists of."""

    account: str
    id: str
    money: Money
    state: str
    automatic: bool
    made_at: datetime
    arrives_at: datetime


Listener = Callable[[Session, PaidOut], Awaitable[None]]
listeners: list[Listener] = []
"""Told whenever a payout is looked at, in the transaction in which it was booked. May be told the same twice."""


async def book_payout(session: Session, account: str, key: str) -> None:
    """Fetch a payout and book how far it has come. One that a bank has sent back after all is taken back here too."""
    await session.execute(_ALONE, {"key": key})
    with plainly():
        told = await client().v1.payouts.retrieve_async(key, {"expand": MOVED}, options=at(account))
    payout = told.to_dict()
    for name in MOVED:
        if (made := payout[name]) and (entry := entry_of(txn_of(made))):
            await book(session, entry)
    for hear in listeners:
        await hear(session, _paid_out(account, payout))
    arrival = arrival_of(payout)
    arrived = (await session.exec(select(LedgerEntry.id).where(LedgerEntry.ref == arrival.ref))).one_or_none()
    if payout["status"] == "paid" and arrived is None:  # asked first, for its day may be put right later
        await book(session, arrival)
    elif payout["status"] in ("failed", "canceled") and arrived is not None:
        back = payout["failure_balance_transaction"]
        when = datetime.fromtimestamp(back["created"] if back else payout["arrival_date"], UTC)
        await reverse(session, arrived, ref=f"payout:{key}:back", at=when)


def _paid_out(account: str, payout: dict[str, Any]) -> PaidOut:
    return PaidOut(
        account,
        payout["id"],
        from_stripe(payout["amount"], payout["currency"]),
        payout["status"],
        payout["automatic"],
        datetime.fromtimestamp(payout["created"], UTC),
        datetime.fromtimestamp(payout["arrival_date"], UTC),
    )


async def payouts_of(account: str) -> list[PaidOut]:
    """All payouts of an account, newest first. Raises Unavailable, Gone."""
    with plainly():
        listed = await client().v1.payouts.list_async({"limit": 100}, options=at(account))
        return [_paid_out(account, one.to_dict()) async for one in listed.auto_paging_iter()]


async def consists_of(account: str, payout: str) -> list[Txn]:
    """What an automatic payout consists of, the payout's own transaction left out: their nets sum to what was paid
    out. Raises Unavailable, Gone."""
    with plainly():
        listed = await client().v1.balance_transactions.list_async(
            {"payout": payout, "limit": 100}, options=at(account)
        )
        found = [made.to_dict() async for made in listed.auto_paging_iter()]
    return [txn_of(made) for made in found if made["source"] != payout]


async def lines(account: str, payout: str) -> list[tuple[str, str, Money]]:
    """The same, as (balance transaction, category, net)."""
    return [(txn.id, txn.category, from_stripe(txn.net, txn.currency)) for txn in await consists_of(account, payout)]
