"""The forms of a pool: what was promised, read and checked, and a payment between the sponsor and the hotline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.giving.desk.kept import plain
from billing.matching.models import Pool
from billing.matching.pools import HELD, Sponsor
from billing.money import BadAmount, Money, parse
from infra.clock import now
from infra.errors import Invalid
from infra.web import gettext as _
from tenants.members.service import normal_email

LONGEST = 120
RESTS = ("returns", "stays")


@dataclass(frozen=True, slots=True)
class PoolForm:
    """What the page shows and takes back, as typed. `since` and `until` are days, `since` "" from the opening on;
    `campaign` is an id, "" for all gifts."""

    sponsor: str = ""
    email: str = ""
    named: bool = True
    campaign: str = ""
    amount: str = ""
    percent: str = "100"
    most: str = ""
    since: str = ""
    until: str = ""
    rest: str = "returns"


@dataclass(frozen=True, slots=True)
class Promised:
    """What a sound form comes to; moments in UTC or any zone, `until` the end of the last day."""

    sponsor: Sponsor
    named: bool
    campaign: UUID | None
    amount: Money
    percent: int
    most: Money | None
    since: datetime
    until: datetime
    rest: str

    def fill(self, row: Pool, sealed: bytes) -> None:
        """Put it into a pool's row; `sealed` is the sponsor."""
        row.sealed, row.named, row.campaign, row.currency = sealed, self.named, self.campaign, self.amount.currency
        row.amount_minor, row.percent, row.rest = self.amount.minor, self.percent, self.rest
        row.most_per_gift_minor = self.most.minor if self.most else None
        row.since, row.until = self.since, self.until


def _said(sent: Mapping[str, Any], name: str) -> str:
    return " ".join(str(sent.get(name) or "").split())


def read(sent: Mapping[str, Any]) -> PoolForm:
    """The form as it was sent."""
    names = ("sponsor", "email", "campaign", "amount", "percent", "most", "since", "until", "rest")
    return PoolForm(named=sent.get("named") == "yes", **{name: _said(sent, name) for name in names})


def as_kept(row: Pool, sponsor: Sponsor, zone: str) -> PoolForm:
    """The form as things stand."""
    there = ZoneInfo(zone)
    most = plain(row.most_per_gift_minor, row.currency) if row.most_per_gift_minor else ""
    began = row.since.astimezone(there)
    return PoolForm(
        sponsor=sponsor.name,
        email=sponsor.email,
        named=row.named,
        campaign=str(row.campaign or ""),
        amount=plain(row.amount_minor, row.currency),
        percent=str(row.percent),
        most=most,
        since=began.date().isoformat() if began.time() == time() else "",
        until=(row.until - timedelta(microseconds=1)).astimezone(there).date().isoformat(),
        rest=row.rest,
    )


def check(form: PoolForm, currency: str, zone: str, campaigns: set[UUID]) -> tuple[Promised | None, dict[str, str]]:
    """What was promised, or field → what is wrong. `campaigns` are those that it may be for."""
    wrong: dict[str, str] = {}
    sponsor = _sponsor(form, wrong)
    amount = money_of(form.amount, currency, "amount", wrong)
    most = money_of(form.most, currency, "most", wrong) if form.most else None
    percent = int(form.percent) if form.percent.isascii() and form.percent.isdigit() and len(form.percent) < 5 else 0
    if not 1 <= percent <= 1000:
        wrong["percent"] = _("Write a whole percentage between 1 and 1000. 100 doubles each gift.")
    since, until = _days(form, zone, wrong)
    campaign = next((key for key in campaigns if str(key) == form.campaign), None)
    if form.campaign and campaign is None:
        wrong["campaign"] = _("Choose one of these.")
    if form.rest not in RESTS:
        wrong["rest"] = _("Choose one of these.")
    if wrong or amount is None:
        return None, wrong
    return Promised(sponsor, form.named, campaign, amount, percent, most, since, until, form.rest), {}


def _sponsor(form: PoolForm, wrong: dict[str, str]) -> Sponsor:
    email = ""
    if not 0 < len(form.sponsor) <= LONGEST:
        wrong["sponsor"] = _("Write the sponsor's name, in up to %(longest)s characters.", longest=LONGEST)
    if form.email:
        try:
            email = normal_email(form.email)
        except Invalid as error:
            wrong["email"] = _(error.message)
    return Sponsor(form.sponsor, email)


def money_of(typed: str, currency: str, field: str, wrong: dict[str, str]) -> Money | None:
    """An amount above nought, or None and what is wrong with it."""
    try:
        money = parse(typed, currency)
    except BadAmount:
        money = Money(0, currency)
    if money.minor:
        return money
    wrong[field] = _("Write an amount in %(currency)s, such as 2500.", currency=currency)
    return None


def _days(form: PoolForm, zone: str, wrong: dict[str, str]) -> tuple[datetime, datetime]:
    """From the beginning of the first day to the end of the last, where the hotline is."""
    since = day_of(form.since, "since", wrong) if form.since else None
    until = day_of(form.until, "until", wrong)
    begin = datetime.combine(since, time(), ZoneInfo(zone)) if since else now().replace(microsecond=0)
    end = datetime.combine(until + timedelta(days=1), time(), ZoneInfo(zone)) if until else begin
    if until and end <= now():
        wrong["until"] = _("This day is over. Choose one that is still to come.")
    elif until and end <= begin:
        wrong["until"] = _("The last day lies before the first.")
    return begin, end


def day_of(typed: str, field: str, wrong: dict[str, str]) -> date | None:
    """A day between 2000 and 2199, or None and what is wrong with it."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = date.min
    if 2000 <= day.year < 2200:
        return day
    wrong[field] = _("This isn't a day. Write it as 2027-03-31.")
    return None


@dataclass(frozen=True, slots=True)
class PaymentForm:
    """A payment as typed; `slip` names the page that it was typed on: sent twice, it is one payment."""

    amount: str = ""
    day: str = ""
    account: str = "bank"
    slip: str = ""


@dataclass(frozen=True, slots=True)
class Paid:
    """What a sound one comes to."""

    money: Money
    at: datetime
    account: str


def read_payment(sent: Mapping[str, Any]) -> PaymentForm:
    """The form as it was sent."""
    return PaymentForm(**{name: _said(sent, name) for name in ("amount", "day", "account", "slip")})


def check_payment(form: PaymentForm, currency: str, zone: str) -> tuple[Paid | None, dict[str, str]]:
    """The payment, or field → what is wrong."""
    wrong: dict[str, str] = {}
    money = money_of(form.amount, currency, "amount", wrong)
    day = day_of(form.day, "day", wrong)
    if day and day > now().astimezone(ZoneInfo(zone)).date():
        wrong["day"] = _("This day is still to come. Enter it when the money is there.")
    if form.account not in HELD:
        wrong["account"] = _("Choose one of these.")
    if not (form.slip.isascii() and form.slip.isalnum() and len(form.slip) <= 40):
        wrong["amount"] = _("This page is out of date. Open it again.")
    if wrong or money is None or day is None:
        return None, wrong
    return Paid(money, datetime.combine(day, time(), ZoneInfo(zone)), form.account), {}
