"""Prints receipts and statements: set once for what they say, kept sealed, set anew when that changes."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from billing.printing.ink import hotline_ink
from billing.printing.press import ROOT, pdf
from billing.receipts.facts import Facts, facts_of
from billing.receipts.models import Receipt, ReceiptYear
from billing.receipts.paper.wording import receipt_words, year_words
from billing.receipts.service import chain
from billing.receipts.years import entries_of, has_moved
from infra.clock import now
from infra.database import Session
from infra.errors import NotFound
from infra.scope import current_tenant
from infra.settings import settings
from infra.storage import store
from infra.vault import seal, unseal
from infra.web import speaking
from tenants.directory.service import tenant_by_id

HERE = Path(__file__).parent


async def receipt_link(session: Session, facts: Facts) -> str:
    """The donor's own address of a receipt."""
    tenant = await tenant_by_id(session, current_tenant())
    return f"{settings().base_url}/h/{tenant.slug}/receipts/{facts.token}"


async def year_link(session: Session, token: str) -> str:
    """The donor's own address of a year's statement."""
    tenant = await tenant_by_id(session, current_tenant())
    return f"{settings().base_url}/h/{tenant.slug}/receipts/years/{token}"


async def statement_link(session: Session, row: ReceiptYear, facts: Facts) -> str:
    """Where whoever gets this statement finds it again: its own address, or the page of their gifts."""
    if await has_moved(session, row, facts):
        tenant = await tenant_by_id(session, current_tenant())
        return f"{settings().base_url}/h/{tenant.slug}/my-gifts"
    return await year_link(session, (await unseal(session, row.sealed)).decode())


async def receipt_pdf(session: Session, row: Receipt, language: str = "") -> bytes:
    """A receipt as PDF, in its own language or another. Raises infra.vault.Erased once the key is destroyed."""
    facts = await facts_of(session, row.sealed)
    before, after = await chain(session, row)
    tenant = await tenant_by_id(session, current_tenant())
    with speaking(language or row.language):
        words = receipt_words(
            row, facts, await receipt_link(session, facts), zone=tenant.zone,
            before=before.label if before else "", after=after.label if after else "",
        )  # fmt: skip
    return await _kept(session, row.id, HERE / "receipt.typ", words)


async def year_pdf(session: Session, row: ReceiptYear, language: str = "", *, email: str = "") -> bytes:
    """A year's statement as PDF, as the receipts stand now; for `email`, see `entries_of`. Raises NotFound when none of
    them stands any more."""
    entries = await entries_of(session, row, email)
    if not entries:
        raise NotFound
    with speaking(language or entries[-1][0].language):
        words = year_words(row.year, entries, await statement_link(session, row, entries[-1][1]))
    return await _kept(session, row.id, HERE / "statement.typ", words)


async def _kept(session: Session, key: UUID, layout: Path, words: Mapping[str, Any]) -> bytes:
    """The paper as it lies in the store, or set now and put there in place of what said something else."""
    words = {**words, "accent": await hotline_ink(session)}
    folder = f"receipts/{current_tenant()}/{key}"
    said = json.dumps(words, ensure_ascii=False, sort_keys=True) + _layouts()
    name = f"{folder}/{words['language']}-{hashlib.sha256(said.encode()).hexdigest()[:16]}/pdf"
    try:
        return await unseal(session, await store().get(name))
    except NotFound:
        made = await pdf(layout, words, made_at=now())
    stale = [old for old in await store().keys(folder) if f"/{words['language']}-" in old]
    await store().put(name, await seal(session, made))
    for old in stale:
        await store().delete(old)
    return made


@lru_cache(maxsize=1)
def _layouts() -> str:
    """What the layouts say, as one hash: papers are set anew when Hark's next version draws them otherwise."""
    files = sorted([*HERE.glob("*.typ"), *(ROOT / "printing").glob("*.typ")])
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
