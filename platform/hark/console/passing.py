"""What a console may ask for about the call that it is in: to pass it on, to hold it, to look after somebody else's."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from hark.phone.outside.asking import call_in
from hark.switchboard.transferring import asking, supervising, together
from hark.switchboard.transferring.parties import present_call
from infra.database import Session
from infra.errors import Conflict

Deed = Callable[[Session, UUID, dict[str, Any]], Awaitable[Any]]


async def _hand_over(session: Session, member: UUID, message: dict[str, Any]) -> None:
    """To a colleague or a team; with neither, to nobody after all."""
    if message.get("member_id"):
        await asking.hand_over(session, member, UUID(message["member_id"]))
    elif message.get("team"):
        await asking.hand_to_team(session, member, str(message["team"]))
    else:
        await together.take_back(session, member)


async def _outside(session: Session, member: UUID, message: dict[str, Any]) -> None:
    await call_in(session, member, UUID(message["destination"]), blind=message.get("blind") is True)


async def _supervise(session: Session, member: UUID, message: dict[str, Any]) -> None:
    if message["how"] not in supervising.HOWS:
        raise ValueError(message["how"])
    await supervising.supervise(session, member, await _in_call(session, member), message["how"])


async def _take_over(session: Session, member: UUID, message: dict[str, Any]) -> None:
    await supervising.take_over(session, member, await _in_call(session, member), UUID(message["member_id"]))


async def _in_call(session: Session, member: UUID) -> UUID:
    call = await present_call(session, member)
    if call is None:
        raise Conflict("You are not in a call.")
    return call


DEEDS: dict[str, Deed] = {
    "handover": _hand_over,
    "consult": lambda session, member, message: asking.consult(session, member, UUID(message["member_id"])),
    "outside": _outside,
    "complete": lambda session, member, _: together.complete(session, member),
    "conference": lambda session, member, _: together.conference(session, member),
    "take_back": lambda session, member, _: together.take_back(session, member),
    "hold": lambda session, member, _: together.hold(session, member),
    "resume": lambda session, member, _: together.resume(session, member),
    "supervise": _supervise,
    "take_over": _take_over,
}
"""By the message's type. Each raises what the service behind it does, and KeyError or ValueError for a message that
says nothing."""
