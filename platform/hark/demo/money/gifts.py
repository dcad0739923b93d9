"""A month of gifts to one example hotline, each given on its own day by the way that donors go."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import httpx

from billing.campaigns.models import Campaign
from billing.campaigns.service import campaigns
from billing.giving import service
from billing.giving.arriving import purpose_of
from billing.giving.form import Chosen, GiftForm
from billing.giving.models import GivingSettings
from billing.giving.settings import beginning, cover, giving_of
from billing.money import Money, digits
from billing.processor.booking.payouts import book_payout
from billing.processor.checkout import CheckoutOrder, look_up, start_checkout
from billing.processor.connect.service import open_account, renew
from hark.demo.invented.cast import DONORS, Gifts, Hotline
from hark.demo.money import around, till
from infra.clock import now, travel
from infra.database import unit_of_work
from infra.settings import settings
from tenants.directory.models import Tenant

NAMED, MONTHLY, SHOWN, WRITES, HONOURS, COVERS, FOR_IT = 0.6, 0.2, 0.4, 0.3, 0.06, 0.4, 0.35
"""How many of the gifts have a name; of those with an address, how many begin a monthly one; how many show the name,
have a message or somebody in whose honour, add the fee, go to the campaign."""
A_WEEK, LASTS = timedelta(days=7), timedelta(days=75)


@dataclass(frozen=True, slots=True)
class Meant:
    """A gift that is going to be given."""

    at: datetime
    form: GiftForm
    minor: int
    to_campaign: bool


async def support(hotline: Hotline, tenant: Tenant, start: datetime, days: int, browser: httpx.AsyncClient) -> int:
    """Let the gifts of so many days from `start` on come in, in the hotline's scope and outside of any unit of work;
    how many there are. Done again after it was killed, it goes on where it stood."""
    with travel(to=start - timedelta(hours=2)):
        await _open_page(hotline, tenant)
        if hotline.gifts.appeal is None:
            return 0
        account = await _open_account(hotline, tenant)
        await around.promise(hotline, tenant)
        await around.spend(hotline, tenant)
    with travel(to=start + timedelta(days=days / 2)):
        await around.evening(hotline, tenant)
        await around.spend(hotline, tenant)
    count, paid_out = 0, start
    for number, meant in enumerate(_meant(hotline.gifts, tenant, start, days)):
        if meant.at - paid_out > A_WEEK:
            paid_out = meant.at
            with travel(to=paid_out):
                await _pay_out(account)
        with travel(to=meant.at):
            await _give(tenant, meant, number, browser)
        count += 1
    await till.hush(account)
    return count


async def _pay_out(account: str) -> None:
    for payout in await till.pay_out(account):
        async with unit_of_work() as session:
            await book_payout(session, account, payout)


async def _open_page(hotline: Hotline, tenant: Tenant) -> None:
    """The donation page and its campaign, or the way to the partner who collects for the hotline."""
    gifts, row = hotline.gifts, beginning(tenant)
    async with unit_of_work() as session:
        if await session.get(GivingSettings, (tenant.id, tenant.id)):
            return
        row.does, row.thanks, row.open = dict(gifts.does), dict(gifts.thanks), gifts.appeal is not None
        row.partner = gifts.partner.model_dump() if gifts.partner else {}
        session.add(row)
        if appeal := gifts.appeal:
            session.add(
                Campaign(
                    slug=appeal.slug,
                    state="open",
                    title=dict(appeal.title),
                    brief=dict(appeal.brief),
                    story=dict(appeal.story),
                    currency=row.currency,
                    goal_minor=appeal.goal * 10 ** digits(row.currency),
                    ends_on=(now() + LASTS).date(),
                )
            )


async def _open_account(hotline: Hotline, tenant: Tenant) -> str:
    """See that there is an account that may be paid; its name."""
    account = await open_account(tenant, hotline.country, f"{settings().base_url}/h/{tenant.slug}")
    await till.introduce(account, hotline.organisation)
    async with unit_of_work() as session:
        await renew(session, account)
    return account


def _meant(gifts: Gifts, tenant: Tenant, start: datetime, days: int) -> list[Meant]:
    """The gifts of these days, in order: the same ones each time that the same days are asked for."""
    chance = Random(f"{tenant.kind}:{start:%Y-%m-%d}")
    count = max(1, round(gifts.a_day * days))
    moments = sorted(start + timedelta(days=days) * chance.random() for _ in range(count))
    return [_one(gifts, at, chance) for at in moments]


def _one(gifts: Gifts, at: datetime, chance: Random) -> Meant:
    def maybe(share: float, words: tuple[str, ...]) -> str:
        return chance.choice(words) if words and chance.random() < share else ""

    name = maybe(NAMED, gifts.donors)
    email = gifts.email_of(name) if name else ""
    form = GiftForm(
        amount="own",
        cover=chance.random() < COVERS,
        name=name,
        email=email,
        rhythm="monthly" if email and chance.random() < MONTHLY else "once",
        shows=bool(name) and chance.random() < SHOWN,
        honour=maybe(HONOURS, gifts.honours),
        message=maybe(WRITES, gifts.messages),
    )
    return Meant(at, form, chance.choice(gifts.amounts), chance.random() < FOR_IT)


async def _give(tenant: Tenant, meant: Meant, number: int, browser: httpx.AsyncClient) -> None:
    async with unit_of_work() as session:
        giving = await giving_of(session, tenant)
        money = Money(meant.minor, giving.settings.currency)
        added = cover(money, giving.settings) if meant.form.cover else Money(0, money.currency)
        row = (await campaigns(session))[-1]
        to, spoken = row.id if meant.to_campaign else None, tenant.languages[0]
        chosen = Chosen(money, added, meant.form.email)
        try:
            gift = await service.begin(session, meant.form, chosen, ticket=f"demo {number}", campaign=to, spoken=spoken)
        except service.Spent:  # filled before, with another number of days
            return
        if gift.state == "paid":
            return
        page = f"{settings().base_url}/h/{tenant.slug}/give"
        order = CheckoutOrder(
            gift=gift.id,
            money=money + added,
            label=await purpose_of(session, gift, tenant),
            language=gift.language,
            back=f"{page}/thanks/{await service.link_of(session, gift.id)}",
            away=page,
            email=meant.form.email or None,
            campaign=gift.campaign,
            monthly=gift.monthly,
            added=added,
        )
    where = await start_checkout(order)
    if where != order.back:
        await till.pay(browser, where, meant.form.name, meant.form.email or f"giver{number}@{DONORS}")
    await look_up(gift.id)
