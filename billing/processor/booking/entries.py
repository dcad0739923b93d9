"""What each balance transaction is in the ledger: a pure function, so that no order of events can change it.

A transaction's `net` is what it did to the balance, and goes to `processor` as it stands. What is left over after fees
goes where the transaction's reporting category says (https://docs.stripe.com/reports/reporting-categories).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from billing.ledger import Entry, Posting
from billing.processor.amounts import from_stripe

GIFT = {
    "charge": "gifts",
    "charge_failure": "gifts",
    "partial_capture_reversal": "gifts",
    "refund": "refunds",
    "refund_failure": "refunds",
    "dispute": "disputes",
    "dispute_reversal": "disputes",
}
"""Accounts of what concerns a payment; one that didn't come by a page of ours is an adjustment."""
OTHER = {
    "payout": "transit",
    "payout_reversal": "transit",
    "fee": "processor_fees",
    "network_cost": "processor_fees",
    "tax": "processor_fees",
    "platform_earning": "fees",
    "platform_earning_refund": "fees",
    "topup": "bank",
    "topup_reversal": "bank",
}
"""Of the rest. What the hotlines' books have as the platform's fee, its own have as income."""
ELSE = "adjustments"


@dataclass(frozen=True, slots=True)
class Txn:
    """A balance transaction: amounts in Stripe's unit of `currency`, positive when the balance grows (`fee`, of which
    `platform_fee` is the platform's part, when it shrinks)."""

    id: str
    category: str
    type: str
    amount: int
    fee: int
    platform_fee: int
    net: int
    currency: str
    created: int
    gift: UUID | None = None
    campaign: UUID | None = None

    @property
    def ref(self) -> str:
        """The ledger's name for it."""
        return f"txn:{self.id}"

    @property
    def at(self) -> datetime:
        """When it happened."""
        return datetime.fromtimestamp(self.created, UTC)


def txn_of(made: dict[str, Any], gift: UUID | None = None, campaign: UUID | None = None) -> Txn:
    """A balance transaction as the processor gave it, and the gift that it concerns."""
    parts = made.get("fee_details") or ()
    return Txn(
        id=made["id"],
        category=made["reporting_category"],
        type=made["type"],
        amount=made["amount"],
        fee=made["fee"],
        platform_fee=sum(part["amount"] for part in parts if part["type"] == "application_fee"),
        net=made["net"],
        currency=made["currency"],
        created=made["created"],
        gift=gift,
        campaign=campaign,
    )


def account_of(category: str, gift: UUID | None, type: str = "") -> str:
    """Where the amount of a transaction belongs, beside the balance and the fees."""
    if category == "fee" and type == "application_fee_refund":  # the platform gives its part of a refunded gift back
        return "platform_fees"
    if category in GIFT:
        return GIFT[category] if gift else ELSE
    return OTHER.get(category, ELSE)


def entry_of(txn: Txn) -> Entry | None:
    """The entry of a transaction; None for one that moved nothing. Raises ValueError when its sums contradict."""
    if txn.amount - txn.fee != txn.net:
        raise ValueError(f"{txn.id}: {txn.amount} less {txn.fee} isn't {txn.net}")
    fees = "dispute_fees" if txn.category.startswith("dispute") else "processor_fees"
    sums: dict[str, int] = {}
    for account, amount in (
        ("processor", txn.net),
        (fees, txn.fee - txn.platform_fee),
        ("platform_fees", txn.platform_fee),
        (account_of(txn.category, txn.gift, txn.type), -txn.amount),
    ):
        sums[account] = sums.get(account, 0) + amount
    postings = tuple(
        Posting(account, money.minor, money.currency, campaign=txn.campaign, gift=txn.gift)
        for account, money in ((name, from_stripe(amount, txn.currency)) for name, amount in sums.items())
        if money.minor
    )
    if not postings:
        return None
    return Entry(ref=txn.ref, kind=txn.category, at=txn.at, postings=postings)


def arrival_of(payout: dict[str, Any]) -> Entry:
    """A payout that the bank has: out of what is on its way, into the bank."""
    money = from_stripe(payout["amount"], payout["currency"])
    postings = (Posting("bank", money.minor, money.currency), Posting("transit", -money.minor, money.currency))
    return Entry(
        ref=f"payout:{payout['id']}",
        kind="arrival",
        at=datetime.fromtimestamp(payout["arrival_date"], UTC),
        postings=postings,
    )
