"""Gifts for the sweeps: a hotline that takes them, a campaign with its news and picture, a donor and their words."""

import json
from uuid import UUID

from billing.campaigns.models import Campaign, CampaignPicture, CampaignUpdate
from billing.campaigns.pictures import storage_key
from billing.fundraising.models import DonorNote, Payout, PayoutLine
from billing.giving.models import Donor, Gift, GivingSettings
from billing.giving.service import link_of
from billing.monthly.models import MonthlyGift, MonthlyLetter
from billing.processor.models import PaymentRow
from infra.clock import now
from infra.database import Session
from infra.ids import new_id
from infra.storage import store
from infra.vault import fingerprint, seal
from tests.world import Hotline


async def gifts(session: Session, hotline: Hotline, marker: str) -> tuple[dict[str, UUID], str]:
    """A row of each table, and the secret in the address of the gift's thank-you page. The campaign is named by its own
    id; the picture's file is the marker."""
    kept = GivingSettings(
        id=hotline.tenant, open=True, currency="GBP", amounts=[1000, 2500], least_minor=100, most_minor=100_000,
        does={"en": "What a gift does."}, filing=marker, partner={},
    )  # fmt: skip
    key = new_id()
    campaign = Campaign(
        id=key, slug=str(key), state="open", title={"en": f"Campaign {marker}"}, currency="GBP", goal_minor=100_000
    )
    donor = Donor(hash=await fingerprint(session, "donor", marker), sealed=await seal(session, b"{}"), language="en")
    session.add_all([kept, campaign, donor])
    await session.flush()
    words = dict.fromkeys(("name", "email", "honour", "message"), marker)
    gift = Gift(
        ticket=marker, campaign=key, donor=donor.id, currency="GBP", amount_minor=1000, state="paid", paid_at=now(),
        sealed=await seal(session, json.dumps(words).encode()), language="en", method="card",
    )  # fmt: skip
    paid = PaymentRow(id=gift.id, account=f"acct_{marker}", currency="GBP", minor=1000, charge=f"ch_of_{marker}")
    paid.state, paid.paid_at, paid.refunded_minor = "paid", now(), 100
    picture = CampaignPicture(campaign=key, alt={"en": marker}, width=10, height=10)
    news = CampaignUpdate(campaign=key, words={"en": marker})
    session.add_all([gift, paid, picture, news])
    await session.flush()
    monthly = MonthlyGift(
        account=f"acct_{marker}", subscription=f"sub_{marker}", customer=f"cus_{marker}", begun=gift.id, donor=donor.id,
        campaign=key, currency="GBP", amount_minor=1000, anchor=now(), next_at=now(), card_brand=marker,
    )  # fmt: skip
    session.add(monthly)
    await session.flush()
    session.add(MonthlyLetter(monthly_gift=monthly.id, reason="failed", period=f"in_{marker}"))
    out = Payout(
        account=f"acct_{marker}", payout=f"po_{marker}", currency="GBP", minor=955, state="paid", made_at=now(),
        arrives_at=now(), listed_at=now(),
    )  # fmt: skip
    session.add_all([out, DonorNote(donor=donor.id, sealed=await seal(session, marker.encode()))])
    await session.flush()
    line = PayoutLine(
        payout=out.id, txn=f"txn_{marker}", category="charge", at=now(), minor=1000, fee_minor=45, net_minor=955
    )
    session.add(line)
    await store().put(storage_key(picture.id), marker.encode())
    ids = {"campaign": key, "campaign_update": news.id, "campaign_picture": picture.id, "gift": gift.id}
    ids["monthly_gift"] = monthly.id
    return ids | {"donor": donor.id, "giving_settings": kept.id}, await link_of(session, gift.id)
