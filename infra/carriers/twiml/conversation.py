"""A webhook, from what the vendor says to what it is answered: signals out, then the page of whatever the leg does now.

How far a leg has come is told before it is noted: a process that is killed in between tells it twice, which is
harmless, while one that noted it first might never tell it.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import cast

from sqlmodel import col

from infra.carriers.protocol import (
    Answered,
    Arrived,
    Command,
    Digit,
    Heard,
    Join,
    Over,
    Play,
    Reason,
    Record,
    Recorded,
    Ringing,
    Signal,
)
from infra.carriers.twiml import fields, models
from infra.carriers.twiml.api import Api
from infra.carriers.twiml.models import ANSWERED, OVER, RINGING, VendorLeg
from infra.carriers.twiml.pages.links import Links, incoming
from infra.carriers.twiml.pages.markup import ROOM, Page, later, render
from infra.carriers.twiml.vendors import Twilio
from infra.carriers.twiml.vendors.twilio import Hook
from infra.carriers.wire import load

ASKS_AFTER, GIVES_UP_AFTER = 4, 20
"""So often a leg that has recorded waits a second before the vendor is asked whether there is a sound, and before it is
taken to have left none."""
Hear = Callable[[str, Sequence[Signal]], Awaitable[None]]
"""Takes a node's signals."""
Doing = Callable[[str, str], Awaitable[Command | None]]
"""What a leg, named by node and ref, should be doing; None when it isn't known (any more)."""


@dataclass(slots=True)
class _Answer:
    """An answer that is being thought of: what the leg is told meanwhile goes with it (`open`). `told` is the last of
    that, for legs that nobody keeps a row of."""

    leg: tuple[str, str]
    open: bool = True
    told: Command | None = None


_answer: ContextVar[_Answer | None] = ContextVar("answer", default=None)


def goes_with_answer(node: str, command: Command) -> bool:
    """Whether this leg's own webhook is being answered right here, so that the answer brings it the command."""
    answer = _answer.get()
    if answer is None or not answer.open or answer.leg != (node, command.ref):
        return False
    answer.told = command
    return True


@contextmanager
def _thinking(node: str, ref: str) -> Iterator[_Answer]:
    token = _answer.set(_Answer((node, ref)))
    try:
        yield cast(_Answer, _answer.get())
    finally:
        _answer.reset(token)


@dataclass(frozen=True, slots=True)
class Said:
    """A webhook of a leg's: what it is about (`what`), the page it came from, the command that it belongs to, and how
    often it was put off."""

    hook: Hook
    ref: str
    what: str
    turn: int = 0
    id: str = ""
    tries: int = 0


class Conversation:
    """With one account's vendor, on behalf of whoever hears and knows what is to be done."""

    def __init__(self, vendor: Twilio, api: Api, hear: Hear, doing: Doing) -> None:
        self.vendor, self.api, self.hear, self.doing = vendor, api, hear, doing
        self.node = vendor.account.name

    async def arrived(self, hook: Hook) -> str:
        """Somebody calls one of our numbers. Answers with their first page; asked again, with the one of now."""
        ref = hook.get("CallSid")
        await models.begin(self.node, ref, sid=ref)
        row = await models.find(self.node, ref)
        fresh = row is not None and row.stage < ANSWERED
        with _thinking(self.node, ref) as answer:
            if fresh:
                dialled, caller = fields.number(hook.get("To")), fields.number(hook.get("From"))
                await self.hear(self.node, [Arrived(self.node, ref, dialled, caller)])
                await models.reach(self.node, ref, ANSWERED)
                row = await models.find(self.node, ref)
            if row is None or row.stage == OVER:  # they hung up while we were being told of them
                if fresh:
                    await self.hear(self.node, [Over(ref)])
                return render(None, Page(self.vendor, Links(self.vendor.account, ref)))
            return await self._page(Said(hook, ref, "incoming"), answer, unanswered=fresh)

    async def told(self, hook: Hook, ref: str) -> None:
        """A call's status, in whatever order it comes. A call that lives though we wanted its leg gone is ended: it was
        made after all, when we had given it up."""
        row, sid, reached = await models.find(self.node, ref), hook.get("CallSid"), fields.stage(hook.get("CallStatus"))
        if row is not None and row.ended and reached < OVER:
            await self.api.end(sid)
            return
        row = await self._leg(hook, ref)
        if row is not None and reached > row.stage:
            await self._tell(row, reached, fields.why(hook))

    async def _tell(self, row: VendorLeg, reached: int, why: Reason) -> None:
        if reached == OVER and await self._still_recording(row):
            await models.change(self.node, row.ref, ended=True)  # the recording tells both, `looked` where it doesn't
            return
        tells: dict[int, Signal] = {
            RINGING: Ringing(row.ref), ANSWERED: Answered(row.ref), OVER: Over(row.ref, why)
        }  # fmt: skip
        await self.hear(self.node, [tells[reached]])
        await models.reach(self.node, row.ref, reached)

    async def _still_recording(self, row: VendorLeg) -> bool:
        command = await self.doing(self.node, row.ref)
        return isinstance(command, Record) and row.doing == command.id != row.recorded

    async def looked(self, row: VendorLeg, status: str) -> None:
        """Nothing was heard of a leg for long, so the vendor was asked: this is its status there, "" for none."""
        if status and fields.stage(status) < OVER:
            if row.ended:
                await self.api.end(row.sid)
            return
        if row.sid and await self._still_recording(row):
            await self._look_for_recording(row, row.doing)
        await self.hear(self.node, [Over(row.ref, "gone" if status else "lost")])
        await models.reach(self.node, row.ref, OVER)

    async def recorded(self, said: Said) -> None:
        """A recording is ready, which comes beside the call; where the caller has hung up, that is told after it. A
        room's may come long after them, and several where the room was empty in between."""
        if said.id == ROOM:  # whose call the form names, if any, is the vendor's choice
            take = said.hook.get("RecordingSid")
            await self.hear(self.node, [Recorded(said.ref, ROOM, take, fields.seconds(said.hook))])
            return
        row = await self._leg(said.hook, said.ref)
        if row is None or not said.id:
            return
        await self._tell_recorded(row, said.id, said.hook.get("RecordingSid"), fields.seconds(said.hook))
        if row.ended and row.stage < OVER:
            await self._tell(row, OVER, "gone")

    async def _after_recording(self, row: VendorLeg, said: Said) -> None:
        """The leg has stopped recording. That is told once there is a sound to fetch, unless nothing was said."""
        if said.tries == 0 and not fields.left_something(said.hook):
            await self._tell_recorded(row, said.id, "", 0)
            return
        found = said.tries < ASKS_AFTER or await self._look_for_recording(row, said.id)
        if not found and said.tries >= GIVES_UP_AFTER:
            await self._tell_recorded(row, said.id, "", 0)

    async def _look_for_recording(self, row: VendorLeg, command: str) -> bool:
        """Nobody has said that it is ready: ask. Whether it was."""
        take = next(iter(await self.api.takes(row.sid)), None)
        if take is not None:
            await self._tell_recorded(row, command, take.sid, take.seconds or 1)
        return take is not None

    async def _tell_recorded(self, row: VendorLeg, command: str, name: str, seconds: int) -> None:
        if row.recorded != command:
            await self.hear(self.node, [Recorded(row.ref, command, name, seconds, row.ended)])
            await models.change(self.node, row.ref, recorded=command)
            row.recorded = command

    async def next(self, said: Said) -> str:
        """A leg has done what it was told, or asks: takes in what it brings and answers with what it does now."""
        row = await self._leg(said.hook, said.ref)
        if row is None or row.ended or row.stage == OVER:
            return render(None, Page(self.vendor, Links(self.vendor.account, said.ref)))
        with _thinking(self.node, said.ref) as answer:
            if said.what == "answered" and row.stage < ANSWERED:
                await self._tell(row, ANSWERED, "gone")
            elif said.what == "recorded":
                await self._after_recording(row, said)
            elif said.what in ("key", "done"):
                await self._reply(row, said)
            return await self._page(said, answer)

    async def _reply(self, row: VendorLeg, said: Said) -> None:
        """What the caller did on a page counts if that page is the one that they are on, and once: the page is turned
        first, for a key that counted twice would choose for them."""
        command = await self.doing(self.node, row.ref) or load(row.told)
        if command is None or command.id != said.id or not isinstance(command, Play):
            return
        current = col(VendorLeg.turn) == said.turn
        if await models.change(self.node, row.ref, current, turn=said.turn + 1) is None:
            return
        if said.what == "done":
            await self.hear(self.node, [Heard(row.ref, said.id)])
        elif pressed := fields.pressed(said.hook, command.keys):  # also a wrong one, which counts as a try in a menu
            await self.hear(self.node, [Digit(row.ref, key) for key in pressed])

    async def _leg(self, hook: Hook, ref: str) -> VendorLeg | None:
        """The leg that a webhook is about, with its name at the vendor, which the first one brings. None when there is
        none, or when the call in the form is another than the one in the address."""
        sid = hook.get("CallSid")
        row = await models.find(self.node, ref)
        if row is not None and not row.sid and sid:
            row = await models.change(self.node, ref, col(VendorLeg.sid).in_(("", sid)), sid=sid)
        return row if row is not None and sid in ("", row.sid) else None

    async def _page(self, said: Said, answer: _Answer, *, unanswered: bool = False) -> str:
        answer.open = False  # from here on the page may be made already, so a new command has to knock
        kept = await self.doing(self.node, said.ref)
        command = kept or answer.told or await self._told_before(said.ref)
        turn = await models.turn_page(self.node, said.ref, command, kept=kept is not None)
        again = command is not None and command.id == said.id
        wrong = again and said.what == "key" and isinstance(command, Play) and not _wanted(said.hook, command)
        page = Page(
            self.vendor,
            Links(self.vendor.account, said.ref, turn),
            said=again and not wrong,
            reported=again and said.what in ("done", "wait"),
            coached=await self._coached(command),
            unanswered=unanswered,
            tries=said.tries + 1,
        )
        return render(command, page)

    async def _told_before(self, ref: str) -> Command | None:
        row = await models.find(self.node, ref)
        return load(row.told) if row is not None and row.stage < OVER else None

    async def _coached(self, command: Command | None) -> str:
        if not isinstance(command, Join) or command.how != "whisper":
            return ""
        row = await models.find(self.node, command.to)
        return row.sid if row and row.stage < OVER else ""

    def patience(self, said: Said) -> str:
        """We are in trouble: the leg is to ask again in a moment, and is given up to the fallback in the end."""
        links, tries = Links(self.vendor.account, said.ref, said.turn), said.tries + 1
        if said.what == "incoming":
            return later(self.vendor, incoming(self.vendor.account, tries), tries)
        what = "recorded" if said.what == "recorded" else "wait"
        return later(self.vendor, links.to(what, id=said.id, tries=str(tries)), tries)


def _wanted(hook: Hook, play: Play) -> bool:
    """Whether one of the keys pressed is one that does something."""
    return not set(fields.pressed(hook, play.keys)).isdisjoint(play.keys)
