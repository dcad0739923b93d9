"""What lets a donor in, and reminds them, for the sweeps: a letter that is over, a new address, a running reminder."""

import hashlib
from datetime import timedelta
from uuid import UUID

from billing.donors.models import DonorKey
from billing.reminders.models import GiftReminder
from billing.reminders.service import link_of
from infra.clock import now
from infra.database import Session
from infra.vault import seal


async def donors(session: Session, marker: str, given: dict[str, UUID]) -> tuple[dict[str, UUID], str]:
    """A row of each table, and the secret in the address by which the reminder is stopped. The letter's secret, which
    is good no more, is made of the marker."""
    letter = DonorKey(
        kind="letter", donor=given["donor"], hash=hashlib.sha256(f"letter-{marker}".encode()).digest(),
        expires_at=now() - timedelta(minutes=1),
    )  # fmt: skip
    wish = DonorKey(kind="wish", sealed=await seal(session, f"{marker}@example.org".encode()), expires_at=now())
    reminder = GiftReminder(
        donor=given["donor"], gift=given["gift"], campaign=given["campaign"], currency="GBP", amount_minor=1000,
        day=31, next_on=now().date() + timedelta(days=9), language="en",
    )  # fmt: skip
    session.add_all([letter, wish, reminder])
    await session.flush()
    ids = {"donor_key": wish.id, "gift_reminder": reminder.id, "reminder": reminder.id}
    return ids, await link_of(session, reminder.id)
