"""Gifts: begun once for each page that is sent, followed to their end, thanked for when the money is there."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.giving.form import Chosen, GiftForm
from billing.giving.models import Gift
from billing.money import Money
from billing.receipts.service import OFF_LINE
from infra.clock import now
from infra.database import Session
from infra.errors import NotFound
from infra.ids import new_id
from infra.scope import current_tenant
from infra.vault import fingerprint, seal, unseal
from infra.web import language

UNPAID_KEPT = timedelta(days=30)
MEANT = ("campaign", "currency", "amount_minor", "cover_minor", "monthly", "reminded")
"""What makes two gifts of one page different ones, whatever has become of the first."""


class Spent(Exception):
    """The page that this came from has been used for another gift; a fresh one is needed."""


async def begin(
    session: Session, form: GiftForm, chosen: Chosen, *, ticket: str, campaign: UUID | None, spoken: str = ""
) -> Gift:
    """The gift of this page, made when there is none. Sent twice it is one gift. Raises Spent where the page has been
    used with another amount or rhythm, for another campaign or, as long as nothing was paid, in other words: whoever
    turned back to put their address right must not be thanked at the wrong one."""
    words = form.words() | {"email": chosen.email}
    values = {
        "tenant_id": current_tenant(), "id": new_id(), "ticket": ticket, "campaign": campaign,
        "currency": chosen.money.currency, "amount_minor": chosen.money.minor, "cover_minor": chosen.added.minor,
        "state": "started", "monthly": form.rhythm == "monthly", "reminded": form.rhythm == "reminded",
        "anonymous": not (form.shows and form.name), "started_at": now(),
        "sealed": await seal(session, json.dumps(words, ensure_ascii=False).encode()), "method": "", "country": "",
        "language": spoken or language(),
    }  # fmt: skip
    await session.execute(insert(Gift).values(values).on_conflict_do_nothing())
    gift = (await session.exec(select(Gift).where(Gift.ticket == ticket))).one()
    if gift.model_dump(include=set(MEANT)) != {name: values[name] for name in MEANT}:
        raise Spent
    if gift.state == "started" and (
        gift.anonymous != values["anonymous"] or await words_of(session, gift) != Words(**words)
    ):
        raise Spent
    return gift


@dataclass(frozen=True, slots=True)
class Words:
    """What a donor said about themselves, each "" where they said nothing."""

    name: str = ""
    email: str = ""
    honour: str = ""
    message: str = ""


async def words_of(session: Session, gift: Gift) -> Words:
    """Open what was sealed with a gift."""
    return Words(**json.loads(await unseal(session, gift.sealed)))


async def link_of(session: Session, gift: UUID) -> str:
    """The secret in the address of a gift's thank-you page: its id and a mark that only this hotline's key makes."""
    return gift.hex + (await fingerprint(session, "gift-link", gift.hex)).hex()[:24]


async def gift_by_link(session: Session, token: str) -> Gift:
    """The gift whose thank-you page this is. Raises NotFound."""
    try:
        key = UUID(hex=token[:32])
    except ValueError:
        raise NotFound from None
    if token != await link_of(session, key):
        raise NotFound
    row = await session.get(Gift, (current_tenant(), key))
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True, slots=True)
class Shown:
    """A gift whose donor lets their name be shown, or one without a name."""

    name: str
    money: Money
    at: datetime


async def lately(session: Session, campaign: UUID | None, most: int = 5) -> list[Shown]:
    """The last gifts that have come, for the page."""
    found = select(Gift).where(col(Gift.paid_at).is_not(None))
    if campaign:
        found = found.where(Gift.campaign == campaign)
    rows = list(await session.exec(found.order_by(col(Gift.paid_at).desc()).limit(most)))
    return [
        Shown(
            "" if row.anonymous else (await words_of(session, row)).name,
            Money(row.amount_minor, row.currency),
            row.paid_at or row.started_at,
        )
        for row in rows
    ]


async def forget_unpaid(session: Session) -> int:
    """Forget gifts that never came, with what was written beside them, a month after they were begun; how many went.
    Their pages for paying are long over by then."""
    over = (
        col(Gift.started_at) < now() - UNPAID_KEPT,
        col(Gift.state).in_(("started", "expired", "failed")),
        col(Gift.method).not_in(OFF_LINE),  # those were entered by hand and taken back, and the books name them
    )
    gone = await session.execute(delete(Gift).where(*over).returning(col(Gift.id)))
    return len(gone.scalars().all())


async def givers(session: Session, campaign: UUID) -> int:
    """How many gifts a campaign has had."""
    found = select(func.count()).where(Gift.campaign == campaign, col(Gift.paid_at).is_not(None))
    return (await session.exec(found.select_from(Gift))).one()
