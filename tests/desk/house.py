"""A hotline of its own with somebody in every role, for a test that changes much; and the calls they answered."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import select

from hark.switchboard.models import Call, Offer
from infra.clock import now
from infra.database import unit_of_work
from infra.ids import new_id
from infra.scope import tenant_scope
from tenants.directory.models import Tenant
from tenants.directory.service import tenant_by_id
from tenants.flows.engine import State, dump_state
from tenants.flows.models import FlowVersion
from tenants.members.access import Staff
from tenants.members.models import Member
from tenants.members.service import member
from tests.world import join, open_hotline

KITS = Path(__file__).parents[2] / "provisioning" / "kits"


@dataclass
class House:
    """A hotline; `people` and `accounts` by role, with "mate" a second operator."""

    tenant: Tenant
    line: UUID
    accounts: dict[str, UUID]
    people: dict[str, Member]

    @property
    def at(self) -> str:
        """Where its pages are."""
        return f"/o/{self.tenant.slug}"

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Act for this hotline."""
        with tenant_scope(self.tenant.id):
            yield

    def staff(self, session: Any, role: str) -> Staff:
        """Somebody at work, as a route would see them."""
        return Staff(session, self.tenant, self.people[role], self.accounts[role])

    async def call(self, *answered_by: str, ended: bool = True) -> UUID:
        """A call that these answered, one after another."""
        with self.scope():
            async with unit_of_work() as session:
                version = (await session.exec(select(FlowVersion.id))).first()
                at = now() - timedelta(minutes=20)
                call = Call(
                    line_id=self.line, flow_version_id=version, token_hash=b"-", phase="ended" if ended else "talking",
                    started_at=at, answered_at=at if answered_by else None, ended_at=now() if ended else None,
                    state=STATE, simulated=True,
                )  # fmt: skip
                session.add(call)
                await session.flush()
                for place, role in enumerate(answered_by):
                    last = place == len(answered_by) - 1 and not ended
                    taken = at + timedelta(minutes=place)
                    offer = Offer(call_id=call.id, member_id=self.people[role].id, made_at=taken, expires_at=taken)
                    offer.state, offer.answered_at = "talking" if last else "done", taken
                    session.add(offer)
                return call.id


STATE = dump_state(State(phase="ended", language="en"))


async def open_house(kind: str = "violence", **more: object) -> House:
    """A new hotline of this kind, opened as any other is."""
    key = new_id().hex[-12:]
    hotline, owner = await open_hotline(f"owner-{key}@example.org", kind, f"Line {key}", "Owner", **more)
    staff = {"owner": owner}
    for name in ("admin", "supervisor", "operator", "mate", "auditor"):
        role = "operator" if name == "mate" else name
        staff[name] = await join(hotline, f"{name}-{key}@example.org", name.title(), role)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            tenant = await tenant_by_id(session, hotline.tenant)
            people = {name: await member(session, person.member) for name, person in staff.items()}
    return House(tenant, hotline.line, {name: person.account for name, person in staff.items()}, people)
