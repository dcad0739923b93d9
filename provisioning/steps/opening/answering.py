"""The steps that make a hotline answer: when it is open, who is rung, what callers meet, and the number they dial."""

from uuid import UUID

from sqlalchemy import delete
from sqlmodel import select

from infra.clock import now
from infra.database import Session
from infra.errors import NotFound
from provisioning.kits.catalogue import kits
from provisioning.kits.kit import Kit
from provisioning.numbers.service import claim, withdraw
from provisioning.steps.opening.ground import application_of
from provisioning.steps.step import Kept
from tenants.directory.service import tenant_by_id
from tenants.flows.models import FlowRow
from tenants.flows.service import flow_named, publish
from tenants.lines.models import Line
from tenants.lines.service import line_named, lines
from tenants.members.models import Team
from tenants.members.service import add_to_team, owner, team_keyed
from tenants.prompts.service import hush
from tenants.rosters.hours import Calendar
from tenants.rosters.models import CalendarRow, Shift
from tenants.rosters.planning import keep_calendar, plan_week
from tenants.rosters.public_holidays import public_holidays
from tenants.texts import say

MAIN = "main"


async def _kit(session: Session, tenant: UUID) -> tuple[Kit, dict[str, str], list[str]]:
    application = await application_of(session, tenant)
    return kits()[application.form["kind"]], application.form, application.form["languages"]


async def set_hours(session: Session, tenant: UUID) -> None:
    """The kit's opening hours in the hotline's zone, with its country's holidays of this year and the next."""
    kit, form, _ = await _kit(session, tenant)
    closed = public_holidays(form["country"], range(now().year, now().year + 2))
    for name, hours in kit.calendars.items():
        await keep_calendar(session, name, hours.calendar(form["zone"], closed))


async def unset_hours(session: Session, _tenant: UUID, _kept: Kept) -> None:
    await session.execute(delete(CalendarRow))


async def gather(session: Session, tenant: UUID) -> None:
    """The kit's teams; the owner is in the first, so that the line rings with somebody from the start."""
    kit, _, languages = await _kit(session, tenant)
    for team in kit.teams:
        await team_keyed(session, team.key, say(team.name, languages[0]))
    await add_to_team(session, await team_keyed(session, kit.teams[0].key, ""), await owner(session))


async def scatter(session: Session, _tenant: UUID, _kept: Kept) -> None:
    await session.execute(delete(Team))


async def lead(session: Session, tenant: UUID) -> None:
    """Publish the kit's call flow in the hotline's languages; a flow that fails its lint is refused."""
    kit, _, languages = await _kit(session, tenant)
    await publish(session, await flow_named(session, MAIN), kit.flow_in(languages))


async def mislead(session: Session, _tenant: UUID, _kept: Kept) -> None:
    await session.execute(delete(FlowRow))
    await hush(session)


async def plan_shifts(session: Session, tenant: UUID) -> None:
    """A week of shifts over the opening hours, each still without anybody: red in the roster until taken."""
    kit, _, _ = await _kit(session, tenant)
    row = (await session.exec(select(CalendarRow).where(CalendarRow.name == next(iter(kit.calendars))))).one()
    team = await team_keyed(session, kit.teams[0].key, "")
    await plan_week(session, team.id, Calendar.model_validate(row.document))


async def cancel_shifts(session: Session, _tenant: UUID, _kept: Kept) -> None:
    await session.execute(delete(Shift))


async def lay_line(session: Session, tenant: UUID) -> None:
    """The line that leads callers to the flow, called what the hotline is called."""
    name = (await tenant_by_id(session, tenant)).name
    await line_named(session, name, (await flow_named(session, MAIN)).id)


async def cut_line(session: Session, _tenant: UUID, _kept: Kept) -> None:
    await session.execute(delete(Line))


async def claim_number(session: Session, tenant: UUID) -> None:
    """A number that no other hotline has."""
    found = await lines(session)
    if not found:
        raise NotFound
    await claim(session, tenant, found[0].id)


async def withdraw_number(session: Session, tenant: UUID, _kept: Kept) -> None:
    await withdraw(session, tenant)
