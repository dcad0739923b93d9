"""A telephone's ear and mouth: speaks and hears RTP, tells sound from silence, presses keys."""

import asyncio
import random
import struct
from typing import Any

ULAW, KEYS = 0, 101
PACKET_SECONDS = 0.02
SAMPLES = 160
SILENT = {0xFF, 0x7F, 0xFE, 0x7E, 0xFD, 0x7D, 0xFC, 0x7C}
"""µ-law's smallest values."""
TONE = bytes([0x90] * 10 + [0x10] * 10) * 8
"""20 ms of 400 Hz, loud."""


class Sound(asyncio.DatagramProtocol):
    """One side of a call's media at `address`; what was heard is counted by payload type, in packets of 20 ms."""

    def __init__(self) -> None:
        self.address = ("", 0)
        self.packets: list[tuple[int, bytes]] = []
        self.said = 0.0
        self._peer: tuple[str, int] | None = None
        self._transport: asyncio.DatagramTransport
        self._sequence = random.randrange(1 << 15)
        self._time = random.randrange(1 << 30)
        self._source = random.randrange(1 << 32)

    @classmethod
    async def at(cls, host: str) -> "Sound":
        """Listen at a free port there."""
        made = cls()
        loop = asyncio.get_running_loop()
        made._transport, _ = await loop.create_datagram_endpoint(lambda: made, local_addr=(host, 0))
        made.address = made._transport.get_extra_info("sockname")[:2]
        return made

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._peer = addr[:2]
        if len(data) > 12:
            self.packets.append((data[1] & 0x7F, data[12:]))

    def close(self) -> None:
        self._transport.close()

    @property
    def heard(self) -> float:
        """Seconds of µ-law in which something sounded."""
        loud = [
            1 for kind, data in self.packets if kind == ULAW and sum(byte in SILENT for byte in data) < len(data) / 2
        ]
        return len(loud) * PACKET_SECONDS

    @property
    def keys_heard(self) -> list[int]:
        """The keys that arrived by RFC 4733, each once a press."""
        found: list[int] = []
        ending = False
        for kind, data in self.packets:
            if kind == KEYS:
                if data[1] & 0x80 and not ending:
                    found.append(data[0])
                ending = bool(data[1] & 0x80)
        return found

    async def until_heard(self, seconds: float, within: float = 25.0) -> None:
        """Return once this much has sounded since now."""
        wanted = self.heard + seconds
        async with asyncio.timeout(within):
            while self.heard < wanted:
                await asyncio.sleep(0.02)

    async def until_said(self, seconds: float, within: float = 25.0) -> None:
        """Return once somebody, elsewhere, has said this much here."""
        async with asyncio.timeout(within):
            while self.said < seconds:
                await asyncio.sleep(0.02)

    async def until_met(self, within: float = 25.0) -> None:
        """Return once the other side has sent a first packet."""
        async with asyncio.timeout(within):
            while self._peer is None:
                await asyncio.sleep(0.01)

    def faces(self, peer: tuple[str, int]) -> None:
        """Send there, without waiting for a packet from there."""
        self._peer = peer

    async def say(self, seconds: float, sound: bytes = TONE) -> None:
        """Make a sound at the speed of speech, until the telephone is gone. `said` is how many seconds it was."""
        await self.until_met()
        for _ in range(round(seconds / PACKET_SECONDS)):
            if self._transport.is_closing():
                return
            self._send(ULAW, sound)
            self._time += SAMPLES
            self.said += PACKET_SECONDS
            await asyncio.sleep(PACKET_SECONDS)

    async def press(self, key: str) -> None:
        """Press keys for 100 ms each, by RFC 4733."""
        await self.until_met()
        for one in key:
            event = "0123456789*#".index(one)
            for step in range(1, 6):
                self._send(KEYS, struct.pack("!BBH", event, 10, step * SAMPLES), marked=step == 1)
                await asyncio.sleep(PACKET_SECONDS)
            for _ in range(3):
                self._send(KEYS, struct.pack("!BBH", event, 0x80 | 10, 6 * SAMPLES))
            self._time += 10 * SAMPLES
            await asyncio.sleep(0.1)

    def _send(self, kind: int, data: bytes, *, marked: bool = False) -> None:
        self._sequence = (self._sequence + 1) & 0xFFFF
        head = struct.pack("!BBHII", 0x80, kind | (0x80 if marked else 0), self._sequence, self._time, self._source)
        self._transport.sendto(head + data, self._peer)
