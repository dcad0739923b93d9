"""Sponsors' pools for the sweeps: a promise that matches a gift, and one that nobody has heard of yet."""

from datetime import timedelta
from uuid import UUID

from billing.matching.models import Pool
from billing.matching.pools import Sponsor, open_pool, pay_in, sealed
from billing.matching.service import settle
from billing.money import Money
from infra.clock import now
from infra.database import Session


async def pools(session: Session, marker: str, gift: UUID, campaign: UUID) -> dict[str, UUID]:
    """Both in the tenant in scope. Neither sponsor wants to be named, so no public page may hold the marker."""
    found = {}
    for state in ("pool_draft", "pool"):
        row = Pool(
            sealed=await sealed(session, Sponsor(marker, f"{marker}@example.org")), named=False, currency="GBP",
            amount_minor=100_000, since=now() - timedelta(days=1), until=now() + timedelta(days=30),
        )  # fmt: skip
        session.add(row)
        await session.flush()
        found[state] = row.id
    await open_pool(session, found["pool"])
    await settle(session, gift=gift, campaign=campaign, kept=Money(1000, "GBP"), at=now())
    paid = Money(1000, "GBP")
    found["pool_payment"] = await pay_in(session, found["pool"], paid, account="bank", at=now(), ref=marker)
    return found
