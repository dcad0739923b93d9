"""Lays the books beside the processor's own record: balances, every transaction, every payout line by line."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import select

from billing.ledger import Entry, balance
from billing.ledger.rebuild import Difference, rebuild
from billing.processor.access import at, client, plainly
from billing.processor.amounts import from_stripe
from billing.processor.booking.entries import entry_of, txn_of
from billing.processor.booking.payouts import lines
from billing.processor.booking.sweep import transactions
from billing.processor.booking.truth import id_of
from billing.processor.models import PaymentAccount, PaymentRow
from infra.database import Session


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Per currency what the processor has and what the books say that it has, in minor units; what differs entry by
    entry; and payouts whose lines don't add up, by how much."""

    balances: dict[str, tuple[int, int]] = field(default_factory=dict)
    difference: Difference = field(default_factory=Difference)
    payouts: dict[str, int] = field(default_factory=dict)

    @property
    def nil(self) -> bool:
        """Whether the books and the processor agree in everything."""
        return self.difference.nil and not self.payouts and all(one == other for one, other in self.balances.values())


async def reconcile(session: Session) -> Reconciled:
    """Compare the books in scope with the processor's record as it is now; nothing is changed.

    What moves while this runs may show as a difference that is gone the next time. Raises Unavailable, Gone.
    """
    accounts = list(await session.exec(select(PaymentAccount.account)))
    at_processor: dict[str, int] = {}
    for account in accounts:
        for currency, minor in (await balances(account)).items():
            at_processor[currency] = at_processor.get(currency, 0) + minor
    pairs = {}
    for currency, minor in at_processor.items():
        pairs[currency] = (minor, await balance(session, "processor", currency))
    gifts = {row.charge: row for row in await session.exec(select(PaymentRow)) if row.charge}
    difference = await rebuild(session, _records(accounts, gifts))
    off: dict[str, int] = {}
    for account in accounts:
        off |= await _uneven(account)
    return Reconciled(pairs, difference, off)


async def balances(account: str) -> dict[str, int]:
    """What an account has, available or not yet, in minor units by currency."""
    with plainly():
        told = (await client().v1.balance.retrieve_async(options=at(account))).to_dict()
    found: dict[str, int] = {}
    for part in (*told["available"], *told["pending"]):
        money = from_stripe(part["amount"], part["currency"])
        found[money.currency] = found.get(money.currency, 0) + money.minor
    return found


async def _records(accounts: list[str], gifts: dict[str, PaymentRow]) -> AsyncIterator[Entry]:
    """The processor's record as the entries that ought to be in the books."""
    for account in accounts:
        async for made in transactions(account):
            source: Any = made["source"]
            kind = source["object"] if source and not isinstance(source, str) else ""
            charge = source["id"] if kind == "charge" else id_of(source.get("charge")) if kind else None
            row = gifts.get(charge or "")
            if entry := entry_of(txn_of(made, *((row.id, row.campaign) if row else ()))):
                yield entry


async def _uneven(account: str) -> dict[str, int]:
    """Automatic payouts whose lines don't sum to them: payout → what is missing, in minor units."""
    with plainly():
        listed = await client().v1.payouts.list_async({"limit": 100}, options=at(account))
        payouts = [one.to_dict() async for one in listed.auto_paging_iter()]
    found = {}
    for payout in payouts:
        if payout["automatic"] and payout["status"] == "paid":
            amount = from_stripe(payout["amount"], payout["currency"])
            short = amount.minor - sum(money.minor for _txn, _kind, money in await lines(account, payout["id"]))
            if short:
                found[payout["id"]] = short
    return found
