"""From the id in a page's address to the account that it belongs to."""

from sqlmodel import select

from billing.simulated.models import SimulatedObject
from billing.simulated.till import Till
from billing.simulated.wire.shapes import Data
from infra.database import Session
from infra.errors import NotFound


async def object_of(session: Session, kind: str, ref: str) -> tuple[Till, Data]:
    """An object of any account, and that account's till, held against everybody else. Raises NotFound."""
    wanted = select(SimulatedObject.account).where(SimulatedObject.kind == kind, SimulatedObject.ref == ref)
    account = (await session.exec(wanted)).first()
    if account is None:
        raise NotFound
    till = Till(session, account)
    await till.alone()
    data = await till.seek(kind, ref)
    if data is None or data.get("deleted"):
        raise NotFound
    return till, data


async def name_of(till: Till) -> str:
    """What the account calls itself to payers."""
    account = await till.other("").seek("account", till.account) if till.account else None
    profile = (account or {}).get("business_profile") or {}
    dashboard = ((account or {}).get("settings") or {}).get("dashboard") or {}
    return str(profile.get("name") or dashboard.get("display_name") or "Hark")
