"""Which flow the desk is about."""

from uuid import UUID

from sqlmodel import col, select

from infra.database import Session
from infra.errors import NotFound
from tenants.flows.models import FlowRow
from tenants.lines.service import lines


async def flow_in_hand(session: Session) -> UUID:
    """The flow of the hotline's first line, else its first by name. Raises NotFound."""
    for line in await lines(session):
        return line.flow_id
    found = (await session.exec(select(FlowRow.id).order_by(col(FlowRow.name)))).first()
    if found is None:
        raise NotFound
    return found
