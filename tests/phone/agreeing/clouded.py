"""The people around a stand-in for Twilio, whose webhooks reach the real adapter."""

import dataclasses
import xml.etree.ElementTree as ET
from typing import Any

from infra.carriers.protocol import Reason
from infra.carriers.twiml.voice import Twiml
from tests.carriers.twiml.fake.following import FakeCall
from tests.carriers.twiml.fake.vendor import FakeVendor
from tests.phone.agreeing.driver import LEFT_SECONDS, Seen

STATUSES: dict[Reason, str] = {"busy": "busy", "no_answer": "no-answer"}


class SlowCall(FakeCall):
    """A call in which words take their time."""

    async def _do(self, verb: ET.Element) -> None:
        await super()._do(verb)
        if verb.tag == "Say" and not (self.rest and self.rest[0].tag == "Say"):
            self.at = verb

    @property
    def words(self) -> bool:
        """Whether something is being said."""
        return self.at is not None and any(one.tag == "Say" for one in self.at.iter())


class SlowVendor(FakeVendor):
    """A vendor of such calls."""

    def _new(self, **known: Any) -> FakeCall:
        made = super()._new(**known)
        slow = SlowCall(**{one.name: getattr(made, one.name) for one in dataclasses.fields(made)})
        self.calls[made.sid] = slow
        return slow


class OnTwiml:
    """A driver."""

    name = "twiml"

    def __init__(self, vendor: SlowVendor, voice: Twiml) -> None:
        self.vendor, self.voice = vendor, voice
        self._before = 0

    async def dial(self, number: str) -> str:
        """See `Driver`."""
        self._before = len(self.vendor.calls)
        return (await self.vendor.dial(number)).sid

    async def settle(self) -> None:
        """See `Driver`."""
        await self.vendor.settle()

    def rung(self) -> list[tuple[str, str]]:
        """See `Driver`."""
        mine = list(self.vendor.calls.values())[self._before :]
        return [(call.sid, call.to) for call in mine if call.direction == "outbound-api"]

    def seen(self, key: str) -> Seen:
        """See `Driver`."""
        call = self._call(key)
        state = "over" if not call.living else "up" if call.status == "in-progress" else "rings"
        verbs = [call.at, *call.rest] if call.at is not None else []
        tape = call.living and any(verb.tag == "Record" for verb in verbs)
        return Seen(state, tuple(call.said), call.room is not None, tape)  # type: ignore[arg-type]  # one of the three

    def _call(self, key: str) -> SlowCall:
        call = self.vendor.calls[key]
        assert isinstance(call, SlowCall)
        return call

    async def listen(self, key: str) -> None:
        """See `Driver`."""
        if self._call(key).words:
            await self._call(key).wait()

    async def press(self, key: str, digit: str) -> None:
        """See `Driver`."""
        await self._call(key).press(digit)

    async def speak(self, key: str) -> None:
        """See `Driver`."""
        await self.listen(key)
        await self._call(key).speak(LEFT_SECONDS)
        await self._waits(key)

    async def _waits(self, key: str) -> None:
        """A page that asks again in a second does so."""
        call = self._call(key)
        for _ in range(30):
            if not call.living or call.at is None or (call.at.tag, call.at.get("length")) != ("Pause", "1"):
                return
            await call.wait()
        raise AssertionError(f"it asks again for ever: {call.documents[-1]}")

    async def leave_in_silence(self, key: str) -> None:
        """See `Driver`; here the end is told first, and then that there is no recording."""
        await self.listen(key)
        call = self._call(key)
        assert call.at is not None
        media = call.at.attrib["recordingStatusCallback"]
        await call.hang_up()
        absent = {"RecordingSid": f"RE{32 * '0'}", "RecordingStatus": "absent", "RecordingDuration": "0"}
        await self.vendor.post(media, self.vendor.fields(call, **absent))
        await self.vendor.settle()

    async def pick_up(self, key: str) -> None:
        """See `Driver`."""
        await self.vendor.pick_up(self._call(key))
        await self._waits(key)

    async def refuse(self, key: str, reason: Reason) -> None:
        """See `Driver`."""
        await self.vendor.fail(self._call(key), STATUSES[reason])

    async def hang_up(self, key: str) -> None:
        """See `Driver`."""
        if self.seen(key).tape:
            await self.listen(key)
            await self._call(key).speak(LEFT_SECONDS, hang_up=True)
        else:
            await self._call(key).hang_up()
