"""What a donor wishes about a monthly gift: written down once for each time that they press, carried out by a job."""

from typing import Any
from uuid import UUID

from billing.giving.settings import cover, giving_of
from billing.money import Money, shown
from billing.monthly.models import MonthlyGift
from billing.monthly.service import row_of
from billing.processor.operations import want
from infra.database import Session
from infra.errors import Conflict, Invalid
from infra.jobs import enqueue
from infra.scope import current_tenant
from infra.web import gettext as _
from infra.web import language
from tenants.directory.service import tenant_by_id

MOST_MONTHS = 6


async def change(session: Session, key: UUID, money: Money, *, covers: bool, token: str) -> None:
    """Give `money` each month from the next period on; nothing is charged for the running one. `covers` adds what the
    payment costs. Raises NotFound, Invalid (another currency, too little, too much), Conflict (it is over)."""
    row = await _running(session, key)
    giving = await giving_of(session, await tenant_by_id(session, current_tenant()))
    if money.currency != row.currency:
        raise Invalid(_("A monthly gift stays in its currency."), field="amount")
    bounded = row.currency == giving.settings.currency
    if money.minor <= 0 or (bounded and not giving.least <= money <= giving.most):
        least, most = shown(giving.least, language()), shown(giving.most, language())
        raise Invalid(_("Between %(least)s and %(most)s.", least=least, most=most), field="amount")
    added = cover(money, giving.settings) if covers and bounded else Money(0, row.currency)
    await _wish(session, row, token, {"act": "change", "minor": money.minor, "cover": added.minor})


async def pause(session: Session, key: UUID, months: int, *, token: str) -> None:
    """Leave out the next `months` (1 to 6) months; it goes on by itself. Raises NotFound, Invalid, Conflict."""
    if not 1 <= months <= MOST_MONTHS:
        raise Invalid(_("Between one month and six."), field="months")
    await _wish(session, await _running(session, key), token, {"act": "pause", "months": months})


async def resume(session: Session, key: UUID, *, token: str) -> None:
    """End a pause early: the next month is given again. Raises NotFound, Conflict."""
    await _wish(session, await _running(session, key), token, {"act": "resume"})


async def stop(session: Session, key: UUID, *, token: str) -> None:
    """End it at once: nothing more is ever charged; what was given stays given. Raises NotFound."""
    row = await row_of(session, key)
    if row.state != "ended":
        await _wish(session, row, token, {"act": "stop"})


async def _running(session: Session, key: UUID) -> MonthlyGift:
    row = await row_of(session, key)
    if row.state == "ended":
        raise Conflict(_("This monthly gift has ended. A new one can be begun on the donation page."))
    return row


async def _wish(session: Session, row: MonthlyGift, token: str, asked: dict[str, Any]) -> None:
    operation = await want(session, "monthly", f"monthly:{row.id}:{token}", asked, subject=row.id, params=asked)
    if operation.state == "wanted":
        told = {"monthly": str(row.id)}
        await enqueue(session, "monthly.wish", told, key=f"monthly.wish:{operation.id}")
