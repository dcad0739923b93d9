"""Monthly gifts for other slices: how they stand, and what their donors wish, written down and carried out by a job.

A wish is one for each `token` (of the form that was sent): sent twice, it is carried out once.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from billing.giving.settings import cover, giving_of
from billing.money import Money, shown
from billing.monthly.models import MonthlyGift
from billing.monthly.standing import Standing, monthly_of, row_of, standing
from billing.months import next_after, nth
from billing.processor.checkout import LANGUAGES
from billing.processor.operations import want
from billing.processor.subscriptions import changing
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.errors import Conflict, Invalid
from infra.jobs import enqueue
from infra.scope import current_tenant
from infra.web import gettext as _
from infra.web import language
from tenants.directory.service import tenant_by_id

__all__ = ["Standing", "card_page", "change", "monthly_of", "pause", "resume", "standing", "stop"]
MOST_MONTHS = 6
SURELY_OVER = timedelta(days=4)
"""So long after a month has begun nothing of it is charged any more: the processor waits up to three days for our
answer before it finalises an invoice."""


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
    asked = {"act": "change", "minor": money.minor, "covers": covers}
    await _wish(session, row, token, asked, {"cover": added.minor})


async def pause(session: Session, key: UUID, months: int, *, token: str) -> None:
    """Leave out the next `months` (1 to 6) months; it goes on by itself. Raises NotFound, Invalid, Conflict."""
    if not 1 <= months <= MOST_MONTHS:
        raise Invalid(_("Between one month and six."), field="months")
    row = await _running(session, key)
    first, _at = next_after(row.anchor, now())
    until = nth(row.anchor, first + months - 1) + SURELY_OVER  # after the last that is left out, before the next
    await _wish(session, row, token, {"act": "pause", "months": months}, {"until": until.isoformat()})


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


async def card_page(key: UUID, back: str) -> str:
    """The address of the processor's page on which another card is left; it leads back to `back`, a whole address. In
    the hotline's scope, outside of any unit of work. Raises NotFound, Conflict (it is over, or was begun just now),
    Unavailable (nothing lost), NotReady, Refused."""
    async with unit_of_work() as session:
        row = await _running(session, key)
    if not row.customer:
        raise Conflict(_("This monthly gift has just begun. Try again in a minute."))
    return await changing.card_page(row.account, row.customer, back, LANGUAGES.get(language(), language()))


async def _wish(
    session: Session, row: MonthlyGift, token: str, asked: dict[str, Any], more: dict[str, Any] | None = None
) -> None:
    """Write a wish down and owe it. `asked` is what its donor said; `more` is what that comes to today."""
    name, kept = f"monthly:{row.id}:{token}", asked | (more or {})
    operation = await want(session, "monthly", name, asked, subject=row.id, params=kept)
    if operation.state == "wanted":
        told = {"monthly": str(row.id)}
        await enqueue(session, "monthly.wish", told, key=f"monthly.wish:{operation.id}")
