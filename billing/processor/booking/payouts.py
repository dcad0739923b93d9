"""Payouts: out of the balance onto the way, and from there into the bank once the bank has them, or back."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlmodel import select

from billing.ledger import book, reverse
from billing.ledger.models import LedgerEntry
from billing.money import Money
from billing.processor.access import at, client, plainly
from billing.processor.amounts import from_stripe
from billing.processor.booking.entries import arrival_of, entry_of, txn_of
from infra.database import Session

_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('processor.payout:' || :key, 0))")
MOVED = ["balance_transaction", "failure_balance_transaction"]


async def book_payout(session: Session, account: str, key: str) -> None:
    """Fetch a payout and book how far it has come. One that a bank has sent back after all is taken back here too."""
    await session.execute(_ALONE, {"key": key})
    with plainly():
        told = await client().v1.payouts.retrieve_async(key, {"expand": MOVED}, options=at(account))
    payout = told.to_dict()
    for name in MOVED:
        if (made := payout[name]) and (entry := entry_of(txn_of(made))):
            await book(session, entry)
    arrival = arrival_of(payout)
    arrived = (await session.exec(select(LedgerEntry.id).where(LedgerEntry.ref == arrival.ref))).one_or_none()
    if payout["status"] == "paid" and arrived is None:  # asked first, for its day may be put right later
        await book(session, arrival)
    elif payout["status"] in ("failed", "canceled") and arrived is not None:
        back = payout["failure_balance_transaction"]
        when = datetime.fromtimestamp(back["created"] if back else payout["arrival_date"], UTC)
        await reverse(session, arrived, ref=f"payout:{key}:back", at=when)


async def lines(account: str, payout: str) -> list[tuple[str, str, Money]]:
    """What an automatic payout consists of: (balance transaction, category, net), the payout's own left out. Their
    sum is what was paid out."""
    with plainly():
        listed = await client().v1.balance_transactions.list_async(
            {"payout": payout, "limit": 100}, options=at(account)
        )
        found = [made async for made in listed.auto_paging_iter()]
    return [
        (made.id, made.reporting_category, from_stripe(made.net, made.currency))
        for made in found
        if made.source != payout
    ]
