"""Plays sealed sound to somebody who may hear it: whole or in parts, and that they listened is written down."""

import re
from datetime import timedelta
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlmodel import col, select

from infra.clock import now
from tenants.audit import AuditEntry, record
from tenants.members.access import Staff

RANGE = re.compile(r"bytes=(\d*)-(\d*)")
ONE_HEARING = timedelta(minutes=10)
"""So long a player that asks for one part after another is one listener listening once."""


async def heard(request: Request, staff: Staff, act: str, key: UUID, data: bytes, media_type: str) -> Response:
    """The sound, or the part of it that the player asks for, so that one can go back in it. Wherever somebody begins to
    listen, it is written down as this act."""
    start, end, status = byte_range(request.headers.get("range", ""), len(data))
    if start == 0 or not await _listening(staff, act, key):
        record(staff.session, act, member=staff.member.id, subject=key)
    headers = {"accept-ranges": "bytes", "content-disposition": "inline"}
    if status == 206:
        headers["content-range"] = f"bytes {start}-{end}/{len(data)}"
    return Response(data[start : end + 1], status, headers, media_type=media_type)


async def _listening(staff: Staff, act: str, key: UUID) -> bool:
    """Whether it is written down already that this member began to listen a moment ago."""
    found = select(AuditEntry.id).where(
        AuditEntry.subject == key,
        col(AuditEntry.at) > now() - ONE_HEARING,
        AuditEntry.action == act,
        AuditEntry.member == staff.member.id,
    )
    return (await staff.session.exec(found)).first() is not None


def byte_range(asked: str, size: int) -> tuple[int, int, int]:
    """First and last byte, and 206 for a part (RFC 9110, 14.2); what can't be served as asked is served whole."""
    found = RANGE.fullmatch(asked)
    if not found or asked == "bytes=-":
        return 0, size - 1, 200
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    return (start, end, 206) if start <= end else (0, size - 1, 200)
