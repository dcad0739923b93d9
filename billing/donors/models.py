"""What lets a donor in: the wish for a letter, the letter's link, the visit that it opens, a new address to confirm."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, moment, one_of


class DonorKey(TenantTable, table=True):
    """Something that opens a donor's page, or asks to. `hash` finds it by its secret, which is kept nowhere.

    "wish": somebody typed the address in `sealed` and may or may not be a donor. "letter": the link in a letter, good
    once. "visit": what a browser holds after that. "address": the link that confirms the new address in `sealed`.
    """

    __tablename__ = "donor_key"
    __table_args__ = (
        one_of("kind", "wish", "letter", "visit", "address"),
        belongs_to("donor", "donor"),
        Index("uq_donor_key_hash", "tenant_id", "hash", unique=True, postgresql_where=text("hash IS NOT NULL")),
        Index("ix_donor_key_donor", "tenant_id", "donor"),
        Index("ix_donor_key_expires", "tenant_id", "expires_at"),
    )
    kind: str
    donor: UUID | None = None
    hash: bytes | None = None
    sealed: bytes | None = None
    language: str = Field(default="en")
    made_at: datetime = moment(default=True)
    expires_at: datetime = moment()
    used_at: datetime | None = moment(nullable=True)
