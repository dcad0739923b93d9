"""The profile of the tenant in scope."""

from typing import Any

from sqlmodel import select

from infra.database import Session
from infra.errors import NotFound
from infra.scope import current_tenant
from tenants.profile.models import Profile


async def profile(session: Session) -> Profile:
    """What the hotline says and how it looks. Raises NotFound before it has been set up."""
    row = (await session.exec(select(Profile))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def keep_profile(
    session: Session, *, texts: dict[str, Any], theme: dict[str, Any], defaults: dict[str, Any]
) -> Profile:
    """Make the profile, or write it anew."""
    row = (await session.exec(select(Profile))).one_or_none() or Profile(id=current_tenant())
    row.texts, row.theme, row.defaults = texts, theme, defaults
    session.add(row)
    await session.flush()
    return row
