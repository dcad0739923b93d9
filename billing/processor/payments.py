"""What other slices hear about a gift's payment, in the transaction in which it is booked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from billing.money import Money
from billing.processor.models import PaymentRow
from infra.database import Session

State = Literal["open", "processing", "paid", "failed", "expired"]


@dataclass(frozen=True, slots=True)
class Payment:
    """A gift's payment as the processor has it now.

    `open`: the donor hasn't paid yet and may still. `processing`: they have done their part, the money is on its way
    and may yet fail. `paid`: it has come, whatever was given back since. `failed`: it won't come. `expired`: nobody
    paid in time. `refunded` and `disputed` (taken back by the donor's bank, or held while it decides) are in the
    gift's currency; `fee` is in the currency in which the account is settled, None until it is known. `method` is
    the processor's word ("card", "alipay"), `country` the card's (ISO 3166).
    """

    gift: UUID
    money: Money
    state: State
    fee: Money | None
    refunded: Money
    disputed: Money
    at: datetime | None
    """When it was paid."""
    method: str | None
    country: str | None
    email: str = field(default="", repr=False)
    """What the payer told the processor on its own page; "" where nothing is known. Kept nowhere here, never logged."""

    @property
    def kept(self) -> Money:
        """What is left of the gift, before fees; nought unless it was paid."""
        return self.money - self.refunded - self.disputed if self.state == "paid" else Money(0, self.money.currency)


Listener = Callable[[Session, Payment], Awaitable[None]]
listeners: list[Listener] = []
"""Told whenever a payment is looked at, in the hotline's scope and in the transaction in which it was booked. May be
told the same twice, so they set what they are told and add nothing up."""


Declined = Callable[[Session, UUID | None, str], Awaitable[None]]
declined: list[Declined] = []
"""Told when a card was refused: for which gift, where that is known, and the card's country (ISO 3166, or ""). In the
hotline's scope; nothing is booked then. May be told the same twice."""


def payment_of(row: PaymentRow, email: str = "") -> Payment:
    """The payment as it was last seen; `email` as the processor has it now."""
    fee = None if row.fee_minor is None or row.fee_currency is None else Money(row.fee_minor, row.fee_currency)
    return Payment(
        gift=row.id,
        money=Money(row.minor, row.currency),
        state=row.state,  # type: ignore[arg-type]  # the database holds it to these words
        fee=fee,
        refunded=Money(row.refunded_minor, row.currency),
        disputed=Money(row.disputed_minor, row.currency),
        at=row.paid_at,
        method=row.method,
        country=row.country,
        email=email,
    )


async def tell_declined(session: Session, gift: UUID | None, country: str) -> None:
    """Tell whoever watches for refused cards."""
    for watcher in declined:
        await watcher(session, gift, country)


async def tell(session: Session, payment: Payment) -> None:
    """Tell whoever listens."""
    for listener in listeners:
        await listener(session, payment)
