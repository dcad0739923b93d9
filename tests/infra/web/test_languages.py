"""A visitor is spoken to in the language that they asked for, chose before, or whose browser prefers."""

import httpx
import pytest

from infra.web import gettext, language, speaking
from infra.web.i18n import negotiate

HEADERS = {
    "": "en",
    "zh-CN,zh;q=0.9,en;q=0.8": "zh-Hans",
    "en-GB,en;q=0.9,zh;q=0.8": "en",
    "zh": "zh-Hans",
    "ZH-hans": "zh-Hans",
    "fr-FR, de;q=0.9": "en",
    "fr-FR, de;q=0.9, zh-SG;q=0.1": "zh-Hans",
    "en;q=0.3, zh;q=0.7": "zh-Hans",
    "en; q=0.3, zh; q=0.7": "zh-Hans",
    "fr, zh;q=0": "en",
    "zh;q=nonsense, en": "en",
    "*": "en",
    ",,;q=,": "en",
    "zh" * 5000: "en",
}


@pytest.mark.parametrize("header", HEADERS)
def test_the_browsers_wish_is_met_as_well_as_may_be(header: str) -> None:
    assert negotiate(header, ["en", "zh-Hans"]) == HEADERS[header]


def test_the_very_language_comes_before_its_relatives() -> None:
    offered = ["en", "zh-Hans", "zh-Hant", "pt", "pt-BR"]
    assert negotiate("zh-Hant", offered) == "zh-Hant"
    assert negotiate("pt-BR", offered) == "pt-BR"
    assert negotiate("zh-TW", offered) == "zh-Hans"


async def test_what_is_asked_for_in_the_address_is_remembered(ask: httpx.AsyncClient) -> None:
    assert (await ask.get("/language")).json()["language"] == "en"
    asked = await ask.get("/language?lang=zh-Hans")
    assert asked.json()["language"] == "zh-Hans"
    assert (await ask.get("/language", headers={"accept-language": "en"})).json()["language"] == "zh-Hans"
    assert (await ask.get("/language?lang=en")).json()["language"] == "en"


@pytest.mark.parametrize("wish", ["xx", "../en", "en; Path=/x", "", "zh-Hans\r\nx: y"])
async def test_a_language_that_isnt_spoken_is_not_remembered(ask: httpx.AsyncClient, wish: str) -> None:
    answer = await ask.get("/language", params={"lang": wish})
    assert answer.json()["language"] == "en"
    assert "set-cookie" not in answer.headers


def test_speaking_another_language_ends_with_the_block() -> None:
    with speaking("zh-Hans"):
        assert language() == "zh-Hans"
        with speaking("no such"):
            assert language() == "en"
    assert language() == "en"


def test_places_in_a_message_are_filled() -> None:
    assert gettext("Tries left: %(left)s.", left=2) == "Tries left: 2."
    assert gettext("100 % sure") == "100 % sure"
