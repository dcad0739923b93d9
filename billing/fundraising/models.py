"""What a fundraiser keeps about a donor, and payouts with the lines that they consist of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, moment


class DonorNote(TenantTable, table=True):
    """What those who look after gifts want to remember of a donor, sealed. One each; goes with the donor."""

    __tablename__ = "donor_note"
    __table_args__ = (belongs_to("donor", "donor"), Index("uq_donor_note_donor", "tenant_id", "donor", unique=True))
    donor: UUID
    sealed: bytes
    changed_at: datetime = moment(default=True)


class Payout(TenantTable, table=True):
    """A payout as the processor last told of it, in its words: `payout` is its id, `state` pending, in_transit, paid,
    failed or canceled. `minor` is of `currency`, above nought when money goes to the bank. Only of one that is
    `automatic` the processor says which movements it consists of; `listed_at`: when they were fetched."""

    __tablename__ = "payout"
    __table_args__ = (
        Index("uq_payout", "tenant_id", "payout", unique=True),
        Index("ix_payout_made", "tenant_id", "made_at", "id"),
    )
    account: str
    payout: str
    currency: str
    minor: int = Field(sa_type=BigInteger)
    state: str
    automatic: bool = True
    made_at: datetime = moment()
    arrives_at: datetime = moment()
    looked_at: datetime = moment(default=True)
    listed_at: datetime | None = moment(nullable=True)


class PayoutLine(TenantTable, table=True):
    """A movement that went out with a payout: a balance transaction and what it did to the balance, `net_minor`, which
    is `minor` less `fee_minor`, in the payout's currency. The books have it as the entry "txn:" and its id."""

    __tablename__ = "payout_line"
    __table_args__ = (
        belongs_to("payout", "payout"),
        Index("uq_payout_line_txn", "tenant_id", "payout", "txn", unique=True),
        Index("ix_payout_line_at", "tenant_id", "payout", "at", "id"),
    )
    payout: UUID
    txn: str
    category: str
    at: datetime = moment()
    minor: int = Field(sa_type=BigInteger)
    fee_minor: int = Field(sa_type=BigInteger)
    net_minor: int = Field(sa_type=BigInteger)
