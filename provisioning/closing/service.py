"""The decision to close a hotline."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Invalid, NotFound
from provisioning.closing.exports import latest_export
from provisioning.closing.models import Export
from provisioning.closing.steps import CLOSE
from provisioning.steps.run import begin
from tenants.directory.models import Tenant


async def close(session: Session, tenant: Tenant, account: UUID, typed: str) -> None:
    """Begin to close the tenant in scope. Raises Invalid unless its name was typed, Conflict before there is an export
    and while somebody is on the line."""
    if typed.strip() != tenant.name.strip():
        raise Invalid("That isn't the hotline's name. Nothing was changed.", field="name")
    export = await latest_export(session, tenant.id, account)
    if export is None or export.state != "ready":
        raise Conflict("There is no export yet. Prepare it first; then close the hotline.")
    live = await session.execute(text("SELECT count(*) FROM call WHERE ended_at IS NULL"))
    if live.scalar_one():
        raise Conflict("Somebody is on the line just now. Close the hotline once the call is over.")
    export.closing_at = now()
    session.add(export)
    await begin(session, CLOSE.name, tenant.id)


async def closing_of(session: Session, tenant: UUID, account: UUID) -> Export:
    """The export of the person who is closing a hotline. Raises NotFound for everybody else."""
    found = select(Export).where(
        Export.tenant == tenant, Export.account == account, col(Export.closing_at).is_not(None)
    )
    row = (await session.exec(found.order_by(col(Export.id).desc()))).first()
    if row is None:
        raise NotFound
    return row
