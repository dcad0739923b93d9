"""Finding tenants and naming new ones."""

from uuid import UUID

from slugify import slugify
from sqlalchemy import any_, bindparam, update
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlmodel import col, select

from infra.carriers.reading import readings
from infra.clock import now
from infra.database import Session
from infra.errors import NotFound
from tenants.directory.models import Host, Number, Tenant

RESERVED = {"admin", "api", "hark", "health", "new", "outbox", "platform", "static", "www"}

_DIALLED = select(Number).where(
    col(Number.e164) == any_(bindparam("meant", type_=ARRAY(TEXT))),
    col(Number.tenant).is_not(None),
    col(Number.status).in_(("held", "reserved")),
)


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


async def all_numbers_of(session: Session, tenant: UUID) -> list[Number]:
    """A tenant's numbers, those on their way to it included."""
    found = select(Number).where(Number.tenant == tenant).order_by(Number.e164)
    return list(await session.exec(found))


async def numbers_of(session: Session, tenant: UUID) -> list[Number]:
    """The numbers by which callers reach a tenant."""
    return [row for row in await all_numbers_of(session, tenant) if row.status == "held"]


async def listed_numbers(session: Session, tenant: UUID) -> list[Number]:
    """Those that its public page names."""
    return [row for row in await numbers_of(session, tenant) if row.listed]


async def number_of(session: Session, tenant: UUID, key: UUID, *, lock: bool = False) -> Number:
    """One of a tenant's numbers. Raises NotFound, also for another tenant's."""
    found = select(Number).where(Number.id == key, Number.tenant == tenant)
    row = (await session.exec(found.with_for_update() if lock else found)).one_or_none()
    if row is None:
        raise NotFound
    return row


async def number_dialled(session: Session, text: str, country: str = "", *, trunk: UUID | None = None) -> Number | None:
    """The number that a carrier says was dialled, with its tenant, line and settings; None when nobody has it.

    One indexed look-up, in any scope. `text` is as it came: an address, international, or national in `country` (ISO
    3166 alpha-2, a trunk's). A hotline's own trunk may only bring that hotline's calls: say which with `trunk`.
    """
    if not (meant := readings(text, country)):
        return None
    rows = {row.e164: row for row in await session.exec(_DIALLED, params={"meant": meant})}
    return next((row for each in meant if (row := rows.get(each)) and trunk in (None, row.trunk)), None)


async def call_came(session: Session, key: UUID) -> None:
    """A call for this number has come in, so it works; only the first one is written down."""
    await session.execute(
        update(Number)
        .where(col(Number.id) == key, col(Number.verified_at).is_(None), col(Number.tenant).is_not(None))
        .values(verified_at=now())
    )


async def shown_number(session: Session, tenant: UUID) -> Number | None:
    """The number that the tenant's own calls show: the one chosen, else its oldest; None while it has none."""
    held = select(Number).where(Number.tenant == tenant, Number.status == "held")
    return (await session.exec(held.order_by(col(Number.shown).desc(), col(Number.id)).limit(1))).first()


async def free_slug(session: Session, name: str) -> str:
    """A slug made of a hotline's name (Chinese by its sounds) that nobody has; numbered when taken."""
    base = slugify(name, max_length=40) or "hotline"
    if base in RESERVED:
        base = f"{base}-line"
    taken = set(await session.exec(select(Tenant.slug).where(col(Tenant.slug).startswith(base))))
    if base not in taken:
        return base
    return next(slug for n in range(2, 10_000) if (slug := f"{base}-{n}") not in taken)
