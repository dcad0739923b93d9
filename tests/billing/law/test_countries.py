"""What the table of countries keeps a hotline from, and what it says."""

from datetime import date

import pytest
from pydantic import ValidationError

from billing.law import Country, country
from billing.law.country import table
from tenants.texts import missing


@pytest.mark.parametrize("code", ["CN", "TW", "KR", "CZ", "DK", "FI"])
def test_a_public_appeal_needs_a_qualification_where_the_law_says_so(code: str) -> None:
    assert not country(code).free
    assert country(code).qualification
    assert country(code).filing
    assert country(code).says


def test_a_country_is_found_however_it_is_written_and_an_unknown_one_gets_no_words() -> None:
    assert country("cn") == country("CN")
    assert country("ZZ").free
    assert country("ZZ").receipt is None


@pytest.mark.parametrize("code", table())
def test_every_country_names_its_law_and_speaks_both_languages(code: str) -> None:
    entry = table()[code]
    assert entry.law
    said = [entry.qualification, entry.filing, entry.says, entry.receipt.name if entry.receipt else {}]
    assert [missing(text) for text in said if text] == [[] for text in said if text]


def test_mainland_chinas_own_receipt_is_not_ours() -> None:
    receipt = country("CN").receipt
    assert receipt is not None
    assert not receipt.ours
    assert receipt.name["zh-Hans"] == "公益事业捐赠票据"


@pytest.mark.parametrize("code", table())
def test_what_was_checked_names_pages_and_a_day_that_has_been(code: str) -> None:
    entry = table()[code]
    for said in filter(None, [entry, entry.receipt]):
        assert all(address.startswith(("https://", "http://")) and host for host, address in said.pages)
        assert said.checked is None or said.checked >= date(2026, 11, 22)
    assert entry.checked or not entry.says


def test_an_unknown_country_was_checked_by_nobody_and_a_day_without_a_source_counts_for_nothing() -> None:
    assert country("ZZ").checked is None
    with pytest.raises(ValidationError, match="names its sources"):
        Country(checked=date(2026, 11, 22))
