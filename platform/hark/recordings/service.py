"""Keeps recordings of telephone calls for as long as their line says, sealed, and forgets them.

Whoever records asks `consent` first, at the call's beginning: None means that nothing may be recorded, words are said
to the caller before anything is. What was recorded is handed to `keep`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete
from sqlalchemy import select as core_select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, tuple_

from hark.desk.keyset import Key
from hark.recordings.models import Recording
from hark.switchboard.models import Call
from infra.clock import now
from infra.database import Session
from infra.errors import NotFound
from infra.ids import new_id
from infra.prepared import Prepared, table
from infra.scope import current_tenant
from infra.storage import store
from infra.vault import seal, unseal
from infra.web import gettext as _
from infra.web import speaking
from tenants.lines.models import Line
from tenants.lines.settings import LineSetting, setting_of

PART = 1024 * 1024
PAGE = 40


def usual_consent(languages: Sequence[str]) -> dict[str, str]:
    """What callers are told where a hotline wrote no words of its own."""
    said = {}
    for tag in languages:
        with speaking(tag):
            said[tag] = _("This call is recorded so that we can help you better. If you don't want that, tell us.")
    return said


_SETTING = table(LineSetting).c
_CONSENT = Prepared(core_select(_SETTING.record, _SETTING.consent).where(_SETTING.id == bindparam("line")))


async def consent(session: Session, line: UUID, languages: Sequence[str]) -> dict[str, str] | None:
    """What is said before a call on this line is recorded, in each of these languages; None where nothing may be."""
    setting = await _CONSENT.first(session, line=line)
    if setting is None or not setting.record:
        return None
    own = {tag: words for tag, words in setting.consent.items() if str(words).strip()}
    return usual_consent(languages) | own


def part_key(recording: UUID, part: int) -> str:
    """Where a part of a recording is stored."""
    return f"recording/{current_tenant()}/{recording}/{part:05}"


async def keep(
    session: Session, call: UUID, data: bytes, *, at: datetime, seconds: int, media_type: str = "audio/wav"
) -> UUID | None:
    """Keep what was recorded of a call from the moment `at` on; handed in again, it is kept once.

    Returns None, and keeps nothing, where it is empty or the line's recording has been turned off since. Raises
    NotFound.
    """
    line = (await session.exec(select(Call.line_id).where(Call.id == call))).one_or_none()
    if line is None:
        raise NotFound
    setting = await setting_of(session, line)
    if not setting.record or not data:
        return None
    pieces = [data[start : start + PART] for start in range(0, len(data), PART)]
    key = new_id()
    values = {
        "tenant_id": current_tenant(), "id": key, "call_id": call, "line_id": line, "at": at, "seconds": seconds,
        "until": at + timedelta(days=setting.recording_days), "media_type": media_type, "parts": len(pieces),
    }  # fmt: skip
    made = await session.execute(insert(Recording).values(values).on_conflict_do_nothing().returning(col(Recording.id)))
    if made.scalar() is None:
        found = select(Recording.id).where(Recording.call_id == call, Recording.at == at)
        return (await session.exec(found)).one()
    for part, piece in enumerate(pieces):
        await store().put(part_key(key, part), await seal(session, piece))
    return key


async def listed(session: Session, before: Key | None = None) -> tuple[list[tuple[Recording, Call, str]], Key | None]:
    """Recordings with their calls and lines, newest first; and the key after which the next page begins."""
    found = (
        select(Recording, Call, Line.name)
        .join(Call, (col(Call.tenant_id) == Recording.tenant_id) & (col(Call.id) == Recording.call_id))
        .join(Line, (col(Line.tenant_id) == Recording.tenant_id) & (col(Line.id) == Recording.line_id))
        .order_by(col(Recording.at).desc(), col(Recording.id).desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        found = found.where(tuple_(col(Recording.at), col(Recording.id)) < tuple_(*before))
    rows = [(row, call, line) for row, call, line in await session.exec(found)]
    older = (rows[PAGE - 1][0].at, rows[PAGE - 1][0].id) if len(rows) > PAGE else None
    return rows[:PAGE], older


async def recording(session: Session, key: UUID) -> Recording:
    """One recording. Raises NotFound, also for one whose time is over."""
    row = (await session.exec(select(Recording).where(Recording.id == key))).one_or_none()
    if row is None or row.until <= now():
        raise NotFound
    return row


async def sound(session: Session, row: Recording) -> bytes:
    """The whole recording, opened. Raises NotFound when a part of it is missing."""
    pieces = [await unseal(session, await store().get(part_key(row.id, part))) for part in range(row.parts)]
    return b"".join(pieces)


async def forget(session: Session, key: UUID) -> None:
    """Delete a recording with its sound; one that is gone is fine."""
    await session.execute(delete(Recording).where(col(Recording.id) == key))
    for each in await store().keys(f"recording/{current_tenant()}/{key}"):
        await store().delete(each)


async def sweep(session: Session, begun_before: datetime) -> int:
    """Delete the recordings whose time is over, or that began before this moment: however long a line keeps them, none
    outlives what its hotline keeps of the call. Returns how many went."""
    due = select(Recording.id).where((col(Recording.until) <= now()) | (col(Recording.at) < begun_before))
    keys = (await session.exec(due)).all()
    for key in keys:
        await forget(session, key)
    return len(keys)
