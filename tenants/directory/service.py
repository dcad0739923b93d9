"""Finding tenants and naming new ones."""

from uuid import UUID

from slugify import slugify
from sqlmodel import col, select

from infra.database import Session
from infra.errors import NotFound
from tenants.directory.models import Host, Number, Tenant

RESERVED = {"admin", "api", "hark", "health", "new", "outbox", "platform", "static", "www"}


async def tenant_by_slug(session: Session, slug: str) -> Tenant:
    """The tenant of this name. Raises NotFound, also for a closed one."""
    row = (await session.exec(select(Tenant).where(Tenant.slug == slug))).one_or_none()
    if row is None or row.status == "closed":
        raise NotFound
    return row


async def tenant_by_id(session: Session, key: UUID) -> Tenant:
    """The tenant with this id. Raises NotFound."""
    row = await session.get(Tenant, key)
    if row is None:
        raise NotFound
    return row


async def tenant_by_host(session: Session, host: str) -> Tenant | None:
    """The tenant whose domain this is, if any."""
    name = host.split(":", 1)[0].lower()
    found = select(Tenant).join(Host, col(Host.tenant) == Tenant.id).where(Host.name == name)
    row = (await session.exec(found)).one_or_none()
    return row if row and row.status != "closed" else None


async def numbers_of(session: Session, tenant: UUID) -> list[Number]:
    """The numbers that a tenant holds."""
    found = select(Number).where(Number.tenant == tenant).order_by(Number.e164)
    return list(await session.exec(found))


async def free_slug(session: Session, name: str) -> str:
    """A slug made of a hotline's name (Chinese by its sounds) that nobody has; numbered when taken."""
    base = slugify(name, max_length=40) or "hotline"
    if base in RESERVED:
        base = f"{base}-line"
    taken = set(await session.exec(select(Tenant.slug).where(col(Tenant.slug).startswith(base))))
    if base not in taken:
        return base
    return next(slug for n in range(2, 10_000) if (slug := f"{base}-{n}") not in taken)
