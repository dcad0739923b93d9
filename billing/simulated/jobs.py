"""What the simulated processor does by itself: events are told until they are taken, subscriptions renew."""

from datetime import timedelta
from uuid import UUID

import httpx
from sqlalchemy import delete
from sqlmodel import col, select
from stripe._webhook import WebhookSignature

from billing.simulated import families
from billing.simulated.models import SimulatedAnswer, SimulatedDelivery, SimulatedObject
from billing.simulated.paying.charging import settle_as_told
from billing.simulated.paying.refunding import arrive, pay_out_all
from billing.simulated.renewing.parts import OVER
from billing.simulated.renewing.renewal import due_at, expect, happen
from billing.simulated.till import Till
from billing.simulated.wire.answers import as_text
from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue, job

TIMEOUT = 10.0
KEYS_LIVE, EVENTS_LIVE = timedelta(days=1), timedelta(days=30)
"""How long the real one remembers an idempotency key, and an event."""
assert families.FAMILIES, "sessions, invoices and subscriptions follow what is done here"


class NotTaken(Exception):
    """The address didn't answer 2xx; it is told again later."""


@job("simulated.deliver")
async def deliver(session: Session, delivery: str) -> None:
    """Send one event. Raises NotTaken when the address doesn't take it, and httpx.HTTPError when it isn't there."""
    async with httpx.AsyncClient(timeout=TIMEOUT) as client:
        await send(session, UUID(delivery), client)


async def send(session: Session, key: UUID, client: httpx.AsyncClient) -> int | None:
    """Send one event by this client; the status of the answer, None where it was told already. Raises as `deliver`."""
    row = await session.get(SimulatedDelivery, key)
    if row is None or row.dropped or row.delivered_at:
        return None
    wanted = select(SimulatedObject).where(SimulatedObject.kind == "event", SimulatedObject.ref == row.event)
    event = (await session.exec(wanted)).one()
    payload = as_text(event.data)
    header = WebhookSignature.generate_signature_header(payload, row.secret, timestamp=int(now().timestamp()))
    row.attempts += 1
    answer = await client.post(
        row.url, content=payload.encode(), headers={"stripe-signature": header, "content-type": "application/json"}
    )
    row.answered = answer.status_code
    if not answer.is_success:
        raise NotTaken(f"{row.kind} was answered {answer.status_code}")
    row.delivered_at = now()
    return answer.status_code


@job("simulated.renew")
async def renew(session: Session, account: str, subscription: str) -> None:
    """Let what has fallen due happen to a subscription that lives by the real clock, and owe the next look."""
    till = Till(session, account)
    await till.alone()
    held = await till.seek("subscription", subscription)
    while held and held["status"] not in OVER and (due := await due_at(till, held)) is not None and due <= till.now():
        held = await happen(till, held)
    if held:
        await expect(till, held)


@job("simulated.settle")
async def settle(session: Session, account: str, intent: str) -> None:
    """Let a payment that has been on its way for long enough arrive, or not."""
    till = Till(session, account)
    await till.alone()
    held = await till.find("payment_intent", intent)
    if held["status"] == "processing":
        await settle_as_told(till, held)


@job("simulated.payout")
async def payout(session: Session, account: str) -> None:
    """Pay out what has become available on an account that is paid out daily. It reaches the bank at once."""
    till = Till(session, account)
    await till.alone()
    held = await till.other("").seek("account", account)
    settings = ((held or {}).get("settings") or {}).get("payouts") or {}
    if (settings.get("schedule") or {}).get("interval") != "daily":
        return
    for one in await pay_out_all(till):
        await arrive(till, one)


async def begin(session: Session) -> None:
    """Owe the next forgetting, unless it is owed already; a process calls it as it starts."""
    await enqueue(session, "simulated.forget", key="simulated.forget")


@job("simulated.forget", background=True)
async def forget(session: Session) -> None:
    """Forget what the real one would, once a day: keys and their answers, events and that they were told."""
    old = col(SimulatedObject.created_at) < now() - EVENTS_LIVE
    await session.execute(delete(SimulatedAnswer).where(col(SimulatedAnswer.created_at) < now() - KEYS_LIVE))
    await session.execute(delete(SimulatedDelivery).where(col(SimulatedDelivery.due_at) < now() - EVENTS_LIVE))
    await session.execute(delete(SimulatedObject).where(col(SimulatedObject.kind) == "event", old))
    due = now() + KEYS_LIVE
    await enqueue(session, "simulated.forget", due=due, key=f"simulated.forget:{due:%Y%m%d}")
