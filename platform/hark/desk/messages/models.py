"""What is kept about seeing to messages: each try at calling somebody back, and who wants a letter about new ones."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, moment, one_of

OUTCOMES = ("dialling", "reached", "nobody", "machine", "somebody_else", "unreachable")


class Attempt(TenantTable, table=True):
    """One try at calling somebody back: when, by whom, and what came of it. `dialling` until that is known."""

    __tablename__ = "attempt"
    __table_args__ = (
        belongs_to("callback_id", "callback"),
        belongs_to("member_id", "member", ondelete="RESTRICT"),
        one_of("outcome", *OUTCOMES),
        Index("ix_attempt_callback", "tenant_id", "callback_id", "at"),
    )
    callback_id: UUID
    member_id: UUID
    at: datetime = moment(default=True)
    outcome: str = "dialling"


class MailWish(TenantTable, table=True):
    """What a member wants to be told by e-mail; its id is the member's. Nothing, unless they said so."""

    __tablename__ = "mail_wish"
    __table_args__ = (belongs_to("id", "member"),)
    voicemails: bool = Field(default=False)
    callbacks: bool = Field(default=False)
