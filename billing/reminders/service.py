"""Reminders: made when a gift comes whose donor asked for it, found again by a link, stopped in one step."""

from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from billing.giving.arriving import arrived
from billing.giving.models import Gift
from billing.giving.service import Words
from billing.reminders.models import GiftReminder
from billing.reminders.months import month_after
from infra.clock import now
from infra.database import Session
from infra.errors import NotFound
from infra.scope import current_tenant
from infra.vault import fingerprint
from tenants.directory.service import tenant_by_id


async def wanted(session: Session, gift: Gift, _words: Words) -> None:
    """Remind this gift's donor a month from now, if they asked for it. Who is reminded for the same campaign already
    goes on being reminded once a month, from the newer gift and of its amount."""
    if not gift.reminded or gift.donor is None:
        return
    tenant = await tenant_by_id(session, current_tenant())
    on = (gift.paid_at or now()).astimezone(ZoneInfo(tenant.zone)).date()
    found = select(GiftReminder).where(
        GiftReminder.donor == gift.donor,
        col(GiftReminder.campaign).is_not_distinct_from(gift.campaign),
        GiftReminder.state == "active",
    )
    row = (await session.exec(found.with_for_update())).one_or_none() or GiftReminder(
        donor=gift.donor, gift=gift.id, campaign=gift.campaign, currency=gift.currency,
        amount_minor=gift.amount_minor, day=on.day, next_on=on, language=gift.language,
    )  # fmt: skip
    row.gift, row.currency, row.amount_minor, row.language = gift.id, gift.currency, gift.amount_minor, gift.language
    row.day, row.next_on = on.day, month_after(on, on.day)
    session.add(row)
    await session.flush()


async def reminders_of(session: Session, donor: UUID) -> list[GiftReminder]:
    """A donor's running reminders, the next one first."""
    found = select(GiftReminder).where(GiftReminder.donor == donor, GiftReminder.state == "active")
    return list(await session.exec(found.order_by(col(GiftReminder.next_on))))


async def reminder(session: Session, key: UUID) -> GiftReminder:
    """One. Raises NotFound."""
    row = await session.get(GiftReminder, (current_tenant(), key))
    if row is None:
        raise NotFound
    return row


async def stop(session: Session, key: UUID) -> None:
    """Remind nobody of this any more; stopping twice changes nothing. Raises NotFound."""
    row = await reminder(session, key)
    row.state = "stopped"
    session.add(row)


async def link_of(session: Session, key: UUID) -> str:
    """The secret in the address by which a reminder is stopped: its id and a mark of this hotline's key."""
    return key.hex + (await fingerprint(session, "reminder-link", key.hex)).hex()[:24]


async def by_link(session: Session, token: str) -> GiftReminder:
    """The reminder to which a letter's link leads. Raises NotFound."""
    try:
        key = UUID(hex=token[:32])
    except ValueError:
        raise NotFound from None
    if token != await link_of(session, key):
        raise NotFound
    return await reminder(session, key)


arrived.append(wanted)
