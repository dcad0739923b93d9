"""Exports: asked for, built, fetched once, forgotten."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from infra.clock import now
from infra.database import Session
from infra.errors import NotFound
from infra.jobs import enqueue, job
from infra.scope import current_tenant, no_scope
from infra.storage import store
from infra.vault import open_platform, seal_platform
from infra.web import language
from provisioning.closing.archive import zipped
from provisioning.closing.models import Export
from tenants.directory.models import Tenant

KEPT_FOR = timedelta(days=7)
KEPT_AFTER_FETCHING = timedelta(hours=1)
"""A download that broke off on a bad line can be begun again within the hour."""


async def latest_export(session: Session, tenant: UUID, account: UUID) -> Export | None:
    """The newest export of a hotline that this person asked for and that isn't gone."""
    found = select(Export).where(Export.tenant == tenant, Export.account == account, Export.state != "gone")
    return (await session.exec(found.order_by(col(Export.id).desc()))).first()


async def ask_export(session: Session, tenant: Tenant, account: UUID) -> Export:
    """Owe an export of the tenant in scope; one that is being built is not begun twice."""
    held = await latest_export(session, tenant.id, account)
    if held is not None and held.state == "building":
        return held
    row = Export(
        tenant=tenant.id, account=account, hotline=tenant.name, language=language(), expires_at=now() + KEPT_FOR
    )
    session.add(row)
    await session.flush()
    await enqueue(session, "closing.export", {"export": str(row.id)}, key=f"closing.export:{row.id}")
    return row


@job("closing.export")
async def build_owed(session: Session, export: str) -> None:
    """Build what was asked for, in the tenant's scope."""
    row = await session.get(Export, UUID(export))
    if row is not None and row.state == "building" and row.tenant == current_tenant():
        await build(session, row)


async def build(session: Session, row: Export | None) -> None:
    """Build an export, or build it anew, and owe its end."""
    assert row is not None, "somebody asks for an export before anything is closed"
    data = await zipped(session)
    await store().put(row.storage_key, seal_platform(data))
    row.state, row.size, row.expires_at, row.fetched_at = "ready", len(data), now() + KEPT_FOR, None
    session.add(row)
    await _owe_end(session, row)


async def _owe_end(session: Session, row: Export) -> None:
    with no_scope():  # it has to outlive the tenant
        await enqueue(session, "closing.forget", {"export": str(row.id)}, due=row.expires_at)


async def export_of(session: Session, key: UUID, account: UUID) -> Export:
    """An export that can be fetched by this person. Raises NotFound for everybody else, and once it is gone."""
    row = await session.get(Export, key)
    if row is None or row.account != account or row.state != "ready" or row.expires_at <= now():
        raise NotFound
    return row


async def fetch(session: Session, row: Export) -> bytes:
    """The zip. It is meant to be fetched once, and is gone an hour later."""
    data = open_platform(await store().get(row.storage_key))
    if row.fetched_at is None:
        row.fetched_at, row.expires_at = now(), min(row.expires_at, now() + KEPT_AFTER_FETCHING)
        session.add(row)
        await _owe_end(session, row)
    return data


@job("closing.forget")
async def forget(session: Session, export: str) -> None:
    """Delete an export whose time is over, with the name of what it came from."""
    row = await session.get(Export, UUID(export))
    if row is not None and row.state == "ready" and row.expires_at <= now():
        await store().delete(row.storage_key)
        row.state, row.hotline = "gone", ""
        session.add(row)
