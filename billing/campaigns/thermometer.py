"""How far a campaign has come: asked of the books, never kept."""

from dataclasses import dataclass

from billing.campaigns.models import Campaign
from billing.ledger.balances import balance
from billing.money import Money
from infra.database import Session

COUNTS = ("gifts", "matched", "goods_given", "grants", "refunds", "disputes")
"""What came in, less what was given back or lost. What a campaign costs doesn't lower it."""


@dataclass(frozen=True, slots=True)
class Thermometer:
    """`raised` may be less than nought after refunds of gifts to it from before; then it reads as nought. `matched` is
    the part of it that sponsors added."""

    raised: Money
    goal: Money | None
    matched: Money

    @property
    def percent(self) -> int:
        """Of the goal, rounded down: 99 until it is really reached. Nought without a goal."""
        return max(0, self.raised.minor) * 100 // self.goal.minor if self.goal else 0

    @property
    def filled(self) -> int:
        """How much of the picture is filled, 0 to 100."""
        return min(100, self.percent)


async def thermometer(session: Session, campaign: Campaign) -> Thermometer:
    """What the ledger says now."""
    on = {account: -await balance(session, account, campaign.currency, campaign=campaign.id) for account in COUNTS}
    goal = Money(campaign.goal_minor, campaign.currency) if campaign.goal_minor else None
    return Thermometer(Money(sum(on.values()), campaign.currency), goal, Money(on["matched"], campaign.currency))
