"""What the public pages of giving are drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from babel.dates import format_date
from babel.numbers import get_currency_name

from billing.campaigns.models import Campaign, CampaignPicture, CampaignUpdate
from billing.campaigns.pictures import pictures_of
from billing.campaigns.service import over, takes_gifts, updates_of
from billing.campaigns.thermometer import Thermometer, thermometer
from billing.giving import service
from billing.giving.form import OWN, RHYTHMS, GiftForm
from billing.giving.settings import OPEN_BOOKS, Giving
from billing.matching.offer import offer
from billing.money import Money, brief, in_digits, shown
from billing.processor.access import simulated
from infra.database import Session
from infra.settings import settings
from infra.web import language
from infra.web.i18n import LANGUAGES
from infra.web.security import policy
from tenants.directory.models import Tenant
from tenants.profile.models import Profile
from tenants.texts import say

CHECKOUT = "https://checkout.stripe.com"


def headers(*, framed: bool = False) -> dict[str, str]:
    """The page's form leads to the processor's page, which browsers hold against the form's own page."""
    ours = "{0.scheme}://{0.netloc}".format(urlsplit(settings().base_url))
    return {
        "content-security-policy": policy(
            forms_to=ours if simulated() else f"{ours} {CHECKOUT}", framed_by="*" if framed else "'none'"
        )
    }


def spoken(tenant: Tenant) -> str:
    """The page's language: the visitor's if the hotline speaks it, else the hotline's first."""
    return language() if language() in tenant.languages else tenant.languages[0]


def whole(money: Money) -> str:
    """An amount without decimals where they are nought: what keys to press say."""
    return brief(money, language())


def shell(tenant: Tenant, profile: Profile) -> dict[str, Any]:
    """What every page of a hotline's public side is given."""
    tag = spoken(tenant)
    neutral = profile.defaults.get("neutral_title")
    return {
        "hotline": tenant.name,
        "home": f"/h/{tenant.slug}",
        "give": f"/h/{tenant.slug}/give",
        "open_books": f"/h/{tenant.slug}/open-books" if profile.defaults.get(OPEN_BOOKS) else "",
        "neutral_title": say(profile.texts.get("neutral_title", {}), tag, tenant.languages[0]) if neutral else "",
        "exit_url": str(profile.defaults.get("exit_url", "")),
        "languages_here": {each: LANGUAGES[each] for each in tenant.languages if each in LANGUAGES},
        "zone": tenant.zone,
        "who": say(profile.texts.get("who", {}), tag, tenant.languages[0]),
        "shown": partial(shown, language=language()),
        "whole": whole,
        "simulated": simulated(),
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """A campaign as a visitor sees it."""

    row: Campaign
    title: str
    brief: str
    story: str
    ends: str
    open: bool
    over: bool
    meter: Thermometer
    gifts: int
    pictures: list[tuple[CampaignPicture, str]] = field(default_factory=list)
    updates: list[tuple[CampaignUpdate, str]] = field(default_factory=list)


async def campaign_shown(session: Session, tenant: Tenant, row: Campaign) -> Shown:
    """Everything the page says of it."""
    tag, first = spoken(tenant), tenant.languages[0]
    return Shown(
        row,
        title=say(row.title, tag, first),
        brief=say(row.brief, tag, first),
        story=say(row.story, tag, first),
        ends=format_date(row.ends_on, "long", locale=_locale()) if row.ends_on else "",
        open=takes_gifts(row, tenant),
        over=over(row, tenant),
        meter=await thermometer(session, row),
        gifts=await service.givers(session, row.id),
        pictures=[(each, say(each.alt, tag, first)) for each in await pictures_of(session, row.id)],
        updates=[(each, say(each.words, tag, first)) for each in await updates_of(session, row.id, most=10)],
    )


async def giving_context(
    session: Session, tenant: Tenant, giving: Giving, form: GiftForm, campaign: UUID | None
) -> dict[str, Any]:
    """What the form is drawn from."""
    kept = giving.settings
    tag, first = spoken(tenant), tenant.languages[0]
    return {
        "giving": giving,
        "form": form,
        "does": say(kept.does, tag, first),
        "law": say(giving.law.says, language()),
        "filing_name": say(giving.law.filing, language()),
        "currency_name": get_currency_name(kept.currency, count=2, locale=language().replace("-", "_")),
        "percent": f"{kept.fee_points / 100:g}",
        "fixed": kept.fee_minor,
        "platform_percent": f"{settings().stripe_fee / 100:g}" if settings().stripe_fee else "",
        "lately": await service.lately(session, campaign),
        "offer": await offer(session, tenant, campaign, kept.currency),
    }


def first_choice(giving: Giving, query: Mapping[str, str]) -> GiftForm:
    """The form before anything was typed: what a link names, else the second of the amounts, once."""
    amounts = [str(money.minor) for money in giving.suggested()]
    asked, rhythm = query.get("amount", ""), query.get("rhythm", "")
    rhythm = rhythm if rhythm in RHYTHMS else "once"
    if query.get("currency", giving.settings.currency) != giving.settings.currency:
        asked = ""
    if asked in amounts:
        return GiftForm(amount=asked, rhythm=rhythm)
    if asked.isascii() and asked.isdigit() and len(asked) < 16:
        own = Money(int(asked), giving.settings.currency)
        if giving.least <= own <= giving.most:
            return GiftForm(amount=OWN, own=in_digits(own), rhythm=rhythm)
    return GiftForm(amount=amounts[min(1, len(amounts) - 1)] if amounts else "own", rhythm=rhythm)


def _locale() -> str:
    return "en_GB" if language() == "en" else language().replace("-", "_")  # days before months, as beside it
