"""Live calls as the database keeps them: calls, offers, duty, timers, and what callers leave behind."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from infra.database import PlatformTable, TenantTable, belongs_to, document, moment, one_of

LIVE = "state IN ('ringing', 'talking', 'consulting', 'wrapping')"


class CallerRow(TenantTable, table=True):
    """Somebody who called before, known by a keyed hash alone. A block is for a time and keeps its sealed reason; a
    sealed plan says how to be with somebody who calls a lot."""

    __tablename__ = "caller"
    __table_args__ = (
        Index("uq_caller_hash", "tenant_id", "hash", unique=True),
        Index("ix_caller_blocked", "tenant_id", "blocked_until", postgresql_where=text("blocked_until IS NOT NULL")),
        Index("ix_caller_planned", "tenant_id", "planned_at", postgresql_where=text("planned_at IS NOT NULL")),
    )
    hash: bytes
    first_at: datetime = moment(default=True)
    blocked_until: datetime | None = moment(nullable=True)
    blocked_at: datetime | None = moment(nullable=True)
    blocked_by: UUID | None = None
    sealed_reason: bytes | None = None
    planned_at: datetime | None = moment(nullable=True)
    planned_by: UUID | None = None
    sealed_plan: bytes | None = None


class Call(TenantTable, table=True):
    """One call. Without a `microphone` the caller can read, choose and ask to be called back, but nobody is rung.
    `carrier`, `node` (which of its switches) and `dialled` (our number) are a telephone call's.
    `state` is the engine's; the columns beside it repeat what queries need, written in the same update."""

    __tablename__ = "call"
    __table_args__ = (
        belongs_to("line_id", "line", ondelete="RESTRICT"),
        belongs_to("flow_version_id", "flow_version", ondelete="RESTRICT"),
        belongs_to("caller_id", "caller", ondelete="RESTRICT"),
        one_of("phase", "flow", "waiting", "talking", "ended"),
        CheckConstraint("(phase = 'waiting') = (team IS NOT NULL)", name="waiting_for_a_team"),
        CheckConstraint("(phase = 'ended') = (ended_at IS NOT NULL)", name="ended_when_over"),
        Index(
            "ix_call_waiting",
            "tenant_id",
            "team",
            "priority",
            "waiting_since",
            postgresql_where=text("phase = 'waiting'"),
        ),
        Index("ix_call_live", "tenant_id", "started_at", postgresql_where=text("phase <> 'ended'")),
        Index("ix_call_started", "tenant_id", "started_at"),
        Index("ix_call_caller", "tenant_id", "caller_id", "started_at"),
    )
    line_id: UUID
    flow_version_id: UUID
    caller_id: UUID | None = None
    channel: str = "web"
    carrier: str | None = None
    node: str | None = None
    dialled: str | None = None
    token_hash: bytes
    language: str = "en"
    state: dict[str, Any] = document()
    phase: str = "flow"
    team: str | None = None
    ring: dict[str, Any] = document()
    priority: int = 0
    waiting_since: datetime | None = moment(nullable=True)
    started_at: datetime = moment(default=True)
    answered_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    outcome: str | None = None
    microphone: bool = True
    simulated: bool = False


class CallEvent(TenantTable, table=True):
    """What happened in a call, in order: enough to replay it through the engine."""

    __tablename__ = "call_event"
    __table_args__ = (
        belongs_to("call_id", "call"),
        Index("ix_call_event_call", "tenant_id", "call_id", "id"),
    )
    call_id: UUID
    at: datetime = moment(default=True)
    event: dict[str, Any] = document()


class Offer(TenantTable, table=True):
    """A call offered to a person: a lease until `expires_at`. The two partial unique indexes are the promise that
    nobody is offered two calls at once and that one person answers one call.

    `kind` is why: the flow rang for somebody (`call`), whoever talks hands over (`handover`) or asks to talk first
    (`consult`), or a supervisor is there of their own accord (`supervise`), perhaps to have the call as soon as their
    telephone is picked up (`take_over`). `talking` is the one who has the call;
    `consulting` is anybody else in it. `answered_at`: since when it is theirs. `how`: what a supervisor does there.
    `held_at`: since when the caller hears music, because whoever talks put them on hold; so no hold outlives the talk.
    """

    __tablename__ = "offer"
    __table_args__ = (
        belongs_to("call_id", "call"),
        belongs_to("member_id", "member"),
        one_of("state", "ringing", "talking", "consulting", "wrapping", "declined", "expired", "cancelled", "done"),
        one_of("kind", "call", "handover", "consult", "supervise", "take_over"),
        one_of("how", "talk", "listen", "whisper"),
        Index("uq_offer_one_per_member", "tenant_id", "member_id", unique=True, postgresql_where=text(LIVE)),
        Index(
            "uq_offer_one_answer",
            "tenant_id",
            "call_id",
            unique=True,
            postgresql_where=text("state = 'talking'"),
        ),
        Index("ix_offer_call", "tenant_id", "call_id", "made_at"),
        Index("ix_offer_member", "tenant_id", "member_id", "made_at"),
    )
    call_id: UUID
    member_id: UUID
    state: str = "ringing"
    kind: str = "call"
    how: str = "talk"
    made_at: datetime = moment(default=True)
    expires_at: datetime = moment()
    answered_at: datetime | None = moment(nullable=True)
    held_at: datetime | None = moment(nullable=True)
    closed_at: datetime | None = moment(nullable=True)


class Duty(TenantTable, table=True):
    """Whether a member takes calls; its id is the member's. Without a console seen lately nobody is on duty.

    `simulated`: a program plays this member. It is offered simulated calls alone, for nobody who calls in earnest may
    ever be answered by a machine. `device`: what they answer on; for a telephone, `device_id` says which.
    """

    __tablename__ = "duty"
    __table_args__ = (
        one_of("status", "on", "break", "off"),
        one_of("device", "browser", "desk", "mobile", "sip"),
        belongs_to("device_id", "device", ondelete="RESTRICT"),
    )
    status: str = "off"
    since: datetime = moment(default=True)
    seen_until: datetime = moment(default=True)
    simulated: bool = False
    device: str = "browser"
    device_id: UUID | None = None


class Timer(PlatformTable, table=True):
    """A deadline: when it comes, `kind` says what is done with `subject`. One per subject
    and kind: setting it again moves it."""

    __tablename__ = "timer"
    __table_args__ = (
        Index("uq_timer", "tenant", "subject", "kind", unique=True),
        Index("ix_timer_due", "due_at"),
    )
    tenant: UUID
    kind: str
    subject: UUID
    due_at: datetime = moment()


class Voicemail(TenantTable, table=True):
    """What a caller said when nobody could answer; the sound is sealed in the store, in numbered parts. A flow may ask
    for a message more than once: on the telephone each `visit` has its own; from the page, where a message can be
    recorded again, a call has one, of visit 0."""

    __tablename__ = "voicemail"
    __table_args__ = (
        belongs_to("call_id", "call"),
        one_of("status", "recording", "new", "handling", "done"),
        Index("uq_voicemail_call", "tenant_id", "call_id", "visit", unique=True),
        Index("ix_voicemail_status", "tenant_id", "status", "at"),
    )
    call_id: UUID
    visit: int = 0
    status: str = "recording"
    media_type: str = "audio/webm"
    take: int = 1
    parts: int = 0
    seconds: int = 0
    at: datetime = moment(default=True)
    owner: UUID | None = None


class Callback(TenantTable, table=True):
    """A call-back that the caller asked for, on the caller's own conditions. `sealed`: JSON of how to reach them, safe
    wording and notes; the window is kept open for the list to sort and obey."""

    __tablename__ = "callback"
    __table_args__ = (
        belongs_to("call_id", "call"),
        one_of("status", "new", "handling", "done"),
        Index("uq_callback_call", "tenant_id", "call_id", unique=True),
        Index("ix_callback_status", "tenant_id", "status", "at"),
    )
    call_id: UUID
    sealed: bytes
    window: dict[str, Any] = document()
    voicemail_ok: bool = Field(default=False)
    status: str = "new"
    at: datetime = moment(default=True)
    owner: UUID | None = None
