"""A command as the markup that a vendor follows. Built with Twilio's library, which escapes: words stay words."""

from collections.abc import Iterable
from dataclasses import dataclass

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from infra.carriers.protocol import Command, GiveBack, HangUp, Join, Play, Prompt, Record
from infra.carriers.twiml.pages import links
from infra.carriers.twiml.pages.links import Links
from infra.carriers.twiml.vendors import Twilio
from infra.carriers.twiml.vendors.twilio import Voice

POLL_SECONDS = 9
"""After so long a waiting leg asks again, so that a word to it which got lost costs ten seconds and no more."""
KEY_SECONDS = 1
TYPING_SECONDS = 5
LONGEST_CALL = 4 * 60 * 60
"""Seconds that anybody may be in a room; also the most that vendors allow."""
PATIENT_TRIES = 5
ROOM = "room"
"""What a recording of a room is called, where that of a leg has the id of its `Record`."""
DIGITS = set("0123456789")


@dataclass(frozen=True, slots=True)
class Page:
    """What a page is made from. `said`: the prompts of this very command have been heard; `reported`: and we were told.
    `coached`: the vendor's name for the leg that a whisper is for. `unanswered`: the call may still be refused.
    `tries`: how often it was asked what follows a recording."""

    vendor: Twilio
    links: Links
    said: bool = False
    reported: bool = False
    coached: str = ""
    unanswered: bool = False
    tries: int = 1


def render(command: Command | None, page: Page) -> str:
    """The document that does this from now on; without a command the call ends."""
    response = VoiceResponse()
    match command:
        case Play():
            _play(response, command, page)
        case Record():
            _record(response, command, page)
        case Join():
            _join(response, command, page)
        case GiveBack():
            _give_back(response, page.vendor)
        case None | HangUp():
            _end(response, command, page)
        case _:  # a ring that was answered just now: what follows isn't known yet
            response.pause(length=1)
            response.redirect(page.links.to("wait"), method="POST")
    return str(response)


def _end(response: VoiceResponse, command: HangUp | None, page: Page) -> None:
    if page.unanswered:
        busy = command is not None and command.reason in ("busy", "blocked", "rejected")
        response.reject(reason="busy" if busy else "rejected")
    else:
        response.hangup()


def _give_back(response: VoiceResponse, vendor: Twilio) -> None:
    if vendor.account.fallback:
        response.redirect(vendor.account.fallback, method="GET")
    else:
        response.reject(reason="busy")  # a caller who hears that tries again


def later(vendor: Twilio, address: str, tries: int) -> str:
    """A document that asks there again in a moment, or gives the caller away after too many tries."""
    response = VoiceResponse()
    if tries > PATIENT_TRIES:
        _give_back(response, vendor)
    else:
        response.pause(length=2)
        response.redirect(address, method="POST")
    return str(response)


def typed(keys: str) -> bool:
    """Whether these keys are for typing a number that `#` ends, rather than for choosing."""
    return "#" in keys and set(keys) >= DIGITS


def _play(response: VoiceResponse, command: Play, page: Page) -> None:
    prompts = () if page.said else command.prompts
    reports = command.then == "report" and not page.reported
    waits = not reports and command.then in ("report", "quiet")
    around: VoiceResponse | Gather = response
    if command.keys:
        around = Gather(
            input="dtmf",
            action=page.links.to("key", id=command.id),
            method="POST",
            finish_on_key="#" if typed(command.keys) else "",
            timeout=TYPING_SECONDS if typed(command.keys) else POLL_SECONDS if waits else KEY_SECONDS,
            **({} if typed(command.keys) else {"num_digits": 1}),
        )
        response.append(around)
    say(around, prompts, page.vendor)
    if command.then == "hang_up":
        response.hangup()
    elif reports:
        response.redirect(page.links.to("done", id=command.id), method="POST")
    else:
        _wait(around, command)
        response.redirect(page.links.to("wait", id=command.id), method="POST")


def _wait(around: VoiceResponse | Gather, command: Play) -> None:
    """At most `POLL_SECONDS` of what is heard while nothing is said."""
    if command.then in ("ringback", "music"):
        around.play(links.sound(command.then))
    elif not command.keys:
        around.pause(length=POLL_SECONDS)


def _record(response: VoiceResponse, command: Record, page: Page) -> None:
    if page.said:  # it is over, and what follows isn't known yet; recording again would be another one
        response.pause(length=1)
        response.redirect(page.links.to("recorded", id=command.id, tries=str(page.tries)), method="POST")
        return
    say(response, command.prompts, page.vendor)
    response.record(
        action=page.links.to("recorded", id=command.id),
        method="POST",
        max_length=command.max_seconds,
        finish_on_key="#",
        timeout=page.vendor.silence,
        play_beep=True,
        recording_status_callback=page.links.to("media", id=command.id),
        recording_status_callback_method="POST",
        **page.vendor.recording,
    )
    response.redirect(page.links.to("recorded", id=command.id), method="POST")  # nothing was said at all


def _join(response: VoiceResponse, command: Join, page: Page) -> None:
    if page.said:  # the room let them go: it was ended from elsewhere, or there was none
        response.pause(length=1)
    whispers = command.how == "whisper" and page.coached and page.vendor.whispers
    dial = Dial(action=page.links.to("left", id=command.id), method="POST", time_limit=LONGEST_CALL)
    recorder = command.ref if command.record else command.recorder
    dial.conference(
        _clean(command.room),
        muted=command.how == "listen" or (command.how == "whisper" and not whispers),
        coach=page.coached if whispers else None,
        beep="false",
        start_conference_on_enter=True,
        end_conference_on_exit=False,
        wait_url=links.sound("silence") if page.vendor.waits_with_sound else links.voice(links.SILENCE),
        wait_method="GET",
        **(_tape(page, recorder) if recorder else {}),
    )
    response.append(dial)


def _tape(page: Page, recorder: str) -> dict[str, str]:
    """Everybody's page says the same: at these companies a room is set up by whoever enters it first."""
    account = page.vendor.account
    return {**page.vendor.taping, "recording_status_callback": Links(account, recorder).to("media", id=ROOM)}


def say(around: VoiceResponse | Gather, prompts: Iterable[Prompt], vendor: Twilio | type[Twilio]) -> None:
    """Say these, each by the vendor's voice for its language, or play its sound."""
    for prompt in prompts:
        voice = voice_for(vendor, prompt.language)
        if prompt.url and (prompt.recorded or voice is None):
            around.play(_clean(prompt.url))
        elif text := _clean(prompt.text):
            around.say(text, language=voice.language if voice else None, voice=voice.name if voice else None)


def voice_for(vendor: Twilio | type[Twilio], language: str) -> Voice | None:
    """The vendor's voice for a BCP 47 tag: for the tag itself, else for what it begins with."""
    parts = language.split("-")
    tags = ("-".join(parts[:many]) for many in range(len(parts), 0, -1))
    return next((vendor.voices[tag] for tag in tags if tag in vendor.voices), None)


def _clean(text: str) -> str:
    """The text without what XML 1.0 has no place for, which would spoil the whole document."""
    return "".join(letter for letter in text if _in_xml(letter))


def _in_xml(letter: str) -> bool:
    code = ord(letter)
    return letter in "\t\n\r" or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def silence() -> str:
    """A document in which nothing is heard, for as long as somebody listens."""
    response = VoiceResponse()
    response.pause(length=60)
    response.redirect(links.voice(links.SILENCE), method="GET")
    return str(response)
