"""However twelve months are split, they add up to the same, and no more parts are drawn than can be told apart."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.fundraising.overview.trends import ORDER, PARTS, Cell, split
from billing.fundraising.sheet import cell
from billing.ledger.pages import journal
from provisioning.closing import archive

CAMPAIGNS = {UUID(int=number): f"Campaign {number}" for number in range(1, 8)}
CELLS = st.builds(
    Cell,
    month=st.sampled_from([date(2026, month, 1) for month in (1, 2, 3)]),
    campaign=st.sampled_from([None, UUID(int=99), *CAMPAIGNS]),
    matched=st.booleans(),
    monthly=st.booleans(),
    giver=st.sampled_from(["new", "again", "unknown"]),
    minor=st.integers(-(10**9), 10**9),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(CELLS, max_size=30))
def test_every_split_adds_up_to_the_same_in_each_month(cells: list[Cell]) -> None:
    whole = {month: sum(each.minor for each in cells if each.month == month) for month in {c.month for c in cells}}
    for by in ("all", "givers", "rhythm", "campaign"):
        sums, parts = split(cells, by, CAMPAIGNS)
        assert len(parts) <= PARTS
        assert {part for _month, part in sums} == set(parts)
        assert by == "campaign" or set(parts) <= set(ORDER[by])
        for month, minor in whole.items():
            assert sum(sums.get((month, part), 0) for part in parts) == minor


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=12))
def test_no_text_of_a_donor_is_a_formula(words: str) -> None:
    assert not cell(words).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("sign", "\uff1d\uff0b\uff0d\uff20")
def test_a_wide_sign_begins_no_formula_either(sign: str) -> None:
    said = f"{sign}HYPERLINK(1)"
    for mark in (cell, journal._cell, archive._cell):
        assert mark(said) == f"'{said}"
