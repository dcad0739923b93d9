"""Errands: connections that belong to no call. A mobile is rung to be verified; a line of ours is dialled to try it."""

from functools import partial
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from hark.phone import naming
from hark.phone.carriers import orders
from hark.phone.models import Carried
from hark.phone.settle import routed
from infra.carriers.protocol import Answered, Command, Digit, Heard, Over, Play, Prompt, Ring, Signal
from infra.database import Session, after_commit
from infra.web.i18n import gettext, speaking
from tenants.allowance import service as allowance
from tenants.devices import service as devices
from tenants.directory.service import tenant_by_id

RINGS = {"verify": 45, "check": 20, "try": 20}
"""Seconds that each rings."""
KEYS = "0123456789*#"
ANSWERED, OVER = "answered", "over"
"""What is kept of a number that is tried."""
ASKED = 3


async def send(
    session: Session, errand: str, key: UUID, about: UUID, carrier: str, node: str, *, to: str, shown: str
) -> None:
    """Ring a number or a `sip:` address for an errand, once this unit of work is committed. `key` becomes the leg's
    name."""
    await naming.name(session, key, carrier, node, str(key), about, errand=errand)
    ring = await routed(
        session, shown, Ring(str(key), "ring", to if to.startswith("sip:") else f"number:{to}", shown, RINGS[errand])
    )
    after_commit(session, partial(orders.send, carrier, node, ring))


async def happen(session: Session, carried: Carried, signal: Signal) -> Command | None:
    """Let a signal happen to an errand; what its leg does next, None when that stays as it is."""
    if carried.errand == "try":
        return await _try(session, carried, signal)
    if isinstance(signal, Over):
        await allowance.give_back(session, carried.id)
        await session.delete(await session.get_one(Carried, carried.id))
        return None
    if carried.errand == "verify":
        return await _verify(session, carried, signal)
    return Play(carried.ref, "listen", (), "quiet") if isinstance(signal, Answered) else None


async def _try(session: Session, carried: Carried, signal: Signal) -> Command | None:
    said = {Answered: ANSWERED, Over: OVER}.get(type(signal))
    mine = update(Carried).where(col(Carried.id) == carried.id, col(Carried.typed) == "")
    if said:
        await session.execute(mine.values(typed=said))
    return Play(carried.ref, "enough", (), "hang_up") if said == ANSWERED else None


async def _verify(session: Session, carried: Carried, signal: Signal) -> Command | None:
    language = (await tenant_by_id(session, carried.tenant)).languages[0]
    with speaking(language):
        return await _next(session, carried, signal, language)


async def _next(session: Session, carried: Carried, signal: Signal, language: str) -> Command | None:
    match signal:
        case Answered():
            return _ask(carried, language, 0)
        case Heard(id=said) if said.startswith("ask."):
            again = int(said.removeprefix("ask.")) + 1
            return _ask(carried, language, again) if again < ASKED else _bye(carried, language, "never")
        case Digit(key="#"):
            return await _judge(session, carried, language)
        case Digit(key=key):
            await session.execute(
                update(Carried).where(col(Carried.id) == carried.id).values(typed=(carried.typed + key)[-12:])
            )
    return None


async def _judge(session: Session, carried: Carried, language: str) -> Command:
    right = await devices.typed(session, carried.call, carried.typed)
    await session.execute(update(Carried).where(col(Carried.id) == carried.id).values(typed=""))
    return _bye(carried, language, "right") if right else _bye(carried, language, "wrong")


def _ask(carried: Carried, language: str, turn: int) -> Play:
    words = gettext("Your hotline is calling. Type the code that your screen shows, then the hash key.")
    return Play(carried.ref, f"ask.{turn}", (Prompt(words, language),), "report", keys=KEYS)


def _bye(carried: Carried, language: str, how: str) -> Play:
    words = {
        "right": gettext("Thank you. From now on, calls can be put through to this telephone."),
        "wrong": gettext("That is not the code on the screen. Ask for a new call there."),
        "never": gettext("Nothing was typed. Ask for a new call on your screen."),
    }
    return Play(carried.ref, f"bye.{how}", (Prompt(words[how], language),), "hang_up")
