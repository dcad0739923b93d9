"""What the simulated processor remembers: its objects, the answers it has given, the events it still has to tell."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field

from infra.database import PlatformTable, document, moment


class SimulatedObject(PlatformTable, table=True):
    """An object of an account: a charge, a session, an event. `account` is "" for the platform's own."""

    __tablename__ = "simulated_object"
    __table_args__ = (
        Index("uq_simulated_object_ref", "account", "kind", "ref", unique=True),
        Index("ix_simulated_object_listed", "account", "kind", text("id DESC")),
        Index("ix_simulated_object_ref", "ref"),
        Index("ix_simulated_object_intent", "account", "kind", text("(data ->> 'payment_intent'::text)")),
    )
    account: str = ""
    kind: str
    ref: str
    data: dict[str, Any] = document()
    """As it is answered, short of what is derived."""
    private: dict[str, Any] = document()
    """What the processor knows and doesn't say: how a card will behave, which clock a customer lives by."""
    created_at: datetime = moment(default=True)


class SimulatedAnswer(PlatformTable, table=True):
    """The answer to a request with an idempotency key: the same request gets it again."""

    __tablename__ = "simulated_answer"
    __table_args__ = (Index("uq_simulated_answer_key", "account", "key", unique=True),)
    account: str = ""
    key: str
    digest: str
    """Of the request's path and parameters; the same key with others is an error."""
    status: int
    body: dict[str, Any] = document()
    created_at: datetime = moment(default=True)


class SimulatedDelivery(PlatformTable, table=True):
    """An event that an address is owed. What a fault dropped is kept, so that it can be seen."""

    __tablename__ = "simulated_delivery"
    __table_args__ = (
        Index(
            "ix_simulated_delivery_owed",
            "due_at",
            postgresql_where=text("delivered_at IS NULL AND NOT dropped"),
        ),
    )
    event: str
    kind: str
    account: str = ""
    url: str
    secret: str
    """What the event is signed with; it opens nothing outside this installation."""
    due_at: datetime = moment(default=True)
    attempts: int = Field(default=0)
    dropped: bool = Field(default=False)
    delivered_at: datetime | None = moment(nullable=True)
    answered: int | None = None
