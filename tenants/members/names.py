"""What colleagues are called, also those who have left: an old record still says who wrote it."""

from uuid import UUID

from sqlmodel import col, select

from infra.database import Session
from tenants.members.models import Member


async def names(session: Session) -> dict[UUID, str]:
    """Everybody's name in the tenant in scope."""
    return dict((await session.exec(select(Member.id, Member.name).order_by(col(Member.name)))).all())
