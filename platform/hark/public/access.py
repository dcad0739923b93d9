"""Whose call it is: only the browser that began a call holds its token."""

import hmac
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlmodel import select
from starlette.requests import HTTPConnection

from hark.switchboard.calls import token_hash
from hark.switchboard.models import Call
from infra.database import Session
from infra.errors import NotFound
from tenants.members.access import AtHotline

CALL_COOKIE = "call"


async def check_token(connection: HTTPConnection, session: Session, call: UUID) -> None:
    """Raise NotFound unless this browser began this call."""
    kept = (await session.exec(select(Call.token_hash).where(Call.id == call))).one_or_none()
    token = connection.cookies.get(CALL_COOKIE, "")
    if kept is None or not hmac.compare_digest(kept, token_hash(token)):
        raise NotFound


async def _calling(connection: HTTPConnection, at: AtHotline, call_id: UUID) -> UUID:
    await check_token(connection, at.session, call_id)
    return call_id


Calling = Annotated[UUID, Depends(_calling, scope="function")]
"""The call in the address, for the one browser that began it."""
