"""The people of the paper network."""

from hark.phone import turns
from infra.carriers.protocol import Play, Reason, Record
from tests.phone.agreeing.driver import LEFT_SECONDS, Seen
from tests.phone.network import PaperLeg, PaperNetwork

SOUND = b"RIFF" + bytes(40)


class SlowPaper(PaperNetwork):
    """One on which last words take their time: the line is open until they were heard. Without any it closes."""

    def _end(self, leg: PaperLeg, reason: Reason) -> None:
        if not (isinstance(leg.now, Play) and leg.now.prompts):
            super()._end(leg, reason)

    def was_told(self, leg: PaperLeg) -> None:
        """The last words are over."""
        super()._end(leg, "gone")


class OnPaper:
    """A driver."""

    name = "paper"

    def __init__(self, network: SlowPaper) -> None:
        self.network = network
        self._before = len(network.legs)
        self._heard: dict[str, tuple[str, ...]] = {}

    async def dial(self, number: str) -> str:
        """See `Driver`."""
        self._before = len(self.network.legs)
        return (await self.network.dial(number)).ref

    async def settle(self) -> None:
        """See `Driver`."""
        await turns.quiet()

    def rung(self) -> list[tuple[str, str]]:
        """See `Driver`."""
        mine = list(self.network.legs.values())[self._before :]
        return [(leg.ref, leg.to.removeprefix("number:")) for leg in mine if leg.to]

    def seen(self, key: str) -> Seen:
        """See `Driver`."""
        leg = self.network.legs[key]
        state = "over" if leg.over else "up" if leg.up else "rings"
        tape = isinstance(leg.now, Record) and not leg.over
        said = self._heard.get(key, tuple(leg.said))  # paper tells also whoever has gone
        return Seen(state, said, leg.room is not None and not leg.over, tape)  # type: ignore[arg-type]  # one of the three

    async def listen(self, key: str) -> None:
        """See `Driver`."""
        leg = self.network.legs[key]
        if isinstance(leg.now, Play) and leg.now.then == "hang_up" and not leg.over:
            self.network.was_told(leg)
            await turns.quiet()
        elif isinstance(leg.now, Play) and leg.now.then == "report":
            await self.network.hears(leg)

    async def press(self, key: str, digit: str) -> None:
        """See `Driver`."""
        await self.network.press(self.network.legs[key], digit)

    async def speak(self, key: str) -> None:
        """See `Driver`."""
        await self.network.speak(self.network.legs[key], LEFT_SECONDS, SOUND)

    async def leave_in_silence(self, key: str) -> None:
        """See `Driver`; here the end is told first."""
        leg = self.network.legs[key]
        await self.network.hang_up(leg)
        await self.network.speak(leg, 0)

    async def pick_up(self, key: str) -> None:
        """See `Driver`."""
        await self.network.pick_up(self.network.legs[key])

    async def refuse(self, key: str, reason: Reason) -> None:
        """See `Driver`."""
        await self.network.hang_up(self.network.legs[key], reason)

    async def hang_up(self, key: str) -> None:
        """See `Driver`."""
        leg = self.network.legs[key]
        self._heard[key] = tuple(leg.said)
        if self.seen(key).tape:
            await self.speak(key)
        await self.network.hang_up(leg)
