"""The entrance of our own switch, by which calls at other carriers come to the accounts that sign in there.

A telephone company can't ring an account, but any SIP address. So a leg gets a name at the switch that nobody can
guess, that stands for one account, and that is good for one call while that leg is to ring: the switch asks us who it
is.
"""

import re
from dataclasses import replace
from secrets import compare_digest
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import col

from hark.phone.models import Carried, Leg
from infra.carriers.protocol import Command, HangUp, Knocked, PutThrough, Ring
from infra.database import Session, unit_of_work
from infra.scope import no_scope, tenant_scope
from infra.services.voice.found import entrance
from infra.settings import settings
from infra.vault import fingerprint

ACCOUNT = "member:"
NAME = re.compile(r"k([0-9a-f]{32})([0-9a-f]{32})")
CARRIERS = frozenset(("twiml",))
"""Those at which our operators have no accounts."""
RINGS = ("wanted", "ringing")


async def through(session: Session, carrier: str | None, command: Command) -> Command:
    """The command, with an account's own name replaced by the address at which its carrier reaches it."""
    if carrier not in CARRIERS or not isinstance(command, Ring) or not command.to.startswith(ACCOUNT):
        return command
    place = entrance(settings().data_dir, settings().asterisk)
    if not place:
        return command  # its carrier says that there is nobody
    leg = UUID(command.ref)
    kept = {"account": command.to.removeprefix(ACCOUNT), "rings": command.seconds}
    await session.execute(update(Leg).where(col(Leg.id) == leg).values(notes=kept))
    return replace(command, to=f"sip:k{leg.hex}{await _proof(session, leg)}@{place}")


async def _proof(session: Session, leg: UUID) -> str:
    return (await fingerprint(session, "entrance", str(leg))).hex()[:32]


async def knocked(signal: Knocked) -> Command:
    """What becomes of a call at the entrance: put through to the account that its name stands for, once, while that
    leg is to ring; else hung up on."""
    account, seconds = await _account(signal.name)
    return PutThrough(signal.ref, "through", account, seconds) if account else HangUp(signal.ref, "away", "invalid")


async def _account(name: str) -> tuple[str, int]:
    found = NAME.fullmatch(name)
    if found is None:
        return "", 0
    leg = UUID(hex=found[1])
    with no_scope():
        async with unit_of_work() as session:
            tenant = (await session.execute(select(col(Carried.tenant)).where(col(Carried.id) == leg))).scalar()
    if tenant is None:
        return "", 0
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            if not compare_digest(found[2], await _proof(session, leg)):
                return "", 0
            mine = col(Leg.id) == leg, col(Leg.state).in_(RINGS)
            kept = (await session.execute(select(col(Leg.notes)).where(*mine).with_for_update())).scalar()
            if not kept or "account" not in kept:
                return "", 0
            await session.execute(update(Leg).where(*mine).values(notes={}))
            return str(kept["account"]), int(kept["rings"])
