"""Lines of the tenant in scope."""

from uuid import UUID

from sqlmodel import col, select

from infra.database import Session
from infra.errors import NotFound
from tenants.lines.models import Line


async def line_named(session: Session, name: str, flow: UUID) -> Line:
    """The line of this name, made with this flow when there is none."""
    row = (await session.exec(select(Line).where(Line.name == name))).one_or_none()
    if row is None:
        row = Line(name=name, flow_id=flow)
        session.add(row)
        await session.flush()
    return row


async def lines(session: Session) -> list[Line]:
    """Every line, the oldest first."""
    return list(await session.exec(select(Line).order_by(col(Line.id))))


async def line_of(session: Session, key: UUID) -> Line:
    """One line of the hotline in scope. Raises NotFound."""
    row = (await session.exec(select(Line).where(Line.id == key))).one_or_none()
    if row is None:
        raise NotFound
    return row
