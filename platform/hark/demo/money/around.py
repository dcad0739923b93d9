"""What stands around the gifts of an example: a sponsor's promise, an evening's cash box, what each month costs."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import select

from billing.campaigns.service import campaigns
from billing.giving.settings import giving_of
from billing.matching.models import Pool
from billing.matching.pools import Sponsor, open_pool, pay_in, sealed
from billing.money import Money, digits
from billing.offline.facts import OfflineFacts
from billing.offline.form import Given
from billing.offline.service import enter as enter_gift
from billing.openness import costs
from hark.demo.invented.cast import Hotline
from infra.clock import now
from infra.database import unit_of_work
from tenants.directory.models import Tenant

LASTS = timedelta(days=60)


async def promise(hotline: Hotline, tenant: Tenant) -> None:
    """The sponsor's pool, opened now and paid in by half; once, however often this is done."""
    if (sponsor := hotline.gifts.around.sponsor) is None:
        return
    async with unit_of_work() as session:
        if (await session.exec(select(Pool.id))).first() is not None:
            return
        currency = (await giving_of(session, tenant)).settings.currency
        unit = 10 ** digits(currency)
        row = Pool(
            sealed=await sealed(session, Sponsor(sponsor.name, "")),
            campaign=(await campaigns(session))[-1].id,
            currency=currency,
            amount_minor=sponsor.amount * unit,
            most_per_gift_minor=sponsor.most * unit,
            since=now(),
            until=now() + LASTS,
        )
        session.add(row)
        await session.flush()
        await open_pool(session, row.id)
        half = Money(row.amount_minor // 2, currency)
        await pay_in(session, row.id, half, account="bank", at=now(), ref=f"demo:{row.id}")


async def evening(hotline: Hotline, tenant: Tenant) -> None:
    """What lay in the box after an evening for the line."""
    around = hotline.gifts.around
    if not around.evening:
        return
    async with unit_of_work() as session:
        currency = (await giving_of(session, tenant)).settings.currency
        given = Given(
            kind="cash",
            money=Money(around.box * 10 ** digits(currency), currency),
            given_on=now().astimezone(ZoneInfo(tenant.zone)).date(),
            campaign=None,
            facts=OfflineFacts(name=around.evening, counted=hotline.owner.name),
            language=tenant.languages[0],
            receipt=False,
        )
        await enter_gift(session, tenant, given, ticket="demo evening", by=None)


async def spend(hotline: Hotline, tenant: Tenant) -> None:
    """What the month of now has cost so far, entered once."""
    month = now().astimezone(ZoneInfo(tenant.zone)).date().replace(day=1)
    async with unit_of_work() as session:
        currency = (await giving_of(session, tenant)).settings.currency
        for kind, amount in hotline.gifts.around.costs.items():
            await costs.enter(
                session,
                zone=tenant.zone,
                month=month,
                kind=f"cost.{kind}",
                money=Money(amount * 10 ** digits(currency), currency),
                paid_from="bank",
                note="",
                ticket=_ticket(tenant.id, f"{month:%Y-%m} {kind}"),
            )


def _ticket(tenant: UUID, name: str) -> str:
    return f"demo {tenant.hex[:8]} {name}"
