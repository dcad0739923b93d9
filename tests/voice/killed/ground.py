"""Fills a fresh installation with one hotline of five lines, each of which keeps a caller in another state of a call.

Run as a program, with HARK_DATABASE_URL and HARK_DATA_DIR of the installation; prints line → number as JSON.
"""

import asyncio
import json
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, update

from hark import models
from hark.switchboard.models import Duty
from hark.switchboard.offering import duty
from infra.clock import now
from infra.database import unit_of_work
from infra.ids import new_id
from infra.realtime import hub
from infra.scope import no_scope, tenant_scope
from infra.vault import create_key, seal, warm
from tenants.devices.models import Device
from tenants.directory.models import Number, Tenant
from tenants.flows.models import FlowRow, FlowVersion
from tenants.lines.models import Line
from tenants.members.models import Member, Team, TeamMember
from tenants.profile.models import Profile
from tenants.trunks.models import Trunk

assert models.metadata.tables
LONG = " ".join(["Please stay with us, for this greeting is a very long one."] * 15)
MENU = [{"key": "1", "label": {"en": "To leave a message"}, "value": "leave", "next": "voicemail"}]
FIRST: dict[str, dict[str, Any]] = {
    "greeting": {"type": "greeting", "text": {"en": LONG}, "seconds": 60, "next": "menu"},
    "menu": {"type": "menu", "text": {"en": "Choose."}, "seconds": 20, "tries": 9, "options": MENU, "timeout": "sorry"},
    "voicemail": {
        "type": "voicemail", "text": {"en": "Speak."}, "max_seconds": 300, "next": "thanks", "unavailable": "sorry",
    },
}  # fmt: skip
COMPANY = {"greeting": 2, "menu": 2, "ringing": 2, "voicemail": 2, "talking": 4}
"""By which telephone company each line's number comes: the last byte of its address."""


def ring(team: str) -> dict[str, Any]:
    """Ring a team for long."""
    return {
        "type": "ring", "team": team, "strategy": "all", "seconds": 600, "seconds_each": 300, "text": {"en": "Wait."},
        "unanswered": "voicemail", "nobody": "voicemail",
    }  # fmt: skip


def flow(start: str) -> dict[str, Any]:
    """A flow that begins in this state."""
    nodes = {
        **FIRST,
        "ringing": ring("ringing"),
        "talking": ring("talking"),
        "thanks": {"type": "hangup", "text": {"en": "Thank you."}, "outcome": "voicemail"},
        "sorry": {"type": "hangup", "text": {"en": "Goodbye."}, "outcome": "message"},
    }
    return {"version": 1, "start": start, "languages": ["en"], "promise_seconds": 3000, "nodes": nodes}


async def main() -> None:
    """Make it all."""
    await warm()
    tenant = new_id()
    with no_scope():
        async with unit_of_work() as session:
            session.add(
                Tenant(
                    id=tenant, slug="killed", name="Killed", organisation="Killed", kind="blank", country="GB",
                    zone="Europe/London", languages=["en"], status="open",
                )
            )  # fmt: skip
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            numbers = await _fill(session, tenant)
    await hub.stop()
    sys.stdout.write(json.dumps(numbers))


async def _fill(session: Any, tenant: UUID) -> dict[str, str]:
    await create_key(session)
    session.add(Profile(id=tenant, defaults={"wrap_up_seconds": 0}))
    trunks = {last: Trunk(name=f"Company {last}", mode="address", host=f"{sys.argv[1]}.{last}") for last in (2, 4)}
    session.add_all(trunks.values())
    await session.flush()
    numbers = {}
    for place, (name, company) in enumerate(COMPANY.items()):
        row = FlowRow(name=name)
        session.add(row)
        await session.flush()
        session.add(FlowVersion(flow_id=row.id, number=1, status="published", document=flow(name)))
        line = Line(name=name, flow_id=row.id)
        session.add(line)
        await session.flush()
        numbers[name] = f"+4420794601{place:02}"
        session.add(
            Number(
                e164=numbers[name], carrier="asterisk", status="held", country="GB", tenant=tenant, line=line.id,
                trunk=trunks[company].id,
            )
        )  # fmt: skip
    for name, mobile in (("talking", "+447400123451"), ("ringing", "+447400123452")):
        await _volunteer(session, name, mobile)
    return numbers


async def _volunteer(session: Any, name: str, mobile: str) -> None:
    team, member, key = Team(key=name, name=name), Member(account_id=new_id(), name=name, role="operator"), new_id()
    session.add_all([team, member])
    await session.flush()
    session.add(TeamMember(team_id=team.id, member_id=member.id, place=0))
    session.add(
        Device(
            id=key, member_id=member.id, kind="mobile", sealed=await seal(session, mobile.encode()), hash=key.bytes,
            verified_at=now(),
        )
    )  # fmt: skip
    await session.flush()
    await duty.set_duty(session, member.id, "on")
    held = {"device": "mobile", "device_id": key, "seen_until": now() + timedelta(hours=8)}
    await session.execute(update(Duty).where(col(Duty.id) == member.id).values(**held))


if __name__ == "__main__":
    asyncio.run(main())
