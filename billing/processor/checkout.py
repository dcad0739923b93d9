"""The hosted page on which a donor pays: begun once for a gift, and asked afterwards how it went."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from stripe import StripeObject
from stripe.checkout import Session as Hosted
from stripe.params.checkout import SessionCreateParams

from billing.money import Money
from billing.processor.access import Gone, NotReady, Refused, at, client, plainly, simulated
from billing.processor.amounts import to_stripe
from billing.processor.booking.truth import refresh
from billing.processor.connect.service import account_in_use, methods
from billing.processor.models import PaymentAccount, PaymentRow
from billing.processor.operations import Answer, perform
from billing.processor.payments import Payment
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.errors import Conflict, NotFound, _
from infra.scope import current_tenant
from infra.settings import settings

__all__ = ["CheckoutOrder", "leads_to", "look_up", "methods", "start_checkout"]
LANGUAGES = {"zh-Hans": "zh", "zh-Hant": "zh-TW"}
"""Our language tags where the processor's are others."""
TRIES = 8
"""Pages that may have run out before somebody should look why."""


@dataclass(frozen=True, slots=True)
class CheckoutOrder:
    """What a donor is about to pay. Only `label` (what the gift is for) and `email` leave the house beside the sum."""

    gift: UUID
    money: Money
    label: str
    language: str
    back: str
    """Where the donor goes once they have done their part; a whole address."""
    away: str
    """Where they go when they turn back; a whole address."""
    email: str | None = None
    campaign: UUID | None = None
    monthly: bool = False
    """Whether the same is paid every month from now on; by card alone, for nothing else can be charged again."""
    added: Money | None = None
    """How much of a monthly gift only covers the fee."""


def leads_to() -> str:
    """Where the answer to a form may lead that begins a payment, for the page's `policy(forms_to=…)`."""
    return "" if simulated() else "https://checkout.stripe.com"


async def start_checkout(order: CheckoutOrder) -> str:
    """The address of the page where this gift is paid; for one that is paid already, `back`.

    In the hotline's scope and outside of any unit of work, after the gift's own row is committed. Asked again for the
    same gift (a second click, a crash) it is the same page, and never a second payment. Raises NotReady (no account),
    Unavailable (nothing lost: ask again), Conflict (the same gift with another sum).
    """
    for _again in range(TRIES):
        row, account = await _began(order)
        if row.state in ("processing", "paid"):
            return order.back
        hosted = await _there(row) if row.session else await _made(order, row, account)
        if hosted is not None and hosted.status == "complete":
            return order.back
        if hosted is not None and hosted.status == "open" and hosted.url:
            return str(hosted.url)
        await _try_anew(row, account)
    raise Refused("no_page")


async def look_up(gift: UUID) -> Payment:
    """How this gift's payment stands at the processor now; booked if it has come. For a thank-you page that tells the
    truth. Outside of any unit of work. Raises NotFound (never begun here) and Unavailable."""
    async with unit_of_work() as session:
        found = await refresh(session, gift)
    if found is None:
        raise NotFound
    return found


async def shut(session: Session, gift: UUID) -> None:
    """End the page on which this gift could be paid; one that is paid or over already stays so. Raises Unavailable."""
    row = (await session.exec(select(PaymentRow).where(PaymentRow.id == gift))).one_or_none()
    if row is None or row.session is None or row.state != "open":
        return
    with suppress(NotReady, Refused), plainly():
        await client().v1.checkout.sessions.expire_async(row.session, options=at(row.account))


async def _began(order: CheckoutOrder) -> tuple[PaymentRow, PaymentAccount]:
    """The gift's row, made when there is none, and the account that it goes to."""
    async with unit_of_work() as session:
        account = await account_in_use(session)
        if account is None or not account.charges_enabled:
            raise NotReady
        values = {
            "tenant_id": current_tenant(), "id": order.gift, "account": account.account, "campaign": order.campaign,
            "currency": order.money.currency, "minor": order.money.minor, "attempt": 1, "state": "open",
            "refunded_minor": 0, "disputed_minor": 0, "changed_at": now(),
        }  # fmt: skip
        await session.execute(insert(PaymentRow).values(values).on_conflict_do_nothing())
        row = (await session.exec(select(PaymentRow).where(PaymentRow.id == order.gift))).one()
        if Money(row.minor, row.currency) != order.money:
            raise Conflict(_("This gift was begun with another amount."))
    return row, account


async def _there(row: PaymentRow) -> Hosted | None:
    """The page that was made before; None when its account doesn't let us see it any more."""
    try:
        with plainly():
            return await client().v1.checkout.sessions.retrieve_async(row.session or "", options=at(row.account))
    except (Gone, Refused):
        return None


async def _made(order: CheckoutOrder, row: PaymentRow, account: PaymentAccount) -> Hosted | None:
    """A new page. None when this try has stood for other words: its page was never shown to anybody."""
    sent = _sent(order, account)

    async def call(key: str) -> StripeObject:
        return await client().v1.checkout.sessions.create_async(sent, options=at(account.account, key))

    try:
        answer: Answer = await perform(
            "checkout", f"checkout:{order.gift}:{row.attempt}", call, sent={**sent, "at": account.account},
            subject=order.gift,
        )  # fmt: skip
    except Conflict:
        return None
    async with unit_of_work() as session:
        this_try = (col(PaymentRow.id) == row.id, col(PaymentRow.attempt) == row.attempt)
        await session.execute(
            update(PaymentRow).where(*this_try).values(session=answer.id, account=account.account, changed_at=now())
        )
    if isinstance(answer.object, Hosted):
        return answer.object
    with plainly():
        return await client().v1.checkout.sessions.retrieve_async(answer.id, options=at(account.account))


async def _try_anew(row: PaymentRow, account: PaymentAccount) -> None:
    """The page has run out, or was never shown: the next one is another try."""
    async with unit_of_work() as session:
        this_try = (col(PaymentRow.id) == row.id, col(PaymentRow.attempt) == row.attempt)
        values = {"attempt": row.attempt + 1, "session": None, "intent": None, "state": "open"}
        await session.execute(
            update(PaymentRow).where(*this_try).values(**values, account=account.account, changed_at=now())
        )


def _sent(order: CheckoutOrder, account: PaymentAccount) -> SessionCreateParams:
    """What the page is made of. The gift's id goes along on all that comes of it."""
    names = {"gift": str(order.gift)}
    if order.monthly:
        return _sent_monthly(order, names)
    amount = to_stripe(order.money)
    fee = amount * settings().stripe_fee // 10_000
    sent: SessionCreateParams = {
        "mode": "payment",
        "adaptive_pricing": {"enabled": False},  # the donor pays the sum that the receipt will name
        "submit_type": "donate",
        "client_reference_id": str(order.gift),
        "metadata": names,
        "payment_intent_data": {"metadata": names},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": order.money.currency.lower(),
                    "unit_amount": amount,
                    "product_data": {"name": order.label[:250]},
                },
            }
        ],
        "success_url": order.back,
        "cancel_url": order.away,
        "locale": LANGUAGES.get(order.language, order.language),
    }
    if fee:
        sent["payment_intent_data"] = {"metadata": names, "application_fee_amount": fee}
    if order.email:
        sent["customer_email"] = order.email
    return sent


def months_said(gift: UUID, money: Money, added: Money) -> dict[str, str]:
    """What a subscription bears as its metadata: the gift that began it, and what each month gives and adds."""
    return {"gift": str(gift), "minor": str(money.minor), "cover": str(added.minor)}


def _sent_monthly(order: CheckoutOrder, names: dict[str, str]) -> SessionCreateParams:
    """What the page is made of that begins a monthly gift: its first month is paid there."""
    added = order.added or Money(0, order.money.currency)
    sent: SessionCreateParams = {
        "mode": "subscription",
        "allowed_payment_method_types": ["card"],
        "adaptive_pricing": {"enabled": False},
        "client_reference_id": str(order.gift),
        "metadata": names,
        "subscription_data": {
            "metadata": months_said(order.gift, order.money - added, added),
            "description": order.label[:250],
        },
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": order.money.currency.lower(),
                    "unit_amount": to_stripe(order.money),
                    "recurring": {"interval": "month"},
                    "product_data": {"name": order.label[:250]},
                },
            }
        ],
        "success_url": order.back,
        "cancel_url": order.away,
        "locale": LANGUAGES.get(order.language, order.language),
    }
    if settings().stripe_fee:
        sent["subscription_data"]["application_fee_percent"] = settings().stripe_fee / 100
    if order.email:
        sent["customer_email"] = order.email
    return sent
