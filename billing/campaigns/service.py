"""Campaigns: found by name, written by the hotline's leads, measured by the books."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from slugify import slugify
from sqlmodel import col, select

from billing.campaigns.models import Campaign, CampaignUpdate
from billing.money import BadAmount, Money, parse
from infra.clock import now
from infra.database import Session
from infra.errors import NotFound
from infra.web import gettext as _
from tenants.directory.models import Tenant
from tenants.texts import Text

RESERVED = {"widget", "thanks", "pay", "card", "new", "embed", "monthly", "wait"}
"""Words that stand in addresses below the donation page for something else."""
LONGEST = {"title": 90, "brief": 240, "story": 8000, "words": 4000}
STATES = ("draft", "open", "closed")


async def campaign_by_slug(session: Session, slug: str) -> Campaign:
    """The campaign of this name. Raises NotFound."""
    row = (await session.exec(select(Campaign).where(Campaign.slug == slug))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def campaign(session: Session, key: UUID, *, lock: bool = False) -> Campaign:
    """The campaign with this id. Raises NotFound."""
    found = select(Campaign).where(Campaign.id == key)
    row = (await session.exec(found.with_for_update() if lock else found)).one_or_none()
    if row is None:
        raise NotFound
    return row


async def campaigns(session: Session) -> list[Campaign]:
    """Every campaign, the newest first."""
    return list(await session.exec(select(Campaign).order_by(col(Campaign.id).desc())))


def takes_gifts(row: Campaign, tenant: Tenant) -> bool:
    """Whether it is open and its last day isn't over where the hotline is."""
    return row.state == "open" and not over(row, tenant)


def over(row: Campaign, tenant: Tenant) -> bool:
    """Whether its last day is past."""
    return row.ends_on is not None and row.ends_on < now().astimezone(ZoneInfo(tenant.zone)).date()


async def updates_of(session: Session, key: UUID, most: int = 50) -> list[CampaignUpdate]:
    """A campaign's news, the latest first."""
    found = select(CampaignUpdate).where(CampaignUpdate.campaign == key)
    return list(await session.exec(found.order_by(col(CampaignUpdate.at).desc()).limit(most)))


async def tell(session: Session, row: Campaign, words: Text) -> CampaignUpdate:
    """Add news."""
    update = CampaignUpdate(campaign=row.id, words=words)
    session.add(update)
    await session.flush()
    return update


async def take_back(session: Session, row: Campaign, key: UUID) -> None:
    """Remove a piece of news. Raises NotFound."""
    found = select(CampaignUpdate).where(CampaignUpdate.id == key, CampaignUpdate.campaign == row.id)
    update = (await session.exec(found)).one_or_none()
    if update is None:
        raise NotFound
    await session.delete(update)


@dataclass(slots=True)
class CampaignForm:
    """What the editor shows and takes back; texts by language, `goal` and `ends_on` as they were typed."""

    state: str
    title: Text
    brief: Text
    story: Text
    goal: str
    ends_on: str


def read(sent: Mapping[str, Any], languages: list[str]) -> CampaignForm:
    """The form as it was sent."""

    def text(name: str) -> Text:
        return {tag: str(sent.get(f"{name}.{tag}") or "").replace("\r\n", "\n").strip() for tag in languages}

    return CampaignForm(
        state=str(sent.get("state") or "draft"),
        title=text("title"),
        brief=text("brief"),
        story=text("story"),
        goal=str(sent.get("goal") or "").strip(),
        ends_on=str(sent.get("ends_on") or "").strip(),
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """What a sound form comes to."""

    goal: Money | None
    ends_on: date | None


def check(form: CampaignForm, currency: str) -> tuple[Checked | None, dict[str, str]]:
    """The goal and the last day, or field → what is wrong."""
    wrong: dict[str, str] = {}
    goal = ends_on = None
    if not any(form.title.values()):
        wrong[f"title.{next(iter(form.title))}"] = _("Give the campaign a title.")
    for name in ("title", "brief", "story"):
        for tag, words in getattr(form, name).items():
            if len(words) > LONGEST[name]:
                wrong[f"{name}.{tag}"] = _("That is too long. Shorten it.")
    if form.state not in STATES:
        wrong["state"] = _("Choose one of these.")
    if form.goal:
        try:
            goal = parse(form.goal, currency)
        except BadAmount:
            wrong["goal"] = _("This isn't an amount. Write it in digits, such as 2500.")
        if goal is not None and goal.minor == 0:
            goal = None
    if form.ends_on:
        try:
            ends_on = date.fromisoformat(form.ends_on)
        except ValueError:
            wrong["ends_on"] = _("This isn't a day. Write it as 2027-03-31.")
    return (None, wrong) if wrong else (Checked(goal, ends_on), {})


async def write(
    session: Session, form: CampaignForm, checked: Checked, currency: str, row: Campaign | None = None
) -> Campaign:
    """Put a checked form into a campaign, or make one; its name in addresses is made of its first title and stays."""
    if row is None:
        row = Campaign(slug=await _free_slug(session, next(filter(None, form.title.values()))), currency=currency)
    row.state, row.title, row.brief, row.story = form.state, form.title, form.brief, form.story
    row.goal_minor, row.ends_on = checked.goal.minor if checked.goal else None, checked.ends_on
    session.add(row)
    await session.flush()
    return row


async def _free_slug(session: Session, title: str) -> str:
    base = slugify(title, max_length=48) or "campaign"
    base = f"{base}-campaign" if base in RESERVED else base
    taken = set(await session.exec(select(Campaign.slug)))
    return next(slug for n in range(1, 10_000) if (slug := base if n == 1 else f"{base}-{n}") not in taken)
