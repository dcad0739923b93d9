"""Amounts: read as people type them, shown as they read them, shared without losing a cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.money import BadAmount, CurrencyMismatch, Money, digits, parse, share, shown

TYPED = [
    ("12", "EUR", 1200),
    ("12.50", "EUR", 1250),
    ("12,50", "EUR", 1250),
    ("１２．５", "EUR", 1250),
    ("1,000", "EUR", 100000),
    ("1 000", "EUR", 100000),
    ("1.000", "EUR", 100000),
    ("1.000,50", "EUR", 100050),
    ("1,000.50", "EUR", 100050),
    ("1’000.5", "CHF", 100050),
    ("€ 12", "EUR", 1200),
    ("12 EUR", "EUR", 1200),
    ("100元", "CNY", 10000),
    ("￥100", "CNY", 10000),
    ("٣٫٥", "EUR", 350),
    ("0.500", "EUR", 50),
    ("1.000", "KWD", 1000),
    ("1,000", "KWD", 1000000),
    ("12.00", "JPY", 12),
    ("1.000", "JPY", 1000),
    ("0", "EUR", 0),
]

REFUSED = [
    ("", "EUR", "empty"),
    (" \u3000", "EUR", "empty"),
    ("€", "EUR", "empty"),
    ("-3", "EUR", "negative"),
    ("−3", "EUR", "negative"),
    ("twelve", "EUR", "not_a_number"),
    ("1e5", "EUR", "not_a_number"),
    ("$12", "EUR", "not_a_number"),
    ("12 50", "EUR", "not_a_number"),
    ("1,2,3", "EUR", "not_a_number"),
    ("0.005", "EUR", "too_precise"),
    ("12.5", "JPY", "too_precise"),
    ("9" * 14, "EUR", "too_large"),
    ("9" * 400, "EUR", "too_large"),
]


@pytest.mark.parametrize(("typed", "currency", "minor"), TYPED)
def test_what_people_type_is_read(typed: str, currency: str, minor: int) -> None:
    assert parse(typed, currency) == Money(minor, currency)


@pytest.mark.parametrize(("typed", "currency", "reason"), REFUSED)
def test_what_is_no_amount_is_refused_with_its_reason(typed: str, currency: str, reason: str) -> None:
    with pytest.raises(BadAmount) as refused:
        parse(typed, currency)
    assert refused.value.reason == reason


def test_places_are_those_of_iso_4217_and_not_those_that_people_drop_in_writing() -> None:
    assert [digits(code) for code in ("EUR", "JPY", "KWD", "RSD", "ISK", "CNY")] == [2, 0, 3, 2, 0, 2]
    assert shown(Money(123456, "RSD"), "en").endswith("1,234.56")


def test_amounts_are_shown_in_the_readers_language() -> None:
    assert shown(Money(1250, "EUR"), "en") == "€12.50"
    assert shown(Money(100000, "CNY"), "zh-Hans") == "¥1,000.00"
    assert shown(Money(-100000, "JPY"), "en") == "-¥100,000"


def test_currencies_never_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(CurrencyMismatch):
        assert Money(1, "EUR") < Money(1, "USD")
    assert Money(1, "EUR") != Money(1, "USD")
    with pytest.raises(TypeError):
        Money(1.0, "EUR")  # type: ignore[arg-type]  # what this refuses


@given(st.integers(0, 10**12), st.sampled_from(["EUR", "JPY", "KWD"]), st.sampled_from(["en", "zh-Hans"]))
def test_what_is_shown_can_be_typed_again(minor: int, currency: str, language: str) -> None:
    said = shown(Money(minor, currency), language).replace("JP¥", "¥")
    assert parse(said, currency) == Money(minor, currency)


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any))
def test_shares_add_up_and_none_is_a_unit_away_from_its_due(minor: int, parts: list[int]) -> None:
    shares = share(Money(minor, "EUR"), parts)
    assert sum(one.minor for one in shares) == minor
    for one, part in zip(shares, parts, strict=True):
        assert abs(one.minor * sum(parts) - minor * part) < sum(parts)
        assert part or not one.minor


@pytest.mark.parametrize("parts", [[], [0, 0], [2, -1]])
def test_nothing_is_shared_without_weights(parts: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        share(Money(1, "EUR"), parts)
