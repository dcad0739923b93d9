"""Takes an event in: only if the processor signed these very bytes just now, about an account that is ours.

An event is a hint. Of its body only names are kept, and what they name is fetched before anything is believed.
"""

import json
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import stripe
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.processor.access import live, webhook_secret
from billing.processor.models import Payee, ProcessorEvent
from infra.clock import now
from infra.database import unit_of_work
from infra.errors import HarkError, _
from infra.ids import new_id
from infra.jobs import enqueue
from infra.scope import PLATFORM, no_scope, tenant_scope

log = logging.getLogger(__name__)
PAST, AHEAD = 300, 60
"""Seconds that a signature may be old, and that the sender's clock may be ahead of ours."""
LONGEST = 1024 * 1024
"""Bytes; no event is as long as that."""
KINDS = {
    "checkout.session", "payment_intent", "charge", "refund", "dispute", "payout", "account",
    "invoice", "subscription", "customer",
}  # fmt: skip
"""Objects that anything is done about."""
NAME = re.compile(r"[A-Za-z0-9_]{3,255}")
GONE = "account.application.deauthorized"


class BadSignature(HarkError):
    """Nobody whom we know signed this; nothing was read, nothing was changed."""

    status = 400
    code = "bad_signature"

    def __init__(self, message: str = _("This isn't signed as it should be.")) -> None:
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Told:
    """The names in an event. `gift` is what its sender says that it is about, which is looked into as well."""

    event: str
    type: str
    account: str
    kind: str
    object: str
    created: datetime
    gift: UUID | None = None


def verify(payload: bytes, header: str | None, secret: str) -> dict[str, Any]:
    """The event in these bytes. Raises BadSignature unless they were signed with `secret` in the last minutes."""
    try:
        stripe.WebhookSignature.verify_header(payload, header, secret)
        signed = int(dict(part.split("=", 1) for part in reversed((header or "").split(",")))["t"])
    except (stripe.SignatureVerificationError, ValueError, KeyError):
        raise BadSignature from None
    if not -AHEAD <= now().timestamp() - signed <= PAST:
        raise BadSignature
    try:
        event = json.loads(payload)
    except ValueError:
        raise BadSignature from None
    if not isinstance(event, dict):
        raise BadSignature
    return event


def read(event: dict[str, Any]) -> Told | None:
    """The names in an event that was verified; None for one that nothing is done about: of the other mode, of another
    kind, or not of the usual form."""
    about = (event.get("data") or {}).get("object") if isinstance(event.get("data"), dict) else None
    if event.get("object") != "event" or event.get("livemode") is not live() or not isinstance(about, dict):
        return None
    account, kind = event.get("account") or "", about.get("object")
    if event.get("type") == GONE:
        kind, about = "account", {**about, "id": account}
    names = (event.get("id"), event.get("type"), about.get("id"), account or "own")
    if kind not in KINDS or not all(isinstance(name, str) and NAME.fullmatch(name.replace(".", "_")) for name in names):
        return None
    if not isinstance(event.get("created"), int):
        return None
    return Told(
        event=str(event["id"]),
        type=str(event["type"]),
        account=account,
        kind=kind,
        object=str(about["id"]),
        created=datetime.fromtimestamp(event["created"], UTC),
        gift=_gift(about),
    )


def _gift(about: dict[str, Any]) -> UUID | None:
    named = about.get("metadata")
    try:
        return UUID(str(named["gift"])) if isinstance(named, dict) and "gift" in named else None
    except ValueError:
        return None


async def hear(payload: bytes, header: str | None, *, connect: bool) -> bool:
    """Take an event in, at the address for hotlines' accounts (`connect`) or at that for the platform's own; whether
    it was new and somebody's. Raises BadSignature. Once this returns, the event is safe and may be acknowledged."""
    told = read(verify(payload, header, webhook_secret(connect=connect)))
    if told is None or bool(told.account) != connect:
        return False
    tenant = await _whose(told.account) if connect else PLATFORM
    if tenant is None:
        log.warning("an event about an account that is nobody's here")
        return False
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            values = {
                "id": new_id(), "event": told.event, "account": told.account, "tenant": tenant, "type": told.type,
                "object": told.object, "created": told.created, "received_at": now(),
            }  # fmt: skip
            new = insert(ProcessorEvent).values(values).on_conflict_do_nothing(index_elements=["event"])
            if (await session.execute(new.returning(col(ProcessorEvent.id)))).first() is None:
                return False
            payload_ = {"account": told.account, "kind": told.kind, "object": told.object, "type": told.type}
            await enqueue(session, "processor.event", {**payload_, "gift": str(told.gift) if told.gift else ""})
    return True


async def _whose(account: str) -> UUID | None:
    with no_scope():
        async with unit_of_work() as session:
            return (await session.exec(select(Payee.tenant).where(Payee.account == account))).one_or_none()
