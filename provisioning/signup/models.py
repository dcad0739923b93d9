"""An application: what an organisation wrote when it registered, from before it has a tenant."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from infra.database import PlatformTable, document, moment, one_of


class Application(PlatformTable, table=True):
    """`form` has organisation, name, kind, country, zone, languages, person (the admin's name). The password is kept as
    its Argon2 hash, code and browser secret as hashes. `language` is the one its letters are written in. `review` is
    the platform's verdict, asked for once the e-mail is proven: `reason` is what they ask or why they decline,
    `answer` what the organisation says to that."""

    __tablename__ = "application"
    __table_args__ = (
        one_of("review", "waiting", "approved", "asked", "declined"),
        Index("ix_application_email_hash", "email_hash", "created_at"),
        Index("ix_application_review", "review", "created_at"),
        Index("ix_application_tenant", "tenant"),
    )
    form: dict[str, Any] = document()
    email_hash: bytes
    email_sealed: bytes
    password_hash: str | None = None
    secret_hash: bytes
    language: str = "en"
    code_hash: bytes | None = None
    code_until: datetime | None = moment(nullable=True)
    code_tries: int = Field(default=0)
    verified_at: datetime | None = moment(nullable=True)
    tenant: UUID | None = None
    account: UUID | None = None
    review: str = "waiting"
    reason: str | None = None
    answer: str | None = None
    reviewed_at: datetime | None = moment(nullable=True)
    reviewed_by: UUID | None = None
    created_at: datetime = moment(default=True)


class ApplicationFile(PlatformTable, table=True):
    """Evidence that an organisation attached: a registration certificate, a letter."""

    __tablename__ = "application_file"
    application: UUID = Field(foreign_key="application.id", index=True)
    name: str
    media_type: str
    size: int
    storage_key: str
    at: datetime = moment(default=True)
