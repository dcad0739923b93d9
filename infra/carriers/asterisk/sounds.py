"""Prompts as Asterisk can play them: fetched once into a folder that it reads, or left to it to fetch."""

import asyncio
import hashlib
import io
import logging
import wave
from array import array
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote
from weakref import WeakValueDictionary

import httpx

from infra.carriers.asterisk.ari import Node
from infra.carriers.protocol import Prompt

log = logging.getLogger(__name__)
LOUD = 400
"""A peak (of 32767) that noise on a telephone line stays below."""
WINDOW = 0.02
HEARD = 0.2
"""Seconds of loudness that are a word."""
HEAD = 44
"""Bytes before the sound in a WAV as Asterisk writes it."""


class Sounds:
    """The sounds of one node. `switch` asks it, `outside` fetches prompts, whose address always stands for the same
    sound: what was fetched once stays good."""

    def __init__(self, node: Node, switch: httpx.AsyncClient, outside: httpx.AsyncClient) -> None:
        self._node = node
        self._switch = switch
        self._outside = outside
        self._fetching: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()

    async def media(self, prompts: Iterable[Prompt]) -> list[str]:
        """Media of these prompts in order; one whose sound can't be had is left out, and said so in the log."""
        found = [await self._medium(prompt) for prompt in prompts]
        return [medium for medium in found if medium]

    async def recording(self, name: str) -> bytes:
        """A recording's WAV. Raises LookupError when there is none, ConnectionError when its switch can't be asked."""
        try:
            said = await self._switch.get(f"recordings/stored/{quote(name, safe='')}/file")
        except httpx.HTTPError as error:
            raise ConnectionError(f"{self._node.name} can't be asked for a recording: {error}") from None
        if said.status_code == 404:
            raise LookupError(name)
        if not said.is_success:
            raise ConnectionError(f"{self._node.name} answers {said.status_code} for a recording")
        return whole(said.content)

    async def forget(self, name: str) -> None:
        """Delete a recording; one that is gone is fine. Raises ConnectionError."""
        try:
            said = await self._switch.delete(f"recordings/stored/{quote(name, safe='')}")
        except httpx.HTTPError as error:
            raise ConnectionError(f"{self._node.name} can't be asked to forget a recording: {error}") from None
        if not said.is_success and said.status_code != 404:
            raise ConnectionError(f"{self._node.name} answers {said.status_code} for a recording to be forgotten")

    async def seconds(self, name: str) -> int:
        """How long a recording is, 0 where nothing is said in it or nothing is there."""
        try:
            return seconds(await self.recording(name))
        except (LookupError, ConnectionError) as error:
            log.warning("%s: a recording can't be listened to: %s", self._node.name, error)
            return 0

    async def _medium(self, prompt: Prompt) -> str:
        if not prompt.url:
            log.warning("%s: a prompt without sound is left out", self._node.name)
            return ""
        if self._node.sounds is None:
            return f"sound:{prompt.url}"
        path = self._node.sounds / f"{hashlib.sha256(prompt.url.encode()).hexdigest()[:32]}.wav"
        if not path.exists():
            lock = self._fetching.setdefault(path, asyncio.Lock())
            async with lock:
                if not path.exists() and not await self._fetch(prompt.url, path):
                    return ""
        return f"sound:{path.with_suffix('')}"

    async def _fetch(self, url: str, path: Path) -> bool:
        try:
            said = await self._outside.get(url)
            said.raise_for_status()
            await asyncio.to_thread(_keep, path, said.content)
        except (httpx.HTTPError, OSError) as error:
            log.warning("the sound of a prompt can't be had from %s: %s", url, error)
            return False
        return True


def _keep(path: Path, sound: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o711)  # Asterisk may be another user, whatever our umask
    beside = path.with_suffix(".new")
    beside.write_bytes(sound)
    beside.chmod(0o644)
    beside.rename(path)


def whole(sound: bytes) -> bytes:
    """A recorded WAV that says how long it is. Asterisk writes that into its head when it closes the file, which one
    that was killed never did: what had been written until then is in there all the same."""
    if len(sound) < HEAD or sound[36:40] != b"data" or int.from_bytes(sound[40:HEAD], "little"):
        return sound
    spoken = (len(sound) - HEAD) // 2 * 2
    sizes = [size.to_bytes(4, "little") for size in (HEAD - 8 + spoken, spoken)]
    return sound[:4] + sizes[0] + sound[8:40] + sizes[1] + sound[HEAD : HEAD + spoken]


def seconds(sound: bytes) -> int:
    """How long a recorded WAV is in whole seconds, at least 1; 0 where nobody says anything in it."""
    try:
        with wave.open(io.BytesIO(sound), "rb") as file:
            rate, frames = file.getframerate(), file.readframes(file.getnframes())
    except (wave.Error, EOFError):
        return 0
    samples = array("h", frames[: len(frames) // 2 * 2])
    step = int(rate * WINDOW)
    loud = sum(max(samples[at : at + step]) > LOUD for at in range(0, len(samples) - step, step))
    return max(1, len(samples) // rate) if loud * WINDOW >= HEARD else 0
