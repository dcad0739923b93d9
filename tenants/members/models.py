"""Accounts (the platform's), members and teams (a tenant's)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlmodel import Field

from infra.database import PlatformTable, TenantTable, belongs_to, moment, one_of
from infra.vault import open_platform

ROLES = ("owner", "admin", "supervisor", "operator", "auditor", "fundraiser")


class Account(PlatformTable, table=True):
    """Somebody who can sign in. The e-mail is sealed and found again by its keyed hash."""

    __tablename__ = "account"
    __table_args__ = (Index("uq_account_email_hash", "email_hash", unique=True),)
    email_hash: bytes
    email_sealed: bytes
    password_hash: str
    platform_operator: bool = False
    created_at: datetime = moment(default=True)

    @property
    def email(self) -> str:
        """The address in clear."""
        return open_platform(self.email_sealed).decode()


class Member(TenantTable, table=True):
    """An account's place in one hotline. `name` is what colleagues see."""

    __tablename__ = "member"
    __table_args__ = (
        one_of("role", *ROLES),
        Index("uq_member_account", "tenant_id", "account_id", unique=True),
        Index("ix_member_account_id", "account_id"),
    )
    account_id: UUID
    name: str
    role: str
    languages: list[str] = Field(default_factory=list, sa_type=ARRAY(TEXT))
    skills: list[str] = Field(default_factory=list, sa_type=ARRAY(TEXT))
    left_at: datetime | None = moment(nullable=True)
    created_at: datetime = moment(default=True)


class Team(TenantTable, table=True):
    """Who answers together. Flows name a team by its `key`."""

    __tablename__ = "team"
    __table_args__ = (Index("uq_team_key", "tenant_id", "key", unique=True),)
    key: str
    name: str


class TeamMember(TenantTable, table=True):
    """A member's place in a team; `place` orders them for ringing one after another."""

    __tablename__ = "team_member"
    __table_args__ = (
        belongs_to("team_id", "team"),
        belongs_to("member_id", "member"),
        Index("uq_team_member", "tenant_id", "team_id", "member_id", unique=True),
    )
    team_id: UUID
    member_id: UUID
    place: int = 0


class Invitation(TenantTable, table=True):
    """A place offered to somebody by e-mail; the link carries a token of which only the hash is kept."""

    __tablename__ = "invitation"
    __table_args__ = (
        one_of("role", *ROLES),
        belongs_to("by", "member"),
        Index("uq_invitation_token", "tenant_id", "token_hash", unique=True),
        Index("ix_invitation_until", "tenant_id", "until"),
    )
    token_hash: bytes
    email_hash: bytes
    email_sealed: bytes
    role: str
    by: UUID
    at: datetime = moment(default=True)
    until: datetime = moment()
    used_at: datetime | None = moment(nullable=True)
