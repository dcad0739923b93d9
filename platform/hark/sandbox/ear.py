"""What a phone on a screen needs besides a caller's page: sounds instead of words, and a call-back booked by keys."""

from typing import Any
from uuid import UUID

from hark.phone.directing import dialogue as booking
from hark.sandbox.spoken import spoken
from hark.switchboard import calls, left
from infra.clock import now
from infra.database import unit_of_work
from tenants.flows.engine import events as on


class Ear:
    """One phone's: it remembers where the booking of a call-back stands for as long as its socket is open.

    The phone's own number is simulated and can't be rung back, so the caller is always asked for another.
    """

    def __init__(self) -> None:
        self._said: booking.Dialogue | None = None
        self._visit: int | None = None

    async def dress(self, call: UUID, message: dict[str, Any]) -> dict[str, Any]:
        """The message, with what is heard of it where it is a screen."""
        if message["type"] != "screen":
            return message
        if message["kind"] != "callback":
            self._said = None
            return message | {"said": await spoken(call, message)}
        if self._said is None or self._visit != message["visit"]:
            self._said, self._visit = booking.begin(tuple(message["ask"]), own=False), message["visit"]
        offered = [{"key": key, "label": ""} for key in self._said.keys]
        asked = message | {"serial": self._said.key, "choices": offered}
        return asked | {"said": await spoken(call, asked, self._said)}

    async def press(self, call: UUID, key: str) -> bool | None:
        """A key pressed while a call-back is booked: whether something else is asked now; None for any other key."""
        before = self._said
        if before is None or key not in before.keys:
            return None
        said = self._said = booking.press(before, key)
        if said.step not in ("booked", "declined"):
            return said.key != before.key
        visit, self._said = self._visit, None
        async with unit_of_work() as session:
            if said.step == "declined":
                await calls.handle(session, call, on.CallbackDeclined(at=now(), visit=visit))
            else:
                reach = {"reach": said.typed, "wording": "neutral" if said.discreet else "", "email": ""}
                window = booking.WINDOWS[said.window]
                await left.book_callback(session, call, reach=reach, window=window, voicemail_ok=said.machine)
        return False
