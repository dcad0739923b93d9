"""What is done about an event: what it names is fetched and booked, by whichever way it came."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlmodel import select

from billing.processor.access import Refused, at, client, plainly
from billing.processor.booking.found import concern
from billing.processor.connect.service import left, renew
from billing.processor.events.intake import GONE
from billing.processor.invoicing.heard import tell
from billing.processor.models import PaymentAccount
from billing.processor.payments import tell_declined
from billing.processor.subscriptions.reading import gift_of, invoice_of, invoice_paid_by
from infra.database import Session
from infra.jobs import job
from infra.scope import PLATFORM, current_tenant


async def owns(session: Session, account: str) -> bool:
    """Whether the account is the one in scope's: nobody else's is ever asked about here."""
    if not account:
        return current_tenant() == PLATFORM
    return (await session.exec(select(PaymentAccount.id).where(PaymentAccount.account == account))).first() is not None


@contextmanager
def suppress_missing() -> Iterator[None]:
    """What isn't on this account, whatever an event says of it, is nothing to us."""
    try:
        yield
    except Refused as error:
        if error.reason != "resource_missing":
            raise


@job("processor.event")
async def look_into(session: Session, account: str, kind: str, object: str, type: str, gift: str = "") -> None:
    """The job. About an account that isn't this hotline's nothing is done."""
    if not await owns(session, account):
        return
    if type == GONE:
        await left(session, account)
    elif kind == "account":
        await renew(session, account)
    elif kind == "invoice" and not account:
        await tell(session, object)
    else:
        failed = type in ("charge.failed", "payment_intent.payment_failed", "payment_intent.created")
        with suppress_missing():
            await concern(session, account, kind, object, UUID(gift) if gift else None, moved=not failed)
            if type == "charge.failed":
                await _declined(session, account, object, UUID(gift) if gift else None)


async def _declined(session: Session, account: str, key: str, gift: UUID | None) -> None:
    """Tell who watches for refused cards where this one is from. A card that was taken before and is refused later,
    when a month is due, is nobody's try."""
    with plainly():
        charge = (await client().v1.charges.retrieve_async(key, options=at(account))).to_dict()
    intent = charge["payment_intent"]
    if gift is None and intent and (paid_by := await invoice_paid_by(account, intent)):
        invoice = await invoice_of(account, paid_by)
        if invoice is None or not invoice.first:
            return
        gift = gift_of(invoice.said)
    card = (charge["payment_method_details"] or {}).get("card") or {}
    await tell_declined(session, gift, card.get("country") or "")


@job("processor.look")
async def look_again(session: Session, account: str, kind: str, object: str) -> None:
    """Look into something of which no event came."""
    if await owns(session, account):
        await concern(session, account, kind, object)
