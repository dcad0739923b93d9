"""A call at the vendor: it follows a document verb by verb, as a carrier would, and stops where time has to pass."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.carriers.twiml.fake.documented import NESTED, TELNYX_VERBS, VERBS

LIVING = ("queued", "ringing", "in-progress")
MOST_STEPS = 60


class NotDocumented(Exception):
    """The vendor doesn't know that."""


def read(document: str, vendor: str) -> list[ET.Element]:
    """A document's verbs. Raises NotDocumented for anything that the vendor doesn't document."""
    root = ET.fromstring(document)
    if root.tag != "Response":
        raise NotDocumented(root.tag)
    _check(root, TELNYX_VERBS if vendor == "telnyx" else VERBS)
    return list(root)


def _check(element: ET.Element, verbs: dict[str, set[str]]) -> None:
    if element.tag not in verbs:
        raise NotDocumented(f"<{element.tag}>")
    if strange := set(element.attrib) - verbs[element.tag]:
        raise NotDocumented(f"<{element.tag}> with {strange}")
    for child in element:
        if element.tag != "Response" and child.tag not in NESTED.get(element.tag, set()):
            raise NotDocumented(f"<{child.tag}> in <{element.tag}>")
        _check(child, verbs)


@dataclass
class FakeCall:
    """A call, with all that was heard in it. `at` is the verb that it has stopped at."""

    vendor: Any
    sid: str
    to: str
    caller: str
    direction: str
    status: str
    url: str = ""
    callback: str = ""
    events: tuple[str, ...] = ("completed",)
    timeout: int = 60
    said: list[str] = field(default_factory=list)
    voices: list[tuple[str, str]] = field(default_factory=list)
    played: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    at: ET.Element | None = None
    rest: list[ET.Element] = field(default_factory=list)
    sequence: int = 0
    made: str = ""
    answered_with: str = ""
    """How SIP refused it, where it did."""

    @property
    def living(self) -> bool:
        return self.status in LIVING

    @property
    def conference(self) -> ET.Element | None:
        """The conference that it is in now."""
        return self.at[0] if self.living and self.at is not None and self.at.tag == "Dial" else None

    @property
    def room(self) -> str | None:
        return self.conference.text if self.conference is not None else None

    @property
    def sounding(self) -> str:
        """The name of our own sound that is heard now."""
        found = [] if self.at is None else [self.at, *self.at]
        plays = [one.text or "" for one in found if one.tag == "Play"]
        return plays[-1].rpartition("/")[2].removesuffix(".wav") if plays else ""

    async def fetch(self, url: str, **fields: str) -> None:
        """Ask there what to do, and do it until time has to pass."""
        self.at = None
        answer = await self.vendor.ask(self, url, **fields)
        self.documents.append(answer)
        self.rest = read(answer, self.vendor.dialect)
        await self.go_on()

    async def go_on(self) -> None:
        """Do what follows, until time has to pass or the call is over."""
        self.at = None
        for _ in range(MOST_STEPS):
            if not self.living or self.at is not None:
                return
            if not self.rest:
                await self.vendor.over(self, "completed")
                return
            await self._do(self.rest.pop(0))
        raise AssertionError(f"a document that never lets time pass: {self.documents[-1]}")

    async def _do(self, verb: ET.Element) -> None:
        match verb.tag:
            case "Redirect":
                self.rest = []
                await self.fetch(verb.text or "")
            case "Hangup" | "Reject":
                await self.vendor.over(self, "busy" if verb.get("reason") == "busy" else "completed")
            case "Say":
                self._hear(verb)
            case "Play" if "/sounds/" not in (verb.text or ""):
                self._hear(verb)
            case "Pause" | "Play":
                self.at = verb
            case "Gather":
                for one in verb:
                    self._hear(one)
                self.at = verb
            case "Record":
                self.at = verb
            case "Dial":
                self.at = verb
                self.rooms.append(verb[0].text or "")
                self.vendor.enters(self, verb[0])

    def _hear(self, verb: ET.Element) -> None:
        if verb.tag == "Say":
            self.said.append(verb.text or "")
            self.voices.append((verb.get("language", ""), verb.get("voice", "")))
        elif verb.tag == "Play":
            self.played.append(verb.text or "")

    # What the person at its end does

    async def press(self, keys: str) -> None:
        """Press keys, one after another. What isn't listened for is lost, as on a real telephone."""
        waiting = iter(keys)
        for key in waiting:
            if self.at is None or self.at.tag != "Gather":
                continue
            await self._gathered(self.at, key, waiting)
            await self.vendor.settle()

    async def _gathered(self, gather: ET.Element, key: str, more: Iterator[str]) -> None:
        finish, many = gather.get("finishOnKey", "#"), gather.get("numDigits")
        typed = "" if key == finish else key
        while key != finish and (many is None or len(typed) < int(many)):
            key = next(more, "")
            if not key:
                break
            typed += "" if key == finish else key
        ended = {"FinishedOnKey": key if key == finish else ""} if self.vendor.says_what_ended else {}
        await self.fetch(gather.attrib["action"], Digits=typed, msg="Gather End", **ended)

    async def wait(self) -> None:
        """Time passes, until what is being done now is over."""
        await self.go_on()
        await self.vendor.settle()

    async def speak(self, seconds: int, *, hang_up: bool = False) -> None:
        """Leave a message of so many seconds and end it by key, or by hanging up; none when it is 0."""
        assert self.at is not None
        assert self.at.tag == "Record"
        await self.vendor.recording(self, self.at, seconds, hang_up=hang_up)
        await self.vendor.settle()

    async def hang_up(self) -> None:
        """Hang up."""
        await self.vendor.over(self, "completed")
        await self.vendor.settle()
