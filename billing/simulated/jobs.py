"""Telling events: each is sent signed to the address that it is owed to, and again later until that answers 2xx."""

from uuid import UUID

import httpx
from sqlmodel import select
from stripe._webhook import WebhookSignature

from billing.simulated.models import SimulatedDelivery, SimulatedObject
from billing.simulated.wire.answers import as_text
from infra.clock import now
from infra.database import Session
from infra.jobs import job

TIMEOUT = 10.0


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
