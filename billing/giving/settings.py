"""How a hotline takes gifts: its settings, what they come to under its country's law, and what it starts with."""

from dataclasses import dataclass
from typing import Literal

from babel.core import get_global
from sqlmodel import select

from billing.giving.models import GivingSettings
from billing.law import Country, country
from billing.money import Money, digits
from billing.processor.checkout import methods
from infra.database import Session
from infra.scope import current_tenant
from tenants.directory.models import Tenant

Mode = Literal["off", "own", "partner"]
OPEN_BOOKS = "open_books"
"""The name, among a hotline's defaults, of whether everybody may read what comes in and what the line costs."""
STEPS = {"CNY": (50, 100, 200, 500), "JPY": (1000, 3000, 5000, 10000), "INR": (500, 1000, 2000, 5000)}
"""What people give where a unit is worth little, in whole units; elsewhere the four below."""
USUAL = (10, 25, 50, 100)
DEAR = {
    **{"CNY": 10, "HKD": 10, "TWD": 10, "MXN": 10, "SEK": 10, "NOK": 10, "DKK": 10, "CZK": 20, "THB": 20, "INR": 50},
    **{"PHP": 50, "ISK": 100, "JPY": 100, "HUF": 200, "KRW": 1000, "CLP": 1000, "VND": 20_000, "IDR": 10_000},
}
"""About how many units make one euro, by round numbers, for amounts, bounds and fees to begin with."""


@dataclass(frozen=True, slots=True)
class Giving:
    """How a hotline takes gifts now. `mode`: "own" on its own page, "partner" by leading to who collects for it."""

    settings: GivingSettings
    law: Country
    mode: Mode

    def suggested(self) -> list[Money]:
        """The amounts that the page offers, ascending."""
        return [Money(minor, self.settings.currency) for minor in self.settings.amounts]

    @property
    def least(self) -> Money:
        """The smallest gift."""
        return Money(self.settings.least_minor, self.settings.currency)

    @property
    def most(self) -> Money:
        """The largest that a page takes; more is a matter for a conversation."""
        return Money(self.settings.most_minor, self.settings.currency)


def currency_of(code: str) -> str:
    """What is paid with in a country (ISO 3166 alpha-2); EUR where CLDR doesn't know."""
    listed = get_global("territory_currencies").get(code.upper(), [])
    return next((name for name, _begun, ended, tender in reversed(listed) if ended is None and tender), "EUR")


def beginning(tenant: Tenant) -> GivingSettings:
    """What a hotline has before it has set anything: off, with amounts that fit its currency."""
    currency = currency_of(tenant.country)
    unit = 10 ** digits(currency)
    about = DEAR.get(currency, 1)
    amounts = [step * unit for step in STEPS.get(currency, [about * step for step in USUAL])]
    return GivingSettings(
        id=tenant.id,
        currency=currency,
        amounts=amounts,
        least_minor=about * unit,
        most_minor=10_000 * about * unit,
        fee_minor=30 * about * unit // 100,
    )


def mode_of(settings: GivingSettings, law: Country) -> Mode:
    """Whether gifts may be asked for. Where the law wants a qualification, only with the number that it is filed by."""
    if settings.open and (law.free or settings.filing):
        return "own"
    return "partner" if settings.partner.get("name") and settings.partner.get("url") else "off"


async def giving_of(session: Session, tenant: Tenant) -> Giving:
    """How the hotline in scope takes gifts."""
    assert tenant.id == current_tenant(), "another hotline's settings are out of sight"
    row = (await session.exec(select(GivingSettings))).one_or_none() or beginning(tenant)
    law = country(tenant.country)
    mode = mode_of(row, law) if tenant.status == "open" else "off"
    if mode == "own" and not await methods(session):  # its account is gone, or may not take payments now
        mode = "off"
    return Giving(row, law, mode)


def cover(money: Money, settings: GivingSettings) -> Money:
    """What has to be added so that, after the payment's fee on the whole, about the gift itself is left; rounded up."""
    due = money.minor * settings.fee_points + settings.fee_minor * 10_000
    return Money(-(-due // (10_000 - settings.fee_points)), money.currency)
