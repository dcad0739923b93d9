"""The emergency notice names numbers only where they are sure."""

import pytest

from provisioning.kits.catalogue import kits
from provisioning.kits.emergency import notice, numbers, table

NOTICE = {"en": "In danger, call {emergency}.", "zh-Hans": "有危险请拨打{emergency}。"}


@pytest.mark.parametrize(
    ("country", "english", "chinese"),
    [
        ("gb", "In danger, call 999.", "有危险请拨打999。"),
        ("CN", "In danger, call 110 (police) or 120 (ambulance).", "有危险请拨打110（报警）或120（急救）。"),
        ("XX", "In danger, call your local emergency number.", "有危险请拨打当地的紧急电话。"),
        ("", "In danger, call your local emergency number.", "有危险请拨打当地的紧急电话。"),
    ],
)
def test_the_notice_fits_the_country(country: str, english: str, chinese: str) -> None:
    assert notice(NOTICE, country, "en") == english
    assert notice(NOTICE, country, "zh-Hans") == chinese


def test_every_number_can_be_dialled() -> None:
    assert numbers("DE") is not None
    for country, known in table().numbers.items():
        assert len(country) == 2
        assert 3 <= len(known.police) <= 5
        assert (known.police + known.ambulance).isdigit()


def test_every_kit_has_a_place_for_them_and_hard_wires_none() -> None:
    for kit in kits().values():
        for wording in kit.texts.emergency.values():
            assert wording.count("{emergency}") == 1
            assert not any(sign.isdigit() for sign in wording)
