"""What a telephone says at each node of every kit, and that a voice can really say it within the node's time."""

import pytest

from infra.speech.speaking import speak, spoken_all
from infra.speech.wav import read
from provisioning.kits.catalogue import kits
from tenants.flows.document import parse
from tenants.flows.nodes import Greeting, Information
from tenants.prompts.heard import Piece, heard, press
from tenants.prompts.warming import pieces
from tests.speech.sounds import level

FLOW = parse(
    {
        "start": "language",
        "languages": ["en", "zh-Hans", "de"],
        "promise_seconds": 100,
        "nodes": {
            "language": {
                "type": "language",
                "text": {"en": "Which language?", "zh-Hans": "哪种语言？"},
                "seconds": 8,
                "options": {"1": "en", "2": "zh-Hans"},
                "next": "menu",
            },
            "menu": {
                "type": "menu",
                "label": {"en": "A name for the picture"},
                "text": {"en": "What is it about?", "zh-Hans": "您想谈什么？"},
                "seconds": 8,
                "options": [
                    {"key": "1", "label": {"en": "Work", "zh-Hans": "工作"}, "value": "work", "next": "info"},
                    {"key": "*", "label": {"en": "Home"}, "value": "home", "next": "info"},
                ],
                "timeout": "info",
            },
            "info": {
                "type": "information",
                "text": {"en": "Look here."},
                "seconds": 5,
                "links": [{"label": {"en": "A page"}, "url": "https://example.org"}],
                "next": "hours",
            },
            "hours": {"type": "hours", "calendar": "main", "open": "info", "closed": "info"},
        },
    }
)


def _heard(node: str, language: str) -> list[tuple[str, str]]:
    return [tuple(piece) for piece in heard(FLOW, FLOW.nodes[node], language)]


def test_a_menu_is_read_out_with_the_key_behind_each_choice() -> None:
    assert _heard("menu", "en") == [
        ("What is it about?", "en"), ("Work", "en"), ("Press 1.", "en"), ("Home", "en"), ("Press the star key.", "en"),
    ]  # fmt: skip


def test_each_language_is_offered_in_itself() -> None:
    said = _heard("language", "en")
    assert [piece for piece in said if not piece[0].startswith(("Press", "请按"))] == [
        ("Which language?", "en"), ("哪种语言？", "zh-Hans"), ("English", "en"), ("简体中文", "zh-Hans"),
    ]  # fmt: skip
    assert [text for text, _ in said].index("English") + 1 == [text for text, _ in said].index("Press 1.")


def test_words_that_are_missing_in_a_language_are_spoken_in_the_one_they_are_written_in() -> None:
    assert ("工作", "zh-Hans") in _heard("menu", "zh-Hans")
    assert ("Home", "en") in _heard("menu", "zh-Hans")
    assert _heard("info", "zh-Hans") == [("Look here.", "en")]


def test_a_language_without_words_of_ours_hears_the_key_in_english() -> None:
    assert press("1", "de") == Piece("Press 1.", "en")


def test_what_says_nothing_says_nothing_and_links_are_not_read_out() -> None:
    assert _heard("hours", "en") == []
    assert _heard("info", "en") == [("Look here.", "en")]


@pytest.mark.parametrize("kind", kits())
async def test_every_text_of_every_kit_can_be_spoken_in_every_language(kind: str) -> None:
    said = pieces(kits()[kind].flow)
    assert {language for _, language in said} == {"en", "zh-Hans"}
    made = await spoken_all(said)
    assert all(made)
    sounds = [each[0] for each in made if each]
    for (text, _), wav in zip(said, sounds, strict=True):
        sound = read(wav)
        assert sound.rate == 8000, text
        assert 0.4 < sound.seconds < 40, text
        assert level(wav) > 1500, text
    assert len({read(wav).pcm for wav in sounds}) > len(said) * 0.95  # words that sound alike are few


@pytest.mark.parametrize("kind", kits())
async def test_no_kit_gives_a_sentence_less_time_than_it_takes_to_say(kind: str) -> None:
    flow = kits()[kind].flow
    for key, node in flow.nodes.items():
        if isinstance(node, Greeting | Information):
            for language, text in node.text.items():
                seconds = read(await speak(text, language)).seconds
                assert seconds <= node.seconds, (key, language, seconds, node.seconds)
