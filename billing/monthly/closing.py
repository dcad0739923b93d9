"""Ends what would go on charging donors after a hotline is gone: nobody could stop it here any more."""

from contextlib import suppress

from sqlmodel import col, select

from billing.monthly.models import MonthlyGift
from billing.processor.access import NotReady, Refused, plainly
from billing.processor.checkout import shut
from billing.processor.models import PaymentRow
from billing.processor.subscriptions import changing
from infra.database import Session


async def end_all(session: Session) -> None:
    """End every monthly gift of the hotline in scope at the processor, and shut the pages on which one could still be
    begun. Done again it does nothing more. An account that doesn't let us in is left to its owner, in whose dashboard
    they are. Raises Unavailable."""
    for gift in list(await session.exec(select(PaymentRow.id).where(PaymentRow.state == "open"))):
        await shut(session, gift)
    for row in list(await session.exec(select(MonthlyGift).where(col(MonthlyGift.state) != "ended"))):
        with suppress(Refused, NotReady), plainly():
            await changing.cancel(row.account, row.subscription, f"closing:{row.id}")
