"""What callers leave behind: a voicemail in sealed parts, a call-back on their own conditions."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Row, func, literal_column, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from hark.switchboard import calls
from hark.switchboard.models import Callback, Voicemail
from hark.switchboard.waiting import has_left
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Invalid
from infra.ids import new_id
from infra.scope import current_tenant
from infra.storage import store
from infra.vault import seal, unseal
from tenants.flows.engine import events as on

MOST_PARTS = 900
PART_LIMIT = 1024 * 1024


def part_key(call: UUID, take: int, part: int) -> str:
    """Where a part of a call's voicemail is stored."""
    return f"voicemail/{current_tenant()}/{call}/{take:03}/{part:05}"


async def keep_part(session: Session, call: UUID, take: int, part: int, data: bytes, media_type: str) -> None:
    """Keep one part of a recording; sent again, it is kept once. The first part of a take replaces an earlier take.

    Raises Conflict when nothing is being recorded.
    """
    if not 0 <= part < MOST_PARTS or not 0 < take < 100 or not 0 < len(data) <= PART_LIMIT:
        raise Invalid("This part of the recording can't be used.")
    state = await calls.lock(session, call)
    kept = select(col(Voicemail.status)).where(col(Voicemail.call_id) == call, col(Voicemail.visit) == 0)
    status = (await session.execute(kept)).scalar()
    recording = state.phase == "guided" or status == "recording"
    if not recording or status not in (None, "recording"):
        raise Conflict("The recording is over; what was kept of it is safe.")
    await store().put(part_key(call, take, part), await seal(session, data))
    statement = insert(Voicemail).values(
        tenant_id=current_tenant(), id=new_id(), call_id=call, visit=0, status="recording", media_type=media_type,
        take=take, parts=part + 1, seconds=0, at=now(),
    )  # fmt: skip
    begun = {"take": take, "parts": 1, "media_type": media_type}
    further = {"parts": func.greatest(col(Voicemail.parts), statement.excluded.parts)}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "call_id", "visit"],
            set_=begun if part == 0 else further,
            where=true() if part == 0 else col(Voicemail.take) == take,
        )
    )


async def finish(session: Session, call: UUID, seconds: int | None = None) -> bool:
    """The recording is complete, or as complete as it will be: True when there is anything to hear."""
    await calls.lock(session, call)
    kept = await session.execute(
        update(Voicemail)
        .where(col(Voicemail.call_id) == call, col(Voicemail.parts) > 0, col(Voicemail.status) == "recording")
        .values(status="new", **({} if seconds is None else {"seconds": seconds}))
        .returning(col(Voicemail.id))
    )
    key = kept.scalar()
    if key is None:
        found = select(col(Voicemail.id)).where(col(Voicemail.call_id) == call, col(Voicemail.parts) > 0)
        return (await session.execute(found)).scalar() is not None
    await has_left(session, "voicemail", key)
    state = await calls.lock(session, call)
    await calls.handle(session, call, on.VoicemailSaved(at=now(), visit=state.visit))
    return True


async def keep_whole(
    session: Session, call: UUID, visit: int | None, data: bytes, media_type: str, seconds: int
) -> bool:
    """Keep a recording that a carrier made, which arrives in one piece and perhaps after the caller has hung up.

    `visit` is the one in which it was ordered: each may leave a message. False when this one's is kept already: told
    again, nothing changes. Raises Invalid for one without sound.
    """
    if not data or seconds <= 0:
        raise Invalid("This recording is empty.")
    await calls.lock(session, call)
    take = max(1, visit or 0)
    pieces = [data[start : start + PART_LIMIT] for start in range(0, len(data), PART_LIMIT)]
    kept = await session.execute(
        insert(Voicemail)
        .values(
            tenant_id=current_tenant(),
            id=new_id(),
            call_id=call,
            visit=visit or 0,
            status="new",
            media_type=media_type,
            take=take,
            parts=len(pieces),
            seconds=seconds,
            at=now(),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "call_id", "visit"])
        .returning(col(Voicemail.id))
    )
    key = kept.scalar()
    if key is None:
        return False
    for part, piece in enumerate(pieces):
        await store().put(part_key(call, take, part), await seal(session, piece))
    await has_left(session, "voicemail", key)
    await calls.handle(session, call, on.VoicemailSaved(at=now(), visit=visit))
    return True


async def sound(session: Session, voicemail: Voicemail) -> bytes:
    """The whole recording, opened; parts that never arrived are left out."""
    whole = b""
    there = set(await store().keys(f"voicemail/{current_tenant()}/{voicemail.call_id}"))
    for part in range(voicemail.parts):
        key = part_key(voicemail.call_id, voicemail.take, part)
        if key in there:
            whole += await unseal(session, await store().get(key))
    return whole


async def forget(call: UUID) -> None:
    """Remove what is stored of a call's voicemail."""
    for key in await store().keys(f"voicemail/{current_tenant()}/{call}"):
        await store().delete(key)


async def book_callback(
    session: Session, call: UUID, *, reach: dict[str, str], window: dict[str, Any], voicemail_ok: bool
) -> None:
    """Keep a call-back that the caller asked for; asked again for the same call, the newer wish counts."""
    await calls.lock(session, call)
    sealed = await seal(session, json.dumps(reach).encode())
    values = {"sealed": sealed, "window": window, "voicemail_ok": voicemail_ok}
    statement = insert(Callback).values(
        tenant_id=current_tenant(), id=new_id(), call_id=call, status="new", at=now(), **values
    )
    asked = await session.execute(
        statement.on_conflict_do_update(index_elements=["tenant_id", "call_id"], set_=values).returning(
            col(Callback.id), literal_column("xmax = 0", Boolean)
        )
    )
    row: Row[UUID, bool] = asked.one()
    key, first = row
    if first:
        await has_left(session, "callback", key)
    state = await calls.lock(session, call)
    await calls.handle(session, call, on.CallbackBooked(at=now(), visit=state.visit))
