"""What is kept about the processor: accounts, what was asked of it, what it has told us, and each gift's payment."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field

from infra.database import PlatformTable, TenantTable, belongs_to, document, moment, one_of


class PaymentAccount(TenantTable, table=True):
    """A hotline's own account at the processor. One that is disconnected stays for the books; one at most is in use.

    The platform's own, in its own scope, has no name: requests without one mean it.
    """

    __tablename__ = "payment_account"
    __table_args__ = (
        one_of("state", "started", "ready", "restricted", "disconnected", "platform"),
        UniqueConstraint("tenant_id", "account"),
        Index("uq_payment_account_in_use", "tenant_id", unique=True, postgresql_where=text("state <> 'disconnected'")),
    )
    account: str
    state: str = "started"
    country: str = ""
    currency: str = ""
    charges_enabled: bool = False
    payouts_enabled: bool = False
    methods: list[str] = document(list)
    """Ways to pay that it may offer, in the processor's words: card, alipay, wechat_pay."""
    missing: list[str] = document(list)
    """What the processor still asks of the organisation, in its words."""
    made_at: datetime = moment(default=True)
    checked_at: datetime | None = moment(nullable=True)
    swept_to: datetime | None = moment(nullable=True)
    """All that moved on the account before is booked."""


class Payee(PlatformTable, table=True):
    """Whose an account is: an event names the account before any tenant is known."""

    __tablename__ = "payee"
    account: str = Field(unique=True)
    tenant: UUID = Field(index=True)


class Operation(TenantTable, table=True):
    """Something asked of the processor, written down before it is asked; its id is the idempotency key.

    `params` holds ids and amounts, never a word about a person; `digest` is over all that is sent.
    """

    __tablename__ = "operation"
    __table_args__ = (
        one_of("state", "wanted", "done", "refused"),
        UniqueConstraint("tenant_id", "key"),
        Index("ix_operation_subject", "tenant_id", "subject", "kind"),
    )
    kind: str
    key: str
    digest: str
    subject: UUID | None = None
    params: dict[str, Any] = document()
    state: str = "wanted"
    answer: str | None = None
    error: str | None = None
    made_at: datetime = moment(default=True)
    done_at: datetime | None = moment(nullable=True)


class ProcessorEvent(PlatformTable, table=True):
    """An event that was heard, once. What it told is fetched, so nothing of its body is kept but names."""

    __tablename__ = "processor_event"
    event: str = Field(unique=True)
    account: str
    tenant: UUID = Field(index=True)
    type: str
    object: str
    created: datetime = moment()
    received_at: datetime = moment(default=True, index=True)


class PaymentRow(TenantTable, table=True):
    """What the processor last said about a gift's payment; `id` is the gift's. The ledger has the money itself.

    Amounts are minor units of `currency`, what the fee was of `fee_currency`, in which the account is settled.
    """

    __tablename__ = "payment"
    __table_args__ = (
        one_of("state", "open", "processing", "paid", "failed", "expired"),
        Index("ix_payment_charge", "tenant_id", "charge"),
        Index("ix_payment_intent", "tenant_id", "intent"),
        Index(
            "ix_payment_unsettled", "tenant_id", "changed_at", postgresql_where=text("state IN ('open','processing')")
        ),
        Index("ix_payment_refunded", "tenant_id", "paid_at", "id", postgresql_where=text("refunded_minor > 0")),
    )
    account: str
    campaign: UUID | None = None
    currency: str
    minor: int = Field(sa_type=BigInteger)
    attempt: int = 1
    session: str | None = None
    intent: str | None = None
    charge: str | None = None
    subscription: str | None = None
    """What it is a month of; None for what is given once."""
    state: str = "open"
    fee_minor: int | None = Field(default=None, sa_type=BigInteger)
    fee_currency: str | None = None
    refunded_minor: int = Field(default=0, sa_type=BigInteger)
    disputed_minor: int = Field(default=0, sa_type=BigInteger)
    method: str | None = None
    country: str | None = None
    paid_at: datetime | None = moment(nullable=True)
    changed_at: datetime = moment(default=True)


class Dispute(TenantTable, table=True):
    """A donor's bank has asked about a gift or taken it back: what the processor last said of it, in its words. `due`
    is when an answer must be there; None where none is awaited."""

    __tablename__ = "dispute"
    __table_args__ = (
        belongs_to("gift", "payment"),
        Index("uq_dispute", "tenant_id", "dispute", unique=True),
        Index("ix_dispute_gift", "tenant_id", "gift"),
        Index("ix_dispute_at", "tenant_id", "at", "id"),
        Index("ix_dispute_due", "tenant_id", "due", postgresql_where=text("due IS NOT NULL")),
    )
    gift: UUID
    dispute: str
    status: str
    reason: str
    currency: str
    minor: int = Field(sa_type=BigInteger)
    at: datetime = moment()
    due: datetime | None = moment(nullable=True)
