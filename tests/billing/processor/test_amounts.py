"""Our minor units and Stripe's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.money import Money
from billing.processor.amounts import from_stripe, to_stripe

SAME = ("EUR", "CNY", "HKD", "JPY", "KRW", "KWD", "TND", "HUF", "TWD", "RSD")


@given(st.integers(-(10**12), 10**12), st.sampled_from([*SAME, "ISK", "UGX"]))
def test_what_goes_to_stripe_comes_back(minor: int, currency: str) -> None:
    assert from_stripe(to_stripe(Money(minor, currency)), currency.lower()) == Money(minor, currency)


@pytest.mark.parametrize("currency", SAME)
def test_most_currencies_are_counted_alike(currency: str) -> None:
    assert to_stripe(Money(1234, currency)) == 1234


def test_three_have_a_custom_of_their_own() -> None:
    assert to_stripe(Money(12, "ISK")) == 1200
    assert to_stripe(Money(12, "UGX")) == 1200
    assert to_stripe(Money(1200, "MGA")) == 12
    assert from_stripe(12, "mga") == Money(1200, "MGA")


def test_nothing_is_rounded_away() -> None:
    with pytest.raises(ValueError, match="no whole unit"):
        to_stripe(Money(1250, "MGA"))
    with pytest.raises(ValueError, match="smallest unit"):
        from_stripe(1250, "isk")
