"""A hotline with somebody in every role, made of a kit's documents, and the calls that they answered."""

import json
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
from infra.scope import no_scope, tenant_scope
from infra.vault import create_key
from tenants.directory.models import Number, Tenant
from tenants.flows.document import parse
from tenants.flows.engine import State, dump_state
from tenants.flows.models import FlowVersion
from tenants.flows.service import flow_named, publish
from tenants.forms.document import Form
from tenants.forms.service import keep_form
from tenants.lines.service import line_named
from tenants.members.access import Staff
from tenants.members.models import ROLES, Member
from tenants.members.service import add_member, add_to_team, create_account, team_keyed
from tenants.profile.models import Profile
from tenants.rosters.hours import Calendar
from tenants.rosters.planning import keep_calendar, plan_week
from tenants.workflows.document import Workflow
from tenants.workflows.service import keep_workflow

KITS = Path(__file__).parents[2] / "provisioning" / "kits"
WEEKLY = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "12:00"), ("20:00", "02:00")))


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


async def open_house(kind: str = "violence", *, zone: str = "Asia/Shanghai") -> House:
    """A new hotline of this kind."""
    key = new_id().hex[-12:]
    read = {name: json.loads((KITS / kind / f"{name}.json").read_text()) for name in ("flow", "form", "workflow")}
    accounts = {}
    with no_scope():
        async with unit_of_work() as session:
            tenant = Tenant(
                slug=f"line-{key}", name="Dawn Line", organisation="Dawn Centre", kind=kind, country="CN", zone=zone,
                languages=["en", "zh-Hans"], status="open",
            )  # fmt: skip
            session.add(tenant)
            for role in (*ROLES, "mate"):
                accounts[role] = (await create_account(session, f"{role}-{key}@example.org", "-")).id
    with tenant_scope(tenant.id):
        async with unit_of_work() as session:
            await create_key(session)
            people = {}
            team = await team_keyed(session, "main", "Volunteers")
            for role, account in accounts.items():
                real = "operator" if role == "mate" else role
                people[role] = await add_member(session, account, role.title(), real, languages=["en"])
                if real == "operator":
                    await add_to_team(session, team, people[role])
            session.add(Profile(id=tenant.id))
            calendar = Calendar(zone=zone, weekly=WEEKLY)  # type: ignore[arg-type]  # plain strings, read by pydantic
            await keep_calendar(session, "main", calendar)
            await keep_form(session, Form.model_validate(read["form"]))
            await keep_workflow(session, Workflow.model_validate(read["workflow"]))
            await plan_week(session, team.id, calendar)
            flow = await flow_named(session, "main")
            await publish(session, flow, parse(read["flow"]))
            line = await line_named(session, "main", flow.id)
    with no_scope():
        async with unit_of_work() as session:
            digits = str(tenant.id.int % 10**9).rjust(9, "0")
            session.add(Number(e164=f"+999{digits}", carrier="sandbox", status="held", tenant=tenant.id, line=line.id))
    return House(tenant, line.id, accounts, people)
