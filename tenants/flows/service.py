"""Keeping flows: a version is published only when lint finds no error in it, and never changes afterwards."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue
from tenants.flows.document import Flow, dump
from tenants.flows.findings import BadFlow
from tenants.flows.lint import fit, lint
from tenants.flows.models import FlowRow, FlowVersion
from tenants.members.models import Team
from tenants.rosters.models import CalendarRow

WARMED = ("prompts.warm", "phone.warm")
"""Jobs that speak what a telephone says around a published flow, so that the first caller needn't wait for it."""


async def flow_named(session: Session, name: str) -> FlowRow:
    """The flow of this name in the tenant in scope, made when there is none."""
    row = (await session.exec(select(FlowRow).where(FlowRow.name == name))).one_or_none()
    if row is None:
        row = FlowRow(name=name)
        session.add(row)
        await session.flush()
    return row


async def publish(session: Session, row: FlowRow, flow: Flow, *, author: UUID | None = None) -> FlowVersion:
    """Make this the version that callers meet from now on. Raises BadFlow with what lint found, changing nothing."""
    calendars = set(await session.exec(select(CalendarRow.name)))
    teams = set(await session.exec(select(Team.key)))
    findings = lint(flow, calendars=calendars, teams=teams)
    if not fit(findings):
        raise BadFlow([finding for finding in findings if finding.severity == "error"])
    before = select(FlowVersion).where(FlowVersion.flow_id == row.id, FlowVersion.status == "published")
    for version in await session.exec(before):
        version.status = "retired"
    await session.flush()  # the index allows one published version at a time
    last = await session.exec(select(func.max(FlowVersion.number)).where(FlowVersion.flow_id == row.id))
    made = FlowVersion(
        flow_id=row.id,
        number=(last.one() or 0) + 1,
        status="published",
        document=dump(flow),
        author=author,
        published_at=now(),
    )
    session.add(made)
    await session.flush()
    for warm in WARMED:
        await enqueue(session, warm, {"flow": str(row.id)}, key=f"{warm}:{row.id}")
    return made


async def versions(session: Session, row: FlowRow) -> list[FlowVersion]:
    """All versions of a flow, newest first."""
    found = select(FlowVersion).where(FlowVersion.flow_id == row.id).order_by(col(FlowVersion.number).desc())
    return list(await session.exec(found))
