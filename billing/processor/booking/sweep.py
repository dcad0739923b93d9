"""What no event told of: every account is walked through now and then, and what the books lack is looked into."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from billing.processor.access import Gone, NotReady, Refused, at, client, plainly
from billing.processor.booking.found import booked
from billing.processor.booking.truth import refresh
from billing.processor.connect.service import left, renew
from billing.processor.models import Operation, Payee, PaymentAccount, PaymentRow, ProcessorEvent
from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue, job
from infra.scope import PLATFORM, current_tenant, tenant_scope

ROUND = timedelta(minutes=15)
OVERLAP = timedelta(days=3)
"""How far behind the last sweep one looks: a transaction may be told of later than it bears as its time."""
QUIET = timedelta(minutes=10)
"""So long a payment that isn't over is left to the processor's events."""
KEEP_EVENTS = timedelta(days=30)
LATE = timedelta(days=180)
"""So long after an account was let go something may still move on it: disputes are raised months later."""


async def begin(session: Session) -> None:
    """Owe the next round, unless it is owed already; a process calls it as it starts."""
    await enqueue(session, "processor.round", key="processor.round")


@job("processor.round", background=True)
async def go_round(session: Session) -> None:
    """Owe every account's sweep and the next round; forget events of which nobody will hear again."""
    for tenant in {PLATFORM, *await session.exec(select(Payee.tenant))}:
        with tenant_scope(tenant):
            await enqueue(session, "processor.sweep", key=f"processor.sweep:{tenant}")
    await session.execute(delete(ProcessorEvent).where(col(ProcessorEvent.received_at) < now() - KEEP_EVENTS))
    due = now() + ROUND
    await enqueue(session, "processor.round", due=due, key=f"processor.round:{due:%Y%m%dT%H%M}")


@job("processor.sweep", background=True)
async def sweep(session: Session) -> None:
    """Walk through the accounts of the hotline in scope, and its payments that aren't over."""
    for row in await _accounts(session):
        try:
            await _account(session, row)
        except (Gone, NotReady):
            if row.account:
                await left(session, row.account)
    old = (col(PaymentRow.state).in_(("open", "processing")), col(PaymentRow.changed_at) < now() - QUIET)
    for gift in await session.exec(select(PaymentRow.id).where(*old).order_by(col(PaymentRow.changed_at)).limit(200)):
        await enqueue(session, "processor.refresh", {"gift": str(gift)}, key=f"processor.refresh:{gift}")
    unanswered = (col(Operation.kind) == "refund", col(Operation.state) == "wanted")
    for operation in await session.exec(select(Operation.id).where(*unanswered)):
        await enqueue(session, "processor.refund", {"operation": str(operation)}, key=f"refund:{operation}")


async def _accounts(session: Session) -> list[PaymentAccount]:
    """The accounts in scope on which something may move; of the platform its own."""
    rows = list(await session.exec(select(PaymentAccount)))
    if not rows and current_tenant() == PLATFORM:
        rows = [PaymentAccount(account="", state="platform")]
        session.add_all(rows)
    return [row for row in rows if row.state != "disconnected" or now() - (row.checked_at or row.made_at) < LATE]


async def _account(session: Session, row: PaymentAccount) -> None:
    """Owe a look at each thing that moved on the account and isn't in the books."""
    began = now()
    if row.account and row.state != "disconnected":
        await renew(session, row.account)
    since = row.swept_to - OVERLAP if row.swept_to else None
    listed = [made async for made in transactions(row.account, since)]
    held = await booked(session, [f"txn:{made['id']}" for made in listed])
    for made in listed:
        if f"txn:{made['id']}" not in held and (made["amount"] or made["fee"]):
            told = {"account": row.account, "kind": "balance_transaction", "object": made["id"]}
            await enqueue(session, "processor.look", told, key=f"processor.look:{made['id']}")
    for payout in await _payouts(row.account, since):
        done = {f"payout:{payout['id']}", f"payout:{payout['id']}:back"} & await booked(
            session, [f"payout:{payout['id']}", f"payout:{payout['id']}:back"]
        )
        if (payout["status"] == "paid" and not done) or (payout["status"] in ("failed", "canceled") and len(done) == 1):
            told = {"account": row.account, "kind": "payout", "object": payout["id"]}
            await enqueue(session, "processor.look", told, key=f"processor.look:{payout['id']}")
    row.swept_to = began


async def transactions(account: str, since: datetime | None = None) -> AsyncIterator[dict[str, Any]]:
    """Every balance transaction of an account, newest first. Raises Unavailable, Gone."""
    asked: Any = {"limit": 100, "expand": ["data.source"]}
    if since:
        asked["created"] = {"gte": int(since.timestamp())}
    with plainly():
        listed = await client().v1.balance_transactions.list_async(asked, options=at(account))
        async for made in listed.auto_paging_iter():
            yield made.to_dict()


async def _payouts(account: str, since: datetime | None) -> list[Any]:
    asked: Any = {"limit": 100}
    if since:
        asked["created"] = {"gte": int((since - 2 * OVERLAP).timestamp())}
    try:
        with plainly():
            listed = await client().v1.payouts.list_async(asked, options=at(account))
            return [payout.to_dict() async for payout in listed.auto_paging_iter()]
    except Refused:  # an account without any
        return []


@job("processor.refresh")
async def look(session: Session, gift: str) -> None:
    """A payment that isn't over and of which nothing was heard."""
    await refresh(session, UUID(gift))
