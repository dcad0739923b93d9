"""Which kinds of telephone the hotline's calls can ring: that hangs on the companies that its numbers are with."""

from sqlmodel import select

from hark.answering.softphone import switches
from hark.switchboard.offering.reach import devices
from infra.database import Session
from infra.scope import current_tenant
from tenants.directory.models import Number

SANDBOX = "sandbox"


async def reached(session: Session) -> frozenset[str]:
    """The kinds that at least one of the hotline's real numbers can ring; none without such a number."""
    found = select(Number.carrier, Number.second_carrier, Number.by).where(
        Number.tenant == current_tenant(), Number.carrier != SANDBOX
    )
    kinds: set[str] = set()
    for first, second, by in await session.exec(found.distinct()):
        kinds |= devices(second if by == "second" else first)
    return frozenset(kinds if switches() else kinds - {"browser", "desk"})


async def wanted(session: Session) -> bool:
    """Whether telephone calls may come to a browser at all."""
    return "browser" in await reached(session)


async def browser_left_out(session: Session) -> bool:
    """Whether telephones ring for this hotline, and browsers can't be among them."""
    kinds = await reached(session)
    return bool(kinds) and "browser" not in kinds
