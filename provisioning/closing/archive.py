"""Builds the export: a zip of everything that a hotline holds, opened, as JSON for programs and CSV for people."""

import csv
import io
import json
import zipfile
from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import text

from billing.ledger.digest.proofs import whole_chain
from billing.ledger.pages.journal import journal
from infra.clock import now
from infra.database import Session
from infra.scope import current_tenant
from infra.storage import store
from infra.vault import unseal
from provisioning.closing.tables import tenant_tables
from tenants.directory.models import Tenant

FILES = ("voicemail", "recording", "prompt", "campaign", "receipts")
"""Kinds of files that are kept as <kind>/<tenant>/…/<part>, each part sealed."""
PLAIN = frozenset({"prompt", "campaign"})
"""Those that everybody hears or sees: kept as <kind>/<tenant>/<name>, and not sealed."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With the wide forms of the first four, which spreadsheets in East Asia take for the same."""
ENDINGS = {b"\x1aE\xdf\xa3": ".webm", b"OggS": ".ogg", b"RIFF": ".wav", b"%PDF": ".pdf"}


async def zipped(session: Session) -> bytes:
    """The zip of the tenant in scope. What can't be opened any more is left out and named in `unreadable.txt`."""
    made = io.BytesIO()
    unreadable: list[str] = []
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hotline.json", await _about(session))
        for table in await tenant_tables(session):
            rows = await _rows(session, table, unreadable)
            archive.writestr(f"json/{table}.json", json.dumps(rows, ensure_ascii=False, indent=1, default=str))
            archive.writestr(f"csv/{table}.csv", _csv(rows))
        archive.writestr("books/journal.csv", "".join([lines async for lines in journal(session)]))
        archive.writestr("books/days.json", json.dumps({"days": await whole_chain(session)}, indent=1))
        for kind in FILES:
            for name, data in (await _files(session, kind, unreadable)).items():
                archive.writestr(name, data)
        if unreadable:
            archive.writestr("unreadable.txt", "\n".join(unreadable))
    return made.getvalue()


async def _about(session: Session) -> str:
    tenant = await session.get(Tenant, current_tenant())
    assert tenant is not None, "only a hotline that is in the directory can be exported"
    about = {**tenant.model_dump(), "exported_at": now()}
    return json.dumps(about, ensure_ascii=False, indent=1, default=str)


async def _rows(session: Session, table: str, unreadable: list[str]) -> list[dict[str, Any]]:
    found = await session.execute(text(f'SELECT * FROM "{table}"'))  # noqa: S608 - a name that the database gave us
    rows = []
    for row in found.mappings():
        opened: dict[str, Any] = {}
        for column, value in row.items():
            if column == "tenant_id":
                continue
            if not isinstance(value, bytes | memoryview):
                opened[column] = value
            elif "sealed" in column:
                name = column.replace("sealed_", "").replace("_sealed", "").replace("sealed", "contents")
                opened[name] = await _opened(session, bytes(value), f"{table} {row.get('id')}", unreadable)
        rows.append(opened)
    return rows


async def _opened(session: Session, blob: bytes, where: str, unreadable: list[str]) -> Any:
    try:
        plain = (await unseal(session, blob)).decode()
    except ValueError:
        unreadable.append(where)
        return None
    try:
        return json.loads(plain)
    except ValueError:
        return plain


def _csv(rows: list[dict[str, Any]]) -> str:
    """With a byte order mark, for spreadsheets; a text that one would take for a formula is marked as text."""
    made = io.StringIO()
    made.write("\ufeff")
    writer = csv.writer(made)
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow([_cell(value) for value in row.values()])
    return made.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    said = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
    return f"'{said}" if isinstance(value, str) and said.startswith(FORMULA) else said


async def _files(session: Session, kind: str, unreadable: list[str]) -> dict[str, bytes]:
    whole: dict[str, bytes] = defaultdict(bytes)
    keys = sorted(await store().keys(f"{kind}/{current_tenant()}"))
    if kind in PLAIN:
        return {f"files/{kind}/{key.rpartition('/')[2]}": await store().get(key) for key in keys}
    for key in keys:
        folder = key.rpartition("/")[0].removeprefix(f"{kind}/{current_tenant()}/").replace("/", "-")
        try:
            whole[f"files/{kind}/{folder}"] += await unseal(session, await store().get(key))
        except ValueError:
            unreadable.append(key)
    return {name + _ending(data): data for name, data in whole.items()}


def _ending(data: bytes) -> str:
    return ENDINGS.get(data[:4], ".mp4" if data[4:8] == b"ftyp" else "")


async def discard_files(tenant: UUID) -> None:
    """Remove every file of a tenant."""
    for kind in FILES:
        for key in await store().keys(f"{kind}/{tenant}"):
            await store().delete(key)
