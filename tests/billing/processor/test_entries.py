"""Every balance transaction is one entry that sums to zero, says what the balance did, and depends on nothing else."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.ledger.chart import account
from billing.processor.booking.entries import ELSE, GIFT, OTHER, account_of, arrival_of, entry_of, txn_of

A_GIFT, A_CAMPAIGN = UUID(int=7), UUID(int=8)
CATEGORIES = [*GIFT, *OTHER, "other_adjustment", "risk_reserved_funds", "something_new"]


def transaction(category: str, amount: int, *fees: tuple[str, int], **more: Any) -> dict[str, Any]:
    """A balance transaction as Stripe writes it."""
    fee = sum(part for _kind, part in fees)
    return {
        "id": "txn_1", "reporting_category": category, "type": category, "currency": "eur", "created": 1_700_000_000,
        "source": "ch_1", "amount": amount, "fee": fee, "net": amount - fee,
        "fee_details": [{"type": kind, "amount": part} for kind, part in fees],
    } | more  # fmt: skip


def sums(made: dict[str, Any], gift: UUID | None = A_GIFT) -> dict[str, int]:
    """Account → minor units of the entry."""
    entry = entry_of(txn_of(made, gift, A_CAMPAIGN if gift else None))
    assert entry
    return {posting.account: posting.minor for posting in entry.postings}


@given(
    st.sampled_from(CATEGORIES),
    st.integers(-(10**10), 10**10),
    st.lists(
        st.tuples(st.sampled_from(["stripe_fee", "application_fee", "tax"]), st.integers(-(10**6), 10**6)), max_size=3
    ),
    st.sampled_from([None, A_GIFT]),
)
def test_any_transaction_sums_to_zero_and_moves_the_balance_by_its_net(
    category: str, amount: int, fees: list[tuple[str, int]], gift: UUID | None
) -> None:
    made = transaction(category, amount, *fees)
    entry = entry_of(txn_of(made, gift))
    if entry is None:
        assert amount == made["fee"] == 0 or made["net"] == 0
        return
    assert sum(posting.minor for posting in entry.postings) == 0
    assert sum(posting.minor for posting in entry.postings if posting.account == "processor") == made["net"]
    assert all(account(posting.account) and posting.currency == "EUR" for posting in entry.postings)
    assert entry.ref == "txn:txn_1"


def test_a_gift_less_stripes_fee_and_the_platforms() -> None:
    made = transaction("charge", 10_000, ("stripe_fee", 320), ("application_fee", 100))
    assert sums(made) == {"processor": 9_580, "processor_fees": 320, "platform_fees": 100, "gifts": -10_000}


def test_a_refund_and_one_that_failed() -> None:
    assert sums(transaction("refund", -4_000)) == {"processor": -4_000, "refunds": 4_000}
    assert sums(transaction("refund_failure", 4_000)) == {"processor": 4_000, "refunds": -4_000}


def test_a_dispute_costs_its_fee_whoever_is_right() -> None:
    lost = sums(transaction("dispute", -10_000, ("stripe_fee", 1_500)))
    won = sums(transaction("dispute_reversal", 10_000))
    assert lost == {"processor": -11_500, "disputes": 10_000, "dispute_fees": 1_500}
    assert won == {"processor": 10_000, "disputes": -10_000}


def test_a_payout_is_on_its_way_until_the_bank_has_it() -> None:
    assert sums(transaction("payout", -9_000), None) == {"processor": -9_000, "transit": 9_000}
    arrival = arrival_of({"id": "po_1", "amount": 9_000, "currency": "eur", "arrival_date": 1_700_000_000})
    assert {posting.account: posting.minor for posting in arrival.postings} == {"bank": 9_000, "transit": -9_000}


def test_the_platforms_part_of_a_refund_comes_back_to_where_it_was_paid() -> None:
    back = transaction("fee", 100, type="application_fee_refund")
    assert sums(back, None) == {"processor": 100, "platform_fees": -100}
    assert sums(transaction("platform_earning_refund", -100), None) == {"processor": -100, "fees": 100}


def test_what_didnt_come_by_our_page_is_no_gift() -> None:
    assert sums(transaction("charge", 5_000, ("stripe_fee", 100)), None) == {
        "processor": 4_900, "processor_fees": 100, "adjustments": -5_000,
    }  # fmt: skip
    assert {account_of(category, None) for category in GIFT} == {ELSE}


def test_a_gift_is_named_on_every_posting_of_it() -> None:
    entry = entry_of(txn_of(transaction("charge", 100, ("stripe_fee", 5)), A_GIFT, A_CAMPAIGN))
    assert entry
    assert {(posting.gift, posting.campaign) for posting in entry.postings} == {(A_GIFT, A_CAMPAIGN)}


def test_a_transaction_that_contradicts_itself_isnt_booked() -> None:
    with pytest.raises(ValueError, match="txn_1"):
        entry_of(txn_of(transaction("charge", 100, net=90)))


def test_one_that_moved_nothing_is_none() -> None:
    assert entry_of(txn_of(transaction("charge", 0))) is None
