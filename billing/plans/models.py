"""What is kept about a hotline's plan: which it is, who pays, each month's invoice, and which letters were written."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, document, moment, one_of


class PlanStanding(TenantTable, table=True):
    """A hotline's plan, one row; its id is the tenant's. Trial, grace and sleep aren't kept: they follow from days and
    from what is unpaid.

    `since` is the day on which it last went from a free plan to a paid one: the rest of that month is free. From
    `later_from`, the first of a month, `later` is the plan. `given_until` is the last day of a plan that the platform
    gives; the platform's operators may read these rows in the platform's own scope.
    """

    __tablename__ = "plan_standing"
    __table_args__ = (
        one_of("way", "card", "invoice"),
        CheckConstraint("(later IS NULL) = (later_from IS NULL)", name="later"),
        CheckConstraint("extract(day FROM later_from) = 1", name="later_from"),
    )
    plan: str
    since: date
    later: str | None = None
    later_from: date | None = None
    trial_until: date
    given: str = ""
    given_until: date | None = None
    currency: str = "EUR"
    way: str = "invoice"


class PlanPayer(TenantTable, table=True):
    """Who pays a hotline's invoices: itself (`own`), or a sponsor who was asked by letter. `sealed` is JSON of name and
    email; `token_hash` finds a sponsor's page; `customer` is the processor's name for them. A sponsor who has ended it
    stays for the invoices that they had."""

    __tablename__ = "plan_payer"
    __table_args__ = (
        one_of("kind", "own", "sponsor"),
        one_of("state", "invited", "active", "ended"),
        Index("uq_plan_payer_kind", "tenant_id", "kind", unique=True, postgresql_where=text("state <> 'ended'")),
        Index("uq_plan_payer_token", "tenant_id", "token_hash", unique=True),
    )
    kind: str
    state: str
    sealed: bytes
    token_hash: bytes | None = None
    customer: str | None = None
    language: str = "en"
    asked_at: datetime = moment(default=True)
    answered_at: datetime | None = moment(nullable=True)


class PlanInvoice(TenantTable, table=True):
    """The invoice of a month (its first day), one at most. `lines` is a list of kind, plan, units and minor, as they
    were when it was drawn up; `ref` is the processor's name for it, `page` where it is paid. `state` is the
    processor's word; `outside` whether it was paid by another way than the processor's."""

    __tablename__ = "plan_invoice"
    __table_args__ = (
        one_of("state", "draft", "open", "paid", "void", "uncollectible"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        CheckConstraint("minor > 0", name="minor"),
        belongs_to("payer", "plan_payer", ondelete="RESTRICT"),
        Index("uq_plan_invoice_month", "tenant_id", "month", unique=True),
        Index("uq_plan_invoice_ref", "tenant_id", "ref", unique=True),
    )
    month: date
    payer: UUID
    way: str
    currency: str
    minor: int = Field(sa_type=BigInteger)
    lines: list[dict[str, Any]] = document(list)
    ref: str | None = None
    number: str = ""
    page: str = ""
    state: str = "draft"
    outside: bool = False
    due_on: date
    made_at: datetime = moment(default=True)
    paid_at: datetime | None = moment(nullable=True)


class PlanLetter(TenantTable, table=True):
    """A letter that was written, so that it is written once: its kind, and the day or invoice that it was about."""

    __tablename__ = "plan_letter"
    __table_args__ = (Index("uq_plan_letter", "tenant_id", "kind", "about", unique=True),)
    kind: str
    about: str
    sent_at: datetime = moment(default=True)
