"""The voice side of Twilio and those who speak its dialect.

A leg does what the database says. Its own webhooks fetch that; a change from elsewhere only nudges the vendor into
asking again, so a nudge that is lost, doubled or late does no harm. Whatever waits for the network goes on beside the
caller of these methods.
"""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta

from sqlmodel import col

from infra.carriers.protocol import Can, Command, HangUp, Over, Reason, Ring, Unwell, Well
from infra.carriers.twiml import models
from infra.carriers.twiml.api import Api, Denied, Unclear
from infra.carriers.twiml.conversation import Conversation, Doing, Hear, goes_with_answer
from infra.carriers.twiml.health import Health
from infra.carriers.twiml.models import OVER, VendorLeg
from infra.carriers.twiml.pages.links import Links
from infra.carriers.twiml.vendors import Twilio, vendor_of
from infra.clock import now
from infra.database import unit_of_work
from infra.jobs import enqueue
from infra.settings import settings

log = logging.getLogger(__name__)
TRIES = 2
BREATH = 1.0
"""Seconds until somebody is asked again whether a call was made."""
IN_FLIGHT = timedelta(seconds=30)
"""For so long an asked-for call is in somebody else's hands."""
SILENT = timedelta(seconds=45)
WATCH_SECONDS = 15


class Twiml:
    """Every account of the settings, by name. `hear` takes signals; `doing` knows what a leg should be doing."""

    def __init__(self, hear: Hear, doing: Doing) -> None:
        self.hear, self.doing = hear, doing
        self.vendors: dict[str, Twilio] = {account.name: vendor_of(account) for account in settings().twiml}
        self.apis = {name: Api(vendor, self._health(name).note) for name, vendor in self.vendors.items()}
        whispers = bool(self.vendors) and all(vendor.whispers for vendor in self.vendors.values())
        self.can = Can(speaks=True, mobile=True, sip=True, listen=whispers, records=True, pushes=False)
        self._going: set[asyncio.Task[None]] = set()

    def open(self, *, entrance: bool) -> None:
        """Whether there is an entrance by which these companies reach the accounts at our own switch."""
        self.can = replace(self.can, browser=entrance, desk=entrance)

    def conversation(self, vendor: str, node: str) -> Conversation | None:
        """What a webhook for this account is handed to; None when there is no such account."""
        found = self.vendors.get(node)
        if found is None or found.account.vendor != vendor:
            return None
        return Conversation(found, self.apis[node], self.hear, self.doing)

    async def carry_out(self, node: str, command: Command) -> None:
        """Do it; what was done already is left alone. What fails comes back as a signal; raises nothing."""
        if node not in self.vendors:
            log.error("there is no account %s; a %s is not done", node, type(command).__name__)
        elif isinstance(command, Ring):
            self._beside(self._ring(node, command))
        elif isinstance(command, HangUp):
            self._beside(self._end(node, command.ref, command.reason, goes_with_answer(node, command)))
        elif not goes_with_answer(node, command):
            self._beside(self._nudge(node, command.ref, command.id))

    async def fetch(self, node: str, name: str) -> bytes:
        """A recording's WAV. Raises LookupError when there is none (yet), Unclear when the vendor can't be asked."""
        if not name or node not in self.apis:
            raise LookupError(name)
        return await self.apis[node].wav(name)

    async def forget(self, node: str, name: str) -> None:
        """Delete a recording there; one that is gone is fine. Raises Unclear or Denied otherwise."""
        if name and node in self.apis:
            await self.apis[node].forget(name)

    def _health(self, node: str) -> Health:
        def changed(well: bool) -> None:
            log.log(logging.INFO if well else logging.ERROR, "%s is %s", node, "well" if well else "out of reach")
            self._beside(self.hear(node, [Well(node) if well else Unwell(node)]))

        return Health(changed)

    def _beside(self, work: Awaitable[None]) -> None:
        async def whole() -> None:
            try:
                await work
            except Exception:
                log.exception("a command to a telephone company failed")

        task = asyncio.create_task(whole())
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def idle(self) -> None:
        """Wait until nothing is under way any more."""
        while self._going:
            await asyncio.gather(*self._going)

    async def close(self) -> None:
        """Finish what is under way and let the connections go."""
        await self.idle()
        for api in self.apis.values():
            await api.close()

    # Ringing somebody

    async def _ring(self, node: str, ring: Ring) -> None:
        to = _address(ring.to)
        if to is None:
            await self._over(node, ring.ref, "unregistered")
            return
        asked_before = await models.begin(node, ring.ref) is None
        if asked_before and not await self._take_over(node, ring.ref):
            return
        reason: Reason = "unreachable"
        for tried in range(TRIES):
            try:
                await self._create(node, ring, to, look_first=asked_before or tried > 0)
                return
            except Unclear as unclear:
                log.warning("ringing on %s: %s", node, unclear)
                await asyncio.sleep(BREATH)
            except Denied as no:
                log.warning("ringing on %s was refused: %s", node, no)
                reason = self.vendors[node].refused(no.answer)
                break
        await models.change(node, ring.ref, ended=True)  # should it ring after all, it is ended as it says so
        await self._over(node, ring.ref, reason)

    async def _take_over(self, node: str, ref: str) -> bool:
        """Whether a call that was asked for, of which nothing came, is now ours to look for and else to make."""
        waited = col(VendorLeg.asked_at) < now() - IN_FLIGHT
        lost = (waited, col(VendorLeg.sid) == "", ~col(VendorLeg.ended), col(VendorLeg.stage) < OVER)
        row = await models.change(node, ref, *lost, asked_at=now())
        return row is not None

    async def _create(self, node: str, ring: Ring, to: str, *, look_first: bool) -> None:
        """Have it made, unless it was: no vendor takes an idempotency key, so what lives there is looked through."""
        api, links = self.apis[node], Links(self.vendors[node].account, ring.ref)
        row = await models.find(node, ring.ref)
        if row is None or row.sid:  # its own webhook has told us its name by now
            return
        sid = ""
        if look_first:
            living = await api.living(to, ring.caller_id, row.made_at)
            others = await models.of_others(node, ring.ref, living)
            sid = next((one for one in living if one not in others), "")
        if not sid:
            sid = await api.create(api.vendor.ring(ring, to, links.to("answered"), links.to("status")))
        row = await models.change(node, ring.ref, sid=sid) if sid else await models.find(node, ring.ref)
        if row and row.ended and row.sid:
            await api.end(row.sid)

    # Telling a leg that there is something new

    async def _nudge(self, node: str, ref: str, command: str) -> None:
        row = await models.find(node, ref)
        if row is None or row.stage == OVER or not row.sid or row.turn == 0 or row.doing == command:
            return  # it is over, or asks anyway, or knows
        try:
            await self.apis[node].redirect(row.sid, Links(self.vendors[node].account, ref).to("next"))
        except Denied as no:
            log.info("a leg on %s could not be redirected: %s", node, no)  # it has just ended, and will say so
        except Unclear as unclear:
            log.warning("a leg on %s is told again later: %s", node, unclear)
            await self._again(node, ref, was=row.doing)

    async def _end(self, node: str, ref: str, reason: Reason, answered: bool) -> None:
        if await models.begin(node, ref, ended=True) is not None:
            await self._over(node, ref, reason)  # it was never rung
            return
        row = await models.change(node, ref, ended=True)
        if row is None or row.stage == OVER or not row.sid or answered:
            return
        try:
            await self.apis[node].end(row.sid)
        except (Denied, Unclear) as error:
            log.warning("a leg on %s is ended later: %s", node, error)
            await self._again(node, ref)

    async def _again(self, node: str, ref: str, was: str = "") -> None:
        """Owe it, so that it is done even if this process isn't there any more."""
        async with unit_of_work() as session:
            due = now() + timedelta(seconds=1)
            await enqueue(session, "twiml.again", {"node": node, "ref": ref, "was": was}, due=due)

    async def _over(self, node: str, ref: str, reason: Reason) -> None:
        await self.hear(node, [Over(ref, reason)])
        await models.reach(node, ref, OVER)

    # Looking after legs that have gone silent

    async def watch(self) -> None:
        """Until cancelled: ask after legs that nothing was heard of, whose last word may have been lost."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self.look()
            except Exception:
                log.exception("silent legs could not be looked after")

    async def look(self) -> None:
        """Ask after every silent leg, once, and after the companies themselves."""
        if not self.vendors:
            return
        await asyncio.gather(*(api.probe() for api in self.apis.values()))
        for row in await models.silent(SILENT):
            vendor = self.vendors.get(row.node)
            conversation = vendor and self.conversation(vendor.account.vendor, row.node)
            if not conversation:
                continue
            try:
                status = await self.apis[row.node].status(row.sid) if row.sid else ""
                await conversation.looked(row, status)
            except (Unclear, Denied) as error:
                log.warning("a silent leg on %s: %s", row.node, error)


def _address(to: str) -> str | None:
    """Whom to ring, as vendors write it; None for an account on a switch of ours, which they can't reach."""
    kind, _, rest = to.partition(":")
    if kind == "number":
        return rest.partition("@")[0] or None  # behind the @ is a trunk of a switch's
    return to if kind in ("sip", "sips") and rest else None
