"""Whether a hotline lays its books open, and in which currency: the one in which it takes gifts."""

from sqlmodel import select

from billing.giving.models import GivingSettings
from billing.giving.settings import OPEN_BOOKS, beginning
from infra.database import Session
from tenants.directory.models import Tenant
from tenants.profile.service import profile


async def wanted(session: Session) -> bool:
    """Whether everybody may see them; nobody may until the hotline says so."""
    return bool((await profile(session)).defaults.get(OPEN_BOOKS, False))


async def want(session: Session, yes: bool) -> None:
    """Show the page to everybody, or take it away. What was laid open stays, for when it is shown again."""
    row = await profile(session)
    row.defaults = {**row.defaults, OPEN_BOOKS: yes}


async def currency_of(session: Session, tenant: Tenant) -> str:
    """The hotline's currency."""
    row = (await session.exec(select(GivingSettings))).one_or_none() or beginning(tenant)
    return row.currency
