"""What callers left and nobody has taken on yet: counted, told to consoles, and written about to those who wish."""

from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from hark.switchboard.models import Callback, Voicemail
from hark.switchboard.offering.board import board_channel
from infra.database import Session
from infra.jobs import enqueue
from infra.realtime import announce

TELL = "messages.tell"
"""The job that writes to whoever wants to know."""


async def left_waiting(session: Session) -> dict[str, int]:
    """How many voice messages and call-backs wait for somebody to take them on."""
    counted = [
        (name, select(func.count()).select_from(table).where(col(table.status) == "new"))
        for name, table in (("voicemails", Voicemail), ("callbacks", Callback))
    ]
    return {name: (await session.execute(found)).scalar_one() for name, found in counted}


async def tell_left(session: Session) -> None:
    """Tell every console how many wait now."""
    announce(session, board_channel(), {"type": "left", **await left_waiting(session)})


async def has_left(session: Session, kind: str, key: UUID) -> None:
    """A caller has left this `voicemail` or `callback`: consoles say so, and a letter goes to those who want one."""
    await session.flush()
    await tell_left(session)
    await enqueue(session, TELL, {"kind": kind, "key": str(key)}, key=f"{TELL}:{key}")
