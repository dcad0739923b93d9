"""One Asterisk while we are connected to it: who is there, who waits, what is heard and told."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from urllib.parse import quote

from infra.carriers.asterisk.ari import Ari, Event, Node
from infra.carriers.asterisk.delivery import Delivery
from infra.carriers.asterisk.legs.board import Board
from infra.carriers.asterisk.legs.happening import happen, kept
from infra.carriers.asterisk.legs.leg import LEASE, OF, SOME, Leg
from infra.carriers.asterisk.legs.obeying import obey
from infra.carriers.asterisk.sounds import Sounds
from infra.carriers.protocol import Command, Resync

RENEWAL = 45.0
"""Seconds after which we let an Asterisk know again that a waiting caller isn't forgotten."""


class Switch:
    """A connection at work. What is heard before `adopt` is done waits for it."""

    def __init__(self, node: Node, ari: Ari, sounds: Sounds, delivery: Delivery) -> None:
        self.ari = ari
        self._board = Board(node, ari, sounds, delivery)
        self._held: list[Event] | None = []

    @property
    def replaced(self) -> bool:
        """Somebody else has taken our place."""
        return self._board.replaced.is_set()

    async def until_replaced(self) -> None:
        """Until then."""
        await self._board.replaced.wait()

    def hear(self, event: Event) -> None:
        """Take one event."""
        if self._held is None:
            happen(self._board, event)
        else:
            self._held.append(event)

    def carry_out(self, command: Command) -> None:
        """Let a leg do this from now on."""
        obey(self._board, command)

    async def adopt(self) -> None:
        """Find out who is there, and say so: after all that happened before that, before all that happened since.

        Raises ConnectionError where the node doesn't say.
        """
        node, legs = self._board.node, self._board.legs
        bridges = await self.ari.ask("GET", "bridges")
        channels = await self.ari.ask("GET", "channels")
        if not (bridges.ok and channels.ok and self._held is not None):
            raise ConnectionError(f"{node.name} does not say who is there")
        before, self._held = self._held[: channels.place], self._held[channels.place :]
        for event in before:
            happen(self._board, event)
        rooms = {ref: bridge["id"] for bridge in bridges.body for ref in bridge["channels"]}
        recalled: list[Coroutine[Any, Any, None]] = []
        there = {channel["id"]: channel for channel in channels.body if _is_ours(node, channel)}
        for ref, channel in there.items():
            if ref not in legs:
                inbound, up = channel["accountcode"] != node.app, channel["state"] == "Up"
                legs[ref] = Leg(ref, inbound=inbound, up=up, room=rooms.get(ref, ""), noise=SOME)
                recalled.append(legs[ref].recall(self.ari))
        await asyncio.gather(*recalled)
        await self._find_recordings()
        found = {ref: channel["state"] == "Up" for ref, channel in there.items()}
        await self._board.delivery.alone(Resync(node.name, found))
        held, self._held = self._held, None
        for event in held:
            happen(self._board, event)

    async def _find_recordings(self) -> None:
        """Tell of those that ended without us. What was told of already and not fetched yet is told of once more."""
        stored = await self.ari.ask("GET", "recordings/stored")
        for name in [each["name"] for each in stored.body or () if OF in each["name"]] if stored.ok else ():
            if (await self.ari.ask("GET", f"recordings/live/{quote(name, safe='')}")).status == 404:
                kept(self._board, name)

    async def renew(self) -> None:
        """For ever: let those who wait with nobody live on, which without us they don't do for long. Beside all other
        requests, for it waits for the leg."""
        while True:
            await asyncio.sleep(RENEWAL)
            waiting = [leg for leg in self._board.legs.values() if leg.inbound and leg.up and not leg.room]
            await asyncio.gather(
                *(
                    self.ari.aside("POST", f"{leg.path}/variable", variable="TIMEOUT(absolute)", value=LEASE)
                    for leg in waiting
                    if not (leg.saying or leg.recording)
                )
            )

    def close(self) -> None:
        """Let go of everything; calls live on."""
        self._board.close()


def _is_ours(node: Node, channel: dict[str, Any]) -> bool:
    """It is in our application, or rings on its behalf."""
    dialplan = channel["dialplan"]
    inside = dialplan.get("app_name") == "Stasis" and dialplan.get("app_data", "").split(",")[0] == node.app
    return not channel["name"].startswith("Snoop/") and (inside or channel["accountcode"] == node.app)
