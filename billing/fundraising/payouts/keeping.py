"""Keeps payouts as they are heard of, and fetches what each consists of."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.fundraising.models import Payout, PayoutLine
from billing.processor.amounts import from_stripe
from billing.processor.booking import payouts
from billing.processor.booking.payouts import PaidOut, consists_of, payouts_of
from billing.processor.models import PaymentAccount
from infra.clock import now
from infra.database import Session
from infra.ids import new_id
from infra.jobs import enqueue, job
from infra.scope import current_tenant


async def keep(session: Session, paid: PaidOut) -> None:
    """Write down a payout as it was just told, and owe its lines."""
    seen = {"state": paid.state, "arrives_at": paid.arrives_at, "looked_at": now()}
    made = insert(Payout).values(
        tenant_id=current_tenant(), id=new_id(), account=paid.account, payout=paid.id, currency=paid.money.currency,
        minor=paid.money.minor, automatic=paid.automatic, made_at=paid.made_at, **seen,
    )  # fmt: skip
    kept = made.on_conflict_do_update(index_elements=["tenant_id", "payout"], set_=seen).returning(col(Payout.id))
    key = (await session.execute(kept)).scalar_one()
    if paid.automatic:
        await enqueue(session, "payouts.list", {"payout": str(key)}, key=f"payouts.list:{key}:{paid.state}")


@job("payouts.list", background=True)
async def fetch_lines(session: Session, payout: str) -> None:
    """The job: fetch what a payout consists of, in the place of what was fetched before."""
    found = select(Payout).where(Payout.id == UUID(payout)).with_for_update()
    row = (await session.exec(found)).one_or_none()
    if row is None:
        return
    told = await consists_of(row.account, row.payout)
    await session.execute(delete(PayoutLine).where(col(PayoutLine.payout) == row.id))
    for txn in told:
        amount, fee, net = (from_stripe(each, txn.currency).minor for each in (txn.amount, txn.fee, txn.net))
        session.add(
            PayoutLine(
                payout=row.id, txn=txn.id, category=txn.category, at=txn.at, minor=amount, fee_minor=fee, net_minor=net
            )
        )
    row.listed_at = now()
    session.add(row)


@job("payouts.look", background=True)
async def look(session: Session) -> None:
    """The job: ask for all payouts of the hotline's accounts, also those of before they were kept."""
    for account in await session.exec(select(PaymentAccount.account)):
        for paid in await payouts_of(account):
            await keep(session, paid)


payouts.listeners.append(keep)
