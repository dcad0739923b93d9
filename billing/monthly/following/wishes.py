"""Carries out what a donor wished: each wish once, in the order in which they were made, however often this runs."""

from datetime import datetime
from uuid import UUID

import stripe
from sqlmodel import col, select

from billing.money import Money
from billing.monthly import letters
from billing.monthly.following.looking import look
from billing.monthly.models import MonthlyGift
from billing.processor.access import Refused
from billing.processor.checkout import months_said
from billing.processor.models import Operation
from billing.processor.operations import carry_out
from billing.processor.subscriptions import changing
from infra.database import Session
from infra.jobs import job


@job("monthly.wish")
async def carry(session: Session, monthly: str) -> None:
    """The job: ask the processor for all that is wished of a monthly gift, then look how it stands. What it refuses
    is kept as refused."""
    found = select(MonthlyGift).where(MonthlyGift.id == UUID(monthly)).with_for_update(key_share=True)
    row = (await session.exec(found)).one_or_none()
    if row is None:
        return
    wished = select(Operation).where(
        Operation.kind == "monthly", Operation.subject == row.id, Operation.state == "wanted"
    )
    for wish in list(await session.exec(wished.order_by(col(Operation.made_at), col(Operation.id)))):
        try:
            await carry_out(wish, lambda key, wish=wish: _ask(row, wish, key))  # type: ignore[misc]  # bound early
        except Refused:
            continue
        if wish.params["act"] == "stop":
            row.why_ended = "stopped"
            await session.flush()
    after = await look(session, row.id)
    if after is not None and after.why_ended == "stopped" and after.state == "ended":
        await letters.stopped(session, after)


async def _ask(row: MonthlyGift, wish: Operation, key: str) -> stripe.StripeObject:
    asked, account, named = wish.params, row.account, row.subscription
    match asked["act"]:
        case "change":
            money, added = Money(asked["minor"], row.currency), Money(asked["cover"], row.currency)
            said = months_said(row.begun, money, added)
            return await changing.reprice(account, named, money + added, said, key)
        case "pause":
            return await changing.pause(account, named, datetime.fromisoformat(asked["until"]), key)
        case "resume":
            return await changing.resume(account, named, key)
        case _:
            return await changing.cancel(account, named, key)
