"""Messages that an Asterisk took while Hark was away: sealed, put among the hotline's voicemails, deleted there."""

import asyncio
import io
import logging
import wave
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlmodel import col

from hark.public.callers import caller_with
from hark.switchboard import left
from hark.switchboard.calls import token_hash
from hark.switchboard.models import Call
from hark.switchboard.published import published_version
from infra.carriers.asterisk.sounds import whole
from infra.carriers.reading import e164
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.scope import no_scope, tenant_scope
from tenants.directory.models import Number, Tenant
from tenants.directory.service import number_dialled, tenant_by_id
from tenants.flows.engine import State, dump_state
from tenants.lines.models import Line

log = logging.getLogger(__name__)
SETTLED = 15.0
"""Seconds after which nobody speaks into a file any more."""


async def bring_in(folders: Iterable[str]) -> int:
    """Take in what lies in these folders; a file goes once its message is kept. How many messages were kept."""
    kept = 0
    for folder in folders:
        for path in await asyncio.to_thread(_finished, folder):
            try:
                kept += await _take(path)
            except Exception:  # one bad file must not hide the others; it stays, and is looked at again
                log.exception("a message stays at the switch: %s", path.name)
    return kept


def _finished(folder: str) -> list[Path]:
    there = Path(folder)
    if not folder or not there.is_dir():
        return []
    return sorted(path for path in there.glob("*_*_*_*.wav") if now().timestamp() - path.stat().st_mtime > SETTLED)


async def _take(path: Path) -> bool:
    dialled, caller, begun, _ = path.stem.split("_", 3)
    data = whole(await asyncio.to_thread(path.read_bytes))
    with no_scope():
        async with unit_of_work() as session:
            number = await number_dialled(session, dialled)
            tenant = await tenant_by_id(session, number.tenant) if number and number.tenant else None
    if number is None or tenant is None or number.line is None:
        log.warning("a message for a number of nobody's is deleted")
        await asyncio.to_thread(path.unlink)
        return False
    with tenant_scope(tenant.id):
        async with unit_of_work() as session:
            at, seconds = datetime.fromtimestamp(int(begun), UTC), max(1, _seconds(data))
            await keep(session, tenant, number, path.name, caller, at, data, seconds)
    await asyncio.to_thread(path.unlink)
    return True


async def keep(
    session: Session,
    tenant: Tenant,
    number: Number,
    name: str,
    caller: str,
    at: datetime,
    data: bytes,
    seconds: int,
    *,
    carrier: str = "asterisk",
) -> None:
    """The call as it would stand here had we been there; found again under the same name, it is kept once."""
    key = uuid5(NAMESPACE_URL, f"{tenant.id}/{name}")
    if (await session.execute(select(col(Call.id)).where(col(Call.id) == key))).scalar() is None:
        line = await session.get_one(Line, (tenant.id, number.line))
        known = e164(caller, tenant.country)
        state = State(phase="ended", visit=1, language=tenant.languages[0], outcome="abandoned")
        session.add(
            Call(
                id=key, line_id=line.id, flow_version_id=await published_version(session, line),
                caller_id=await caller_with(session, known) if known else None, channel="phone", carrier=carrier,
                dialled=number.e164, token_hash=token_hash(key.hex), language=state.language, state=dump_state(state),
                phase="ended", started_at=at, ended_at=now(), outcome=state.outcome,
            )
        )  # fmt: skip
        await session.flush()
    await left.keep_whole(session, key, 0, data, "audio/wav", seconds)


def _seconds(sound: bytes) -> int:
    try:
        with wave.open(io.BytesIO(sound)) as file:
            return int(file.getnframes() / file.getframerate())
    except (wave.Error, EOFError):
        return 0
