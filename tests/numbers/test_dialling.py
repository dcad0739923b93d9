"""What is never dialled, whoever asks."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.carriers.dialling import Allowed, Denied, may_dial
from provisioning.kits.emergency import table

PLAIN = [
    ("+442071838750", "", "GB"), ("020 7183 8750", "GB", "GB"), ("+8613800138000", "", "CN"),
    ("13800138000", "CN", "CN"), ("+4915112345678", "DE", "DE"), ("+12125550123", "US", "US"),
    ("+18765551234", "JM", "JM"), ("+37061234567", "LT", "LT"),
]  # fmt: skip
NEVER = [
    ("112", "", "emergency"), ("+112", "", "emergency"), ("112", "DE", "emergency"), ("1 1 0", "CN", "emergency"),
    ("120", "CN", "emergency"), ("911", "US", "emergency"), ("9115551234", "US", "emergency"),
    ("999", "GB", "emergency"), ("000", "AU", "emergency"), ("111", "NZ", "emergency"),
    ("12338", "CN", "short"), ("116123", "DE", "short"),
    ("+49116123", "", "short"), ("118500", "GB", "short"), ("+4930", "", "short"),
    ("+449061234567", "", "premium"), ("0906 123 4567", "GB", "premium"), ("+19005551234", "US", "premium"),
    ("4001234567", "CN", "premium"), ("+448451234567", "GB", "premium"), ("+447012345678", "GB", "premium"),
    ("+33899123456", "FR", "premium"), ("+979123456789", "", "premium"), ("+80812345678", "", "premium"),
    ("+8816123456789", "", "satellite"), ("+870773123456", "", "satellite"), ("+88213123456", "", "satellite"),
    ("+88299123456", "", "satellite"), ("+80012345678", "", "satellite"), ("+18765551234", "US", "revenue_share"),
    ("+5352123456", "DE", "revenue_share"), ("+6745551234", "AU", "revenue_share"), ("+2479123", "GB", "short"),
    ("+99920413735", "", "invalid"), ("", "", "invalid"), ("anonymous", "", "invalid"), ("+44", "", "short"),
    ("+442071838750,,1", "", "invalid"), ("+442071838750;ext=9", "", "invalid"), ("*21#", "DE", "invalid"),
    ("0207183", "", "invalid"), ("02071838750", "", "invalid"), ("٠٢٠٧١٨٣٨٧٥٠", "GB", "invalid"),
    ("+44207183875012345678", "", "invalid"), ("sip:bob@example.org", "", "invalid"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "home", "country"), PLAIN)
def test_a_plain_number_may_be_dialled(number: str, home: str, country: str) -> None:
    verdict = may_dial(number, home)
    assert isinstance(verdict, Allowed)
    assert verdict.country == country
    assert verdict.e164.startswith("+")


@pytest.mark.parametrize(("number", "home", "why"), NEVER)
def test_these_are_never_dialled(number: str, home: str, why: str) -> None:
    verdict = may_dial(number, home)
    assert isinstance(verdict, Denied)
    assert verdict.why == why


@pytest.mark.parametrize("country", sorted(table().numbers))
def test_no_emergency_number_of_our_own_table_is_dialled_from_anywhere(country: str) -> None:
    for number in (table().numbers[country].police, table().numbers[country].ambulance):
        for home in ("", country, "US", "CN", "DE", "GB"):
            assert isinstance(may_dial(number, home), Denied), (number, home)


@pytest.mark.parametrize("country", sorted(phonenumbers.SUPPORTED_SHORT_REGIONS))
def test_no_countrys_emergency_numbers_are_dialled_from_there(country: str) -> None:
    for number in (
        "112",
        "911",
        "999",
        "110",
        "119",
        "000",
        "15",
        "17",
        "18",
        "100",
        "101",
        "102",
        "103",
        "144",
        "190",
    ):
        assert isinstance(may_dial(number, country), Denied)
        code = phonenumbers.country_code_for_region(country)
        assert isinstance(may_dial(f"+{code}{number}"), Denied), "nor by way of the country's code"


DEAR = (
    phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST,
    phonenumbers.PhoneNumberType.UAN, phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
)  # fmt: skip


@pytest.mark.parametrize("kind", DEAR)
def test_no_countrys_dear_numbers_are_dialled(kind: int) -> None:
    tried = 0
    for country in phonenumbers.SUPPORTED_REGIONS:
        example = phonenumbers.example_number_for_type(country, kind)
        if example and phonenumbers.number_type(example) == kind:
            tried += 1
            written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
            assert isinstance(may_dial(written, country), Denied), written
    assert tried > 20


def test_every_countrys_own_mobiles_may_be_dialled_at_home() -> None:
    for country in phonenumbers.SUPPORTED_REGIONS:
        example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
        if example:
            written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
            assert isinstance(may_dial(written, country), Allowed), written


@given(st.text(alphabet="+0123456789 ()-.;,@*#aw", max_size=25), st.sampled_from(["", "GB", "CN", "US", "DE", "JM"]))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_it_is_judged_and_what_is_allowed_is_whole(text: str, home: str) -> None:
    verdict = may_dial(text, home)
    if isinstance(verdict, Allowed):
        assert phonenumbers.is_valid_number(phonenumbers.parse(verdict.e164))
        assert may_dial(verdict.e164, home) == verdict
