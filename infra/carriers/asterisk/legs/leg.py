"""One leg on an Asterisk: what it is doing there, and how that is begun and ended in as few requests as can be."""

import asyncio
from urllib.parse import quote

from infra.carriers.asterisk.ari import Answer, Ari, answered
from infra.carriers.asterisk.legs.reasons import cause
from infra.carriers.protocol import Command, Reason

NOISES = {"ringback": "ring", "music": "moh", "quiet": "silence"}
"""What a leg may hear without end, as parts of its address. None of them keeps Asterisk from doing anything else with
the leg, where a prompt or a recording keeps every request that waits for the leg, and all that come after it."""
SILENCE_SECONDS = 7
PROMPT_SECONDS = 120
"""The longest that one prompt may be."""
LEASE = 120
"""Seconds after which an Asterisk that hears no more of us hands a caller to its fallback."""
TRIES = 40
PAUSE = 0.05


class Leg:
    """A channel. `adopted`: it lived before our connection did, so what is being said to it isn't known."""

    def __init__(self, ref: str, *, inbound: bool, up: bool = False, adopted: bool = False, room: str = "") -> None:
        self.ref = ref
        self.inbound = inbound
        self.up = up
        self.adopted = adopted
        self.room = room
        self.muted = False
        self.beside = ""
        self.wanted: Command | None = None
        self.doing: Command | None = None
        self.saying = ""
        self.noise = ""
        self.recording = ""
        self.cause: int | None = None
        self.lock = asyncio.Lock()
        self.path = f"channels/{quote(ref, safe='')}"

    async def take_up(self, ari: Ari, seconds: int) -> None:
        """Answer an inbound leg that isn't yet, and let it live so long without us. Never waits for media."""
        if self.inbound and not self.up:
            await self.let_live(ari, seconds)
            self.up = True
            await ari.send("POST", f"{self.path}/answer")

    async def let_live(self, ari: Ari, seconds: int) -> None:
        """Have an inbound leg go to the switch's fallback only after so long. It waits for whatever the leg is at."""
        if self.inbound:
            path, query = f"{self.path}/variable", {"variable": "TIMEOUT(absolute)", "value": str(seconds)}
            await (ari.aside if self.adopted else ari.send)("POST", path, **query)

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
        if self.adopted or self.noise:
            for part in NOISES.values() if self.adopted else (NOISES[self.noise],):
                await ari.send("DELETE", f"{self.path}/{part}")
            self.noise = ""
        if self.room and self.room != staying:
            room, self.room = self.room, ""
            path = f"bridges/{quote(room, safe='')}/removeChannel"
            await (ari.aside if self.adopted else ari.send)("POST", path, channel=self.ref)
        if self.beside and self.beside != staying:
            beside, self.beside = self.beside, ""
            await ari.send("DELETE", f"channels/{quote(beside, safe='')}")

    async def quieten(self, ari: Ari) -> None:
        """Stop what is being said. Between two prompts, and within spelt digits, it can't be stopped: tried again."""
        path = f"playbacks/{quote(self.saying, safe='')}"
        self.saying = ""
        for _ in range(TRIES):
            answer = await ari.ask("DELETE", path)
            if answer.ok or answer.status in (0, 404):
                return
            await asyncio.sleep(PAUSE)

    async def say(self, ari: Ari, id: str, media: list[str]) -> Answer:
        """Say these; `PlaybackFinished` comes once all were said."""
        self.saying = f"{self.ref}.{id}"
        path = f"{self.path}/play/{quote(self.saying, safe='')}"
        answer = await ari.ask("POST", path, media=",".join(media))
        if not answer.ok:
            self.saying = ""
        return answer

    async def is_saying(self, ari: Ari, id: str) -> bool:
        """Whether this is being said since before our connection; then it is known again."""
        playing = f"{self.ref}.{id}"
        if found := (await ari.ask("GET", f"playbacks/{quote(playing, safe='')}")).ok:
            self.saying = playing
        return found

    async def hear_noise(self, ari: Ari, noise: str) -> None:
        """Hear ringing, music or silence until something else is done."""
        self.noise = noise
        await ari.send("POST", f"{self.path}/{NOISES[noise]}")

    async def record(self, ari: Ari, id: str, media: list[str], seconds: int) -> Answer:
        """Say these, beep, record until `#`, long silence or so many seconds."""
        self.recording, self.saying = recording_name(self.ref, id), f"{self.ref}.{id}" if media else ""
        saying = None
        if media:
            path = f"{self.path}/play/{quote(self.saying, safe='')}"
            saying = await ari.send("POST", path, media=",".join(media))
        answer = await ari.ask(
            "POST", f"{self.path}/record", name=self.recording, format="wav", beep="true", terminateOn="#",
            ifExists="overwrite", maxDurationSeconds=seconds, maxSilenceSeconds=SILENCE_SECONDS,
        )  # fmt: skip
        if saying is not None and not (await answered(saying)).ok:
            self.saying = ""
        return answer

    async def enter(self, ari: Ari, room: str, *, mute: bool = False) -> Answer:
        """Go into a room, which is made where there is none. Nobody's number is told to anybody there."""
        self.room, self.muted = room, mute
        path = f"bridges/{quote(room, safe='')}"
        answer = Answer(0)
        for _ in range(TRIES):
            making = await ari.send("POST", path, type="mixing")
            query = {"channel": self.ref, "inhibitConnectedLineUpdates": "true"} | ({"mute": "true"} if mute else {})
            if self.adopted:  # it may wait for the end of a prompt that we know nothing of
                await answered(making)
                answer = await ari.aside("POST", f"{path}/addChannel", **query)
            else:
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


def recording_name(ref: str, id: str) -> str:
    """What a recording is called on the switch: it is a file's name there."""
    return quote(f"{ref}.{id}", safe="")
