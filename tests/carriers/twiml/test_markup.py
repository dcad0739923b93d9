"""What a leg does, as the markup that says so: every command, and words that stay words."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.carriers.protocol import Command, GiveBack, HangUp, Join, Play, Prompt, Record
from infra.carriers.twiml.pages import fallback
from infra.carriers.twiml.pages.links import Links
from infra.carriers.twiml.pages.markup import POLL_SECONDS, Page, render, silence, voice_for
from infra.carriers.twiml.vendors import vendor_of
from infra.settings import settings
from tests.carriers.twiml.fake.documented import account
from tests.carriers.twiml.fake.following import read

ROOT = Path(__file__).parents[3]
HELLO = Prompt("Hello.", "en")


def page(dialect: str = "twilio", **more: object) -> Page:
    vendor = vendor_of(account(dialect, fallback="https://elsewhere.example/en.xml"))
    return Page(vendor, Links(vendor.account, "CA1", 7), **more)  # type: ignore[arg-type]  # a test's own


def verbs(command: Command | None, shown: Page) -> list[ET.Element]:
    return read(render(command, shown), shown.vendor.account.vendor)


def tags(command: Command | None, shown: Page) -> list[str]:
    return [verb.tag for verb in verbs(command, shown)]


def test_words_with_keys_can_be_interrupted_by_one(dialect: str) -> None:
    gather, after = verbs(Play("CA1", "m.1", (HELLO,), "report", "12"), page(dialect))
    assert (gather.get("input"), gather.get("numDigits"), gather.get("finishOnKey")) == ("dtmf", "1", "")
    assert gather[0].text == "Hello."
    leg = f"{settings().base_url}/voice/{dialect}/main/leg/CA1"
    assert gather.attrib["action"] == f"{leg}/key?turn=7&id=m.1"
    assert after.text == f"{leg}/done?turn=7&id=m.1"


def test_words_without_keys_are_only_said(dialect: str) -> None:
    assert tags(Play("CA1", "m", (HELLO, HELLO)), page(dialect)) == ["Say", "Say", "Redirect"]
    assert tags(Play("CA1", "m", (HELLO,), "hang_up"), page(dialect)) == ["Say", "Hangup"]
    assert tags(Play("CA1", "m"), page(dialect)) == ["Redirect"]


@pytest.mark.parametrize("then", ["quiet", "ringback", "music", "report"])
@pytest.mark.parametrize("keys", ["", "12", "0123456789*#"])
def test_whoever_waits_asks_again_within_ten_seconds(dialect: str, then: str, keys: str) -> None:
    command = Play("CA1", "m", (HELLO,), then, keys)  # type: ignore[arg-type]  # parametrized
    found = verbs(command, page(dialect, said=True, reported=True))
    flat = [one for verb in found for one in (verb, *verb)]
    assert not [verb for verb in flat if verb.tag == "Say"]
    gathers = sum(int(verb.attrib["timeout"]) for verb in flat if verb.tag == "Gather")
    pauses = sum(int(verb.attrib["length"]) for verb in flat if verb.tag == "Pause")
    sounds = POLL_SECONDS * sum(verb.tag == "Play" for verb in flat)
    assert 0 < gathers + pauses + sounds <= (14 if "#" in keys and sounds else 10)
    assert found[-1].tag == "Redirect"
    assert "/wait?" in (found[-1].text or "")


def test_a_recording_of_a_persons_is_played_and_another_text_is_spoken(dialect: str) -> None:
    prompts = (
        Prompt("A", "en", "https://h/a.wav", recorded=True),
        Prompt("B", "en", "https://h/b.wav"),
        Prompt("C", "cy", "https://h/c.wav"),
        Prompt("D", "cy"),
    )
    found = verbs(Play("CA1", "m", prompts), page(dialect))[:-1]
    assert [(verb.tag, verb.text) for verb in found] == [
        ("Play", "https://h/a.wav"),
        ("Say", "B"),
        ("Play", "https://h/c.wav"),
        ("Say", "D"),
    ]


def test_chinese_is_spoken_by_a_chinese_voice(dialect: str) -> None:
    [said, _] = verbs(Play("CA1", "m", (Prompt("你好", "zh-Hans"),)), page(dialect))
    assert (said.text, said.get("language"), said.get("voice")) == ("你好", "cmn-CN", "Polly.Zhiyu")
    assert voice_for(page(dialect).vendor, "yue") is None


def test_a_message_is_recorded_after_its_words(dialect: str) -> None:
    [said, record, _] = verbs(Record("CA1", "4.2", (HELLO,), 90), page(dialect))
    assert said.text == "Hello."
    assert (record.get("maxLength"), record.get("finishOnKey"), record.get("playBeep")) == ("90", "#", "true")
    assert "/recorded?turn=7&id=4.2" in record.attrib["action"]
    assert "/media?turn=7&id=4.2" in record.attrib["recordingStatusCallback"]
    assert tags(Record("CA1", "4.2", (HELLO,), 90), page(dialect, said=True)) == ["Pause", "Redirect"]


def test_a_vendor_that_finds_silence_by_listening_in_doesnt_look_for_it() -> None:
    [record, _] = verbs(Record("CA1", "4.2", (), 90), page("telnyx"))
    assert record.get("timeout") == "0"


def test_a_room_has_no_beep_no_owner_and_no_music(dialect: str) -> None:
    [dial] = verbs(Join("CA1", "talk", "room-1"), page(dialect))
    [room] = dial
    assert (room.text, room.get("beep"), room.get("muted")) == ("room-1", "false", "false")
    assert (room.get("startConferenceOnEnter"), room.get("endConferenceOnExit")) == ("true", "false")
    assert room.attrib["waitUrl"].endswith(("/voice/silence", "/voice/sounds/silence.wav"))
    [dial] = verbs(Join("CA1", "talk", "room-1", "listen"), page(dialect))
    assert dial[0].get("muted") == "true"


def test_ending_and_giving_back(dialect: str) -> None:
    assert tags(None, page(dialect)) == tags(HangUp("CA1", "x"), page(dialect)) == ["Hangup"]
    [no] = verbs(HangUp("CA1", "x", "blocked"), page(dialect, unanswered=True))
    assert (no.tag, no.get("reason")) == ("Reject", "busy")
    [away] = verbs(GiveBack("CA1", "x"), page(dialect))
    assert away.text == "https://elsewhere.example/en.xml"


def test_silence_is_a_document() -> None:
    assert [verb.tag for verb in read(silence(), "twilio")] == ["Pause", "Redirect"]


NASTY = ["</Say><Dial>+449005551234</Dial><Say>", "<Redirect>http://evil/</Redirect>", "]]>", "<!--", "&lt;Hangup/&gt;",
         "<?xml version='1.0'?>", "\x00\x0b\x1f", "\ud800", '" onclick="', "%3CDial%3E"]  # fmt: skip


@given(text=st.one_of(st.sampled_from(NASTY), st.text(), st.text(st.characters(codec=None))), ref=st.text(min_size=1))
def test_words_can_never_become_a_verb(text: str, ref: str) -> None:
    """Whatever somebody typed, the document stays well-formed and has the verbs that we put there, and no others."""
    clean = text.encode("utf-8", "ignore").decode()
    vendor = page().vendor
    name = ref.encode("utf-8", "ignore").decode() or "x"
    shown = Page(vendor, Links(vendor.account, name, 1))
    command = Play(
        name, clean, (Prompt(text, "en"), Prompt("x", "en", f"https://h/{clean}", recorded=True)), "quiet", "1"
    )
    [gather, redirect] = verbs(command, shown)
    assert [one.tag for one in gather] in (["Say", "Play"], ["Play"])
    assert len(redirect) == 0
    said = [one.text or "" for one in gather if one.tag == "Say"]
    assert all("".join(words.split()) in "".join(text.split()) for words in said if "\r" not in text and words in text)
    [dial] = verbs(Join(name, clean, clean or "room"), shown)
    assert [one.tag for one in dial] == ["Conference"]


@pytest.mark.parametrize("tag", ["en", "zh-Hans"])
def test_what_takes_messages_without_us_is_understood_by_every_vendor(dialect: str, tag: str) -> None:
    kept = ROOT / "infra" / "deploy" / "voice" / "fallback" / tag
    kind = type(page(dialect).vendor)
    own = fallback.message(kind, [fallback.unreachable("Harbour <&>", tag)], "thanks.xml")
    for document in ((kept / "message.xml").read_text(), own):
        [said, record, after] = read(document, dialect)
        assert said.get("voice") == kind.voices[tag.split("-", maxsplit=1)[0]].name
        assert (record.tag, record.get("action"), record.get("method")) == ("Record", "thanks.xml", "GET")
        assert after.text == "thanks.xml"
    for document in ((kept / "thanks.xml").read_text(), fallback.thanks(kind, [tag])):
        assert [verb.tag for verb in read(document, dialect)] == ["Say", "Hangup"]
    assert "Harbour <&>" in (read(own, dialect)[0].text or "")
