"""One leg on an Asterisk: what it is doing there, and how that is begun and ended in as few requests as can be."""

import asyncio
from urllib.parse import quote, unquote

from infra.carriers.asterisk.ari import Answer, Ari, answered
from infra.carriers.asterisk.legs.reasons import cause
from infra.carriers.protocol import Command, Reason

NOISES = {"ringback": "ring", "music": "moh", "quiet": "silence"}
"""What a leg may hear without end, as parts of its address. None of them keeps Asterisk from doing anything else with
the leg, where a prompt or a recording keeps every request that waits for the leg, and all that come after it."""
SOME = "some"
"""A noise, but which isn't known."""
DOING, MUTED = "HARK_DOING", "HARK_MUTED"
"""Variables of ours on a channel, from which the next connection learns what isn't told otherwise."""
SILENCE_SECONDS = 7
PROMPT_SECONDS = 120
"""The longest that one prompt may be."""
LEASE = 120
"""Seconds after which an Asterisk that hears no more of us hands a caller to its fallback."""
TRIES = 40
PAUSE = 0.05
OF = "~"
"""Between a leg's name and the id of what it says or records: in neither of them."""


def whose(name: str) -> tuple[str, str]:
    """The leg's name and the id that are in the name of a prompt or recording."""
    ref, _, id = name.partition(OF)
    return ref, unquote(id)


class Leg:
    """A channel. `wanted` is what it was told last, `doing` what it was brought to do. `cause`: of its end, once that
    is known. `aside`: the name of the room and of the ear and mouth by which it whispers; `beside` while it does."""

    def __init__(self, ref: str, *, inbound: bool, up: bool = False, room: str = "", noise: str = "") -> None:
        self.ref = ref
        self.inbound = inbound
        self.up = up
        self.room = room
        self.noise = noise
        self.muted = False
        self.saying = ""
        self.recording = ""
        self.beside = ""
        self.wanted: Command | None = None
        self.doing: Command | None = None
        self.cause: int | None = None
        self.lock = asyncio.Lock()
        self.path = f"channels/{quote(ref, safe='')}"
        self.aside = f"{ref}.beside"

    def named(self, id: str) -> str:
        """What a prompt or recording of this leg's is called; a recording is also a file of that name."""
        return f"{self.ref}{OF}{quote(id, safe='')}"

    async def recall(self, ari: Ari) -> None:
        """Find out what a leg does that lived before our connection did."""
        waiting = [await ari.send("GET", f"{self.path}/variable", variable=name) for name in (DOING, MUTED)]
        doing, muted = [found.body["value"] if (found := await answered(one)).ok else "" for one in waiting]
        self.muted = muted == "1"
        self.beside = self.room if self.room == self.aside else ""
        if doing:
            if (await ari.ask("GET", f"playbacks/{quote(doing, safe='')}")).ok:
                self.saying = doing
            if (await ari.ask("GET", f"recordings/live/{quote(doing, safe='')}")).ok:
                self.recording = doing

    async def set(self, ari: Ari, variable: str, value: str) -> None:
        """Set a variable of the channel's. It waits for whatever the leg is at."""
        await ari.send("POST", f"{self.path}/variable", variable=variable, value=value)

    async def let_live(self, ari: Ari, seconds: int) -> None:
        """Have an inbound leg go to the switch's fallback only after so long. It waits for whatever the leg is at."""
        if self.inbound:
            await self.set(ari, "TIMEOUT(absolute)", str(seconds))

    async def take_up(self, ari: Ari, seconds: int) -> bool:
        """Answer an inbound leg that isn't yet, and let it live so long without us; returns whether there was need to.
        Never waits for media."""
        if not self.inbound or self.up:
            return False
        await self.let_live(ari, seconds)
        self.up = True
        await ari.send("POST", f"{self.path}/answer")
        return True

    async def hush(self, ari: Ari, *, staying: str = "") -> None:
        """Stop whatever it does but being in the room `staying`; returns once a prompt or recording lets go of it."""
        stopping = None
        if self.recording:
            stopping = await ari.send("POST", f"recordings/live/{quote(self.recording, safe='')}/stop")
            self.recording = ""
        if self.saying:
            await self.quieten(ari)
        if stopping is not None:
            await answered(stopping)
        if self.noise:
            for part in NOISES.values() if self.noise == SOME else (NOISES[self.noise],):
                await ari.send("DELETE", f"{self.path}/{part}")
            self.noise = ""
        if self.room and self.room != staying:
            room, self.room = self.room, ""
            await ari.send("POST", f"bridges/{quote(room, safe='')}/removeChannel", channel=self.ref)
        if self.beside and self.beside != staying:
            await self.stop_whispering(ari)

    async def stop_whispering(self, ari: Ari) -> None:
        """Take ear and mouth away from whom it whispered to, and close the room where it was alone with them."""
        beside, self.beside = quote(self.beside, safe=""), ""
        await ari.send("DELETE", f"channels/{beside}")
        await ari.send("DELETE", f"bridges/{beside}")

    async def quieten(self, ari: Ari) -> None:
        """Stop what is being said. There are moments between two prompts in which that can't be: tried again."""
        path = f"playbacks/{quote(self.saying, safe='')}"
        self.saying = ""
        for _ in range(TRIES):
            answer = await ari.ask("DELETE", path)
            if answer.ok or answer.status in (0, 404):
                return
            await asyncio.sleep(PAUSE)

    async def say(self, ari: Ari, id: str, media: list[str]) -> Answer:
        """Say these; `PlaybackFinished` comes once all were said."""
        await self.set(ari, DOING, self.named(id))
        answer = await answered(await self._say(ari, id, media))
        if not answer.ok:
            self.saying = ""
        return answer

    async def _say(self, ari: Ari, id: str, media: list[str]) -> asyncio.Future[Answer]:
        self.saying = self.named(id)
        return await ari.send("POST", f"{self.path}/play/{quote(self.saying, safe='')}", media=",".join(media))

    async def record(self, ari: Ari, id: str, media: list[str], seconds: int) -> Answer:
        """Say these, beep, record until `#`, long silence or so many seconds."""
        await self.set(ari, DOING, self.named(id))
        self.recording = self.named(id)
        saying = await self._say(ari, id, media) if media else None
        answer = await ari.ask(
            "POST", f"{self.path}/record", name=self.recording, format="wav", beep="true", terminateOn="#",
            ifExists="overwrite", maxDurationSeconds=seconds, maxSilenceSeconds=SILENCE_SECONDS,
        )  # fmt: skip
        if saying is not None and not (await answered(saying)).ok:
            self.saying = ""
        return answer

    async def hear_noise(self, ari: Ari, noise: str) -> None:
        """Hear ringing, music or silence until something else is done."""
        self.noise = noise
        await ari.send("POST", f"{self.path}/{NOISES[noise]}")

    async def enter(self, ari: Ari, room: str, *, mute: bool = False) -> Answer:
        """Go into a room, which is made where there is none. Nobody's number is told to anybody there."""
        if mute != self.muted:
            await self.set(ari, MUTED, str(int(mute)))
        self.room, self.muted = room, mute
        path = f"bridges/{quote(room, safe='')}"
        query = {"channel": self.ref, "inhibitConnectedLineUpdates": "true"} | ({"mute": "true"} if mute else {})
        answer = Answer(0)
        for _ in range(TRIES):
            await ari.send("POST", path, type="mixing")
            answer = await ari.ask("POST", f"{path}/addChannel", **query)
            if answer.status not in (404, 409):  # a room that was just closed; a recording that is being ended
                break
            await asyncio.sleep(PAUSE)
        if not answer.ok:
            self.room = ""
        return answer

    async def hang_up(self, ari: Ari, reason: Reason = "gone") -> Answer:
        """End it."""
        return await ari.ask("DELETE", self.path, reason_code=cause(reason))

    async def give_back(self, ari: Ari) -> Answer:
        """Leave it to what the switch does without us."""
        return await ari.ask("POST", f"{self.path}/continue", context="fallback", extension="start", priority=1)
