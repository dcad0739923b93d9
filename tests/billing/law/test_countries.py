"""What the table of countries keeps a hotline from, and what it says."""

import pytest

from billing.law import country
from billing.law.country import table
from tenants.texts import missing


@pytest.mark.parametrize("code", ["CN", "TW", "KR"])
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
    assert receipt.name["zh-Hans"] == "公益事业捐赠统一票据"
