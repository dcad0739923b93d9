"""What the public pages say of matching gifts: what holds for a gift that is made now, and what came of one."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from sqlmodel import col, or_, select

from billing.matching.models import Pool, PoolMatch
from billing.matching.pools import sponsor_of
from billing.matching.service import in_turn, left
from billing.money import Money, brief
from infra.clock import now
from infra.database import Session
from infra.web import gettext as _
from infra.web import language
from tenants.directory.models import Tenant


@dataclass(frozen=True, slots=True)
class Offer:
    """What a sponsor adds to a gift that is made now. `sponsor` is "" for one who isn't named, `until` the last day in
    words."""

    sponsor: str
    percent: int
    until: str
    most: Money | None
    left: Money
    total: Money

    @property
    def headline(self) -> str:
        """ "Every gift is doubled until 31 December", in the reader's language."""
        who, day = self.sponsor, self.until
        if self.percent == 100:
            if who:
                return _("%(sponsor)s doubles every gift until %(day)s", sponsor=who, day=day)
            return _("Every gift is doubled until %(day)s", day=day)
        if self.percent == 200:
            if who:
                return _("%(sponsor)s triples every gift until %(day)s", sponsor=who, day=day)
            return _("Every gift is tripled until %(day)s", day=day)
        if who:
            return _(
                "%(sponsor)s adds %(percent)s %% to every gift until %(day)s",
                sponsor=who, percent=self.percent, day=day,
            )  # fmt: skip
        return _("A sponsor adds %(percent)s %% to every gift until %(day)s", percent=self.percent, day=day)

    @property
    def limit(self) -> str:
        """What is added to one gift at most; "" where there is no such limit."""
        return _("Up to %(most)s is added to each.", most=brief(self.most, language())) if self.most else ""

    @property
    def remaining(self) -> str:
        """ "€12,300 of €20,000 is left for this."""
        tag = language()
        return _("%(left)s of %(total)s is left for this.", left=brief(self.left, tag), total=brief(self.total, tag))

    @property
    def lasting(self) -> str:
        """The offer for a picture that may be looked at much later: true even when the money has been used up."""
        return _(
            "%(offer)s, while the %(total)s for it lasts.", offer=self.headline, total=brief(self.total, language())
        )


async def offer(session: Session, tenant: Tenant, campaign: UUID | None, currency: str) -> Offer | None:
    """What is added to a gift of this currency that is made now, to this campaign or to none; None where nothing is,
    because no sponsor promised or what they promised is used up."""
    at = now()
    found = select(Pool).where(
        col(Pool.state) == "open", col(Pool.currency) == currency, col(Pool.since) <= at, col(Pool.until) > at,
        or_(col(Pool.campaign).is_(None), col(Pool.campaign) == campaign),
    )  # fmt: skip
    for row in in_turn(await session.exec(found)):
        still = await left(session, row)
        if still > 0:
            return await _offer(session, tenant, row, still)
    return None


async def _offer(session: Session, tenant: Tenant, row: Pool, still: int) -> Offer:
    return Offer(
        sponsor=(await sponsor_of(session, row)).name if row.named else "",
        percent=row.percent,
        until=last_day(row, tenant),
        most=None if row.most_per_gift_minor is None else Money(row.most_per_gift_minor, row.currency),
        left=Money(still, row.currency),
        total=Money(row.amount_minor, row.currency),
    )


def last_day(row: Pool, tenant: Tenant) -> str:
    """The last day on which a pool matches gifts, where the hotline is: "31 December", with the year in another one."""
    zone = ZoneInfo(tenant.zone)
    day = (row.until - timedelta(microseconds=1)).astimezone(zone).date()
    locale = "en_GB" if language() == "en" else language().replace("-", "_")
    if day.year == now().astimezone(zone).year:
        return format_skeleton("MMMMd", day, locale=locale)
    return format_date(day, "long", locale=locale)


@dataclass(frozen=True, slots=True)
class Matched:
    """What came of a gift's match: so much from this sponsor ("" unnamed); `late` when nothing was left for it."""

    sponsor: str
    money: Money
    late: bool


async def matches_of(session: Session, gift: UUID) -> list[Matched]:
    """What sponsors add to a gift, as it stands; with nought for a pool that had nothing left, or has it back."""
    same = (col(Pool.tenant_id) == col(PoolMatch.tenant_id)) & (col(Pool.id) == col(PoolMatch.pool))
    found = select(PoolMatch, Pool).join(Pool, same).where(PoolMatch.gift == gift)
    return [
        Matched(
            (await sponsor_of(session, row)).name if row.named else "",
            Money(match.minor, row.currency),
            late=match.times == 0,
        )
        for match, row in await session.exec(found.order_by(col(PoolMatch.id)))
    ]
