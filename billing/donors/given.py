"""What a donor has given: each gift with what came of it, and the years of which there is a statement."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, extract, tuple_
from sqlmodel import col, select

from billing.campaigns.models import Campaign
from billing.giving.models import Gift
from billing.money import Money
from billing.processor.models import PaymentRow
from billing.receipts.facts import facts_of
from billing.receipts.models import Receipt
from infra.database import Session
from infra.scope import current_tenant
from tenants.directory.models import Tenant
from tenants.texts import say

PAGE = 60


@dataclass(frozen=True, slots=True)
class Given:
    """A gift that has come. `purpose` is its campaign's title, "" for the work itself; `back` is what was given back;
    `receipt` is the path of the receipt as it stands, "" while there is none."""

    gift: Gift
    total: Money
    back: Money
    purpose: str
    receipt: str
    number: str


async def given(
    session: Session, tenant: Tenant, donor: UUID, tag: str, before: UUID | None = None, most: int = PAGE
) -> tuple[list[Given], UUID | None]:
    """A page of a donor's gifts, newest first, and the one behind which the next page begins."""
    found = select(Gift).where(Gift.donor == donor, col(Gift.paid_at).is_not(None))
    if before and (last := await session.get(Gift, (current_tenant(), before))):
        found = found.where(tuple_(col(Gift.paid_at), col(Gift.id)) < (last.paid_at, last.id))
    rows = list(await session.exec(found.order_by(col(Gift.paid_at).desc(), col(Gift.id).desc()).limit(most + 1)))
    gifts = rows[:most]
    titles, back = await titles_of(session, tenant, tag, gifts), await _back(session, gifts)
    receipts = await _receipts(session, gifts)
    listed = [
        Given(
            gift=gift,
            total=Money(gift.total_minor, gift.currency),
            back=Money(back.get(gift.id, 0), gift.currency),
            purpose=titles.get(gift.campaign, "") if gift.campaign else "",
            receipt=f"/h/{tenant.slug}/receipts/{receipts[gift.id][1]}" if gift.id in receipts else "",
            number=receipts[gift.id][0] if gift.id in receipts else "",
        )
        for gift in gifts
    ]
    return listed, gifts[-1].id if len(rows) > most else None


async def titles_of(session: Session, tenant: Tenant, tag: str, rows: Any) -> dict[UUID, str]:
    """The titles of the campaigns that these rows name."""
    named = {row.campaign for row in rows if row.campaign}
    if not named:
        return {}
    found = await session.exec(select(Campaign).where(col(Campaign.id).in_(named)))
    return {row.id: say(row.title, tag, tenant.languages[0]) for row in found}


async def _back(session: Session, gifts: list[Gift]) -> dict[UUID, int]:
    """What went back of each, in its own currency: the books have it in the one that the account is settled in."""
    asked = select(PaymentRow.id, PaymentRow.refunded_minor).where(
        col(PaymentRow.id).in_([gift.id for gift in gifts]), PaymentRow.refunded_minor > 0
    )
    return dict((await session.exec(asked)).all())


async def _receipts(session: Session, gifts: list[Gift]) -> dict[UUID, tuple[str, str]]:
    """A gift's receipt as it stands: its number and the secret in its address."""
    found = select(Receipt).where(col(Receipt.gift).in_([gift.id for gift in gifts]), Receipt.state != "replaced")
    rows = await session.exec(found)
    return {row.gift: (row.label, (await facts_of(session, row.sealed)).token) for row in rows}


def _issued(donor: UUID, *columns: Any) -> Select[Any]:
    """What stands on a donor's receipts that name an address; one who has changed theirs has two of them."""
    gift = (col(Gift.tenant_id) == Receipt.tenant_id) & (col(Gift.id) == Receipt.gift)
    of_donor = (col(Gift.donor) == donor, col(Receipt.donor_hash).is_not(None))
    joined: Select[Any] = select(*columns).select_from(Gift).join(Receipt, gift).where(*of_donor).distinct()
    return joined


async def hashes_of(session: Session, donor: UUID) -> list[bytes]:
    """By what a donor's receipts are found."""
    return [row[0] for row in (await session.execute(_issued(donor, Receipt.donor_hash))).all()]


async def statements_of(session: Session, donor: UUID) -> list[tuple[int, bytes]]:
    """(year, by what its receipts are found) of each statement that a donor can have, newest first."""
    year = extract("year", col(Receipt.given_on))
    asked = _issued(donor, year, Receipt.donor_hash).where(col(Receipt.state) == "issued")
    return sorted(((int(row[0]), row[1]) for row in (await session.execute(asked)).all()), reverse=True)
