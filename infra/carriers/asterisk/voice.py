"""Asterisk's voice side: connections to several, kept up for ever, and the way from a command to its switch."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpx
from websockets.exceptions import WebSocketException

from infra.carriers.asterisk import alone
from infra.carriers.asterisk.ari import Ari, Node, connected
from infra.carriers.asterisk.delivery import Delivery, Hear
from infra.carriers.asterisk.sounds import Sounds
from infra.carriers.asterisk.switch import Switch
from infra.carriers.asterisk.trunks import Trunk, push
from infra.carriers.protocol import Can, Command, Lost

log = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds between tries to connect, doubling from one to the other."""
REPLACED_PAUSE = 15.0
"""Seconds that we leave an Asterisk to whoever took its application over from us, as another process of ours would."""
NAMELESS_PAUSE = 60.0
"""Seconds until names of trunks that led nowhere are looked up again."""
FETCH_SECONDS = 10.0
Trunks = Callable[[str], Awaitable[Sequence[Trunk]]]
"""The trunks that a node is to have, by its name."""
Words = Callable[[str], Awaitable[Sequence[alone.Word]]]
"""What a node is to do by itself, for every number; by its name."""


async def no_trunks(node: str) -> Sequence[Trunk]:
    """For a node whose trunks stand in its own configuration."""
    return ()


async def no_words(node: str) -> Sequence[alone.Word]:
    """For a node that knows by itself what to do without us."""
    return ()


class AsteriskVoice:
    """All our Asterisks. Commands are carried out in the process in which `run` runs; files are fetched in any."""

    can = Can(browser=True, desk=True, listen=True, records=True)

    def __init__(self, nodes: Iterable[Node], hear: Hear, trunks: Trunks = no_trunks, words: Words = no_words) -> None:
        self._nodes = {node.name: node for node in nodes}
        self._hear = hear
        self._trunks = trunks
        self._words = words
        self._left: dict[str, dict[str, str]] = {name: {} for name in self._nodes}
        self._outside = httpx.AsyncClient(timeout=FETCH_SECONDS, follow_redirects=True, trust_env=False)
        self._http = {node.name: node.http() for node in self._nodes.values()}
        self._sounds = {node.name: Sounds(node, self._http[node.name], self._outside) for node in self._nodes.values()}
        self._switches: dict[str, Switch] = {}

    @property
    def nodes(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self._nodes)

    async def run(self) -> None:
        """Stay connected to every node until cancelled."""
        async with asyncio.TaskGroup() as group:
            for node in self._nodes.values():
                group.create_task(self._keep(node))

    async def close(self) -> None:
        """Let go of what is kept open; after `run` has ended."""
        for client in (self._outside, *self._http.values()):
            await client.aclose()

    async def carry_out(self, node: str, command: Command) -> None:
        """Have it done; what was done already is left alone. It is under way when this returns, in the order in which
        it was asked for. Without a connection nothing is done: a `Resync` follows."""
        if (switch := self._switches.get(node)) is not None:
            switch.carry_out(command)

    async def fetch(self, node: str, name: str) -> bytes:
        """A recording's WAV. Raises LookupError when there is none, ConnectionError when the node can't be asked."""
        return await self._sounds[node].recording(name)

    async def forget(self, node: str, name: str) -> None:
        """Delete a recording there; one that is gone is fine. Raises ConnectionError when the node can't be asked."""
        await self._sounds[node].forget(name)

    async def refresh(self, node: str) -> None:
        """Bring a node's trunks, and what it is to do without us, to what they should be now; it happens by itself
        whenever we connect."""
        if (switch := self._switches.get(node)) is not None:
            await push(switch.ari, await self._trunks(node))
            await self.leave_word(node, await self._words(node), whole=True)

    async def leave_word(self, node: str, words: Sequence[alone.Word], *, whole: bool = False) -> bool:
        """Tell a node what to do without us for these numbers; with `whole` these are all, and what was said of others
        is taken back. False where it should be said once more, since a notice couldn't be had."""
        if (switch := self._switches.get(node)) is None:
            return True
        left = self._left[node]
        known = {word.number for word in words}
        said = {f"+{name.partition('_')[2]}" for name, value in left.items() if value} if whole else set()
        gone = [alone.Word(number) for number in said - known if not number.startswith("+00")]
        return await alone.leave(switch.ari, self._sounds[node], [*words, *gone], left)

    async def _keep(self, node: Node) -> None:
        delivery = Delivery(node.name, self._hear)
        pause, known_lost, replaced = FIRST_PAUSE, False, False
        while True:
            try:
                async with connected(node, self._http[node.name]) as ari:
                    pause, known_lost = FIRST_PAUSE, False
                    replaced = await self._serve(node, ari, delivery)
            except (OSError, WebSocketException) as error:
                if not known_lost:
                    log.warning("no connection to %s: %s", node.name, error)
            except Exception:  # a fault of ours must not leave the switch alone for good
                log.exception("the connection to %s is given up and made anew", node.name)
            if not known_lost:
                known_lost = True
                await delivery.alone(Lost(node.name))
            # not all at once after a switch was away
            await asyncio.sleep(REPLACED_PAUSE if replaced else pause * random.uniform(0.8, 1.2))  # noqa: S311  # no secret
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _serve(self, node: Node, ari: Ari, delivery: Delivery) -> bool:
        """Work with a connection until it ends; returns whether somebody else took our place."""
        self._left[node.name] = {}  # a switch that was started again has forgotten it
        switch = self._switches[node.name] = Switch(node, ari, self._sounds[node.name], delivery)
        ends = [asyncio.create_task(ari.listen(switch.hear)), asyncio.create_task(switch.until_replaced())]
        work = [asyncio.create_task(task) for task in (switch.adopt(), switch.renew(), self._push(ari))]
        try:
            while not any(task.done() for task in ends):
                done, _ = await asyncio.wait([*ends, *work], return_when=asyncio.FIRST_COMPLETED)
                work = [task for task in work if task not in done]
                for task in done:
                    task.result()
        finally:
            del self._switches[node.name]
            switch.close()
            for task in (*ends, *work):
                task.cancel()
            await asyncio.gather(*ends, *work, return_exceptions=True)
        return switch.replaced

    async def _push(self, ari: Ari) -> None:
        while True:
            try:
                named = await push(ari, await self._trunks(ari.node.name))
                worded = await self.leave_word(ari.node.name, await self._words(ari.node.name), whole=True)
                if named and worded:
                    return
            except Exception:  # whatever keeps the trunks from us, calls through those that are there go on
                log.exception("the trunks of %s can't be had; trying again", ari.node.name)
                await asyncio.sleep(LONGEST_PAUSE)
            else:
                await asyncio.sleep(LONGEST_PAUSE if named else NAMELESS_PAUSE)
