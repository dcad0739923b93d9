"""What a hotline's page says: who they are, whether somebody is there now, what to expect, what to do in danger."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import select

from hark.switchboard.offering.board import on_duty
from infra.clock import now
from infra.database import Session
from infra.errors import NotFound
from infra.web import language
from infra.web.i18n import LANGUAGES
from provisioning.kits.emergency import notice
from tenants.directory.models import Number, Tenant
from tenants.directory.service import listed_numbers
from tenants.lines.models import Line
from tenants.profile.models import Profile
from tenants.rosters.hours import Calendar, is_open, next_closing, next_opening
from tenants.rosters.models import CalendarRow
from tenants.texts import say
from themes.stylesheet import Theme


@dataclass(frozen=True)
class HotlinePage:
    """A hotline as a visitor sees it, in the visitor's language where the hotline speaks it."""

    tenant: Tenant
    said: dict[str, str]
    defaults: dict[str, Any]
    theme: Theme
    numbers: list[Number]
    opening: str
    closes_at: datetime | None
    opens_at: datetime | None
    on_duty: int
    languages: dict[str, str] = field(default_factory=dict)

    @property
    def open_now(self) -> bool:
        """Open by its calendar."""
        return self.opening == "open"


async def profile_of(session: Session) -> Profile:
    """The profile of the tenant in scope. Raises NotFound while it is still being set up."""
    row = (await session.exec(select(Profile))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def first_line(session: Session) -> Line:
    """The line that the page's call button calls. Raises NotFound while there is none."""
    row = (await session.exec(select(Line).order_by(Line.name))).first()
    if row is None:
        raise NotFound
    return row


async def calendars(session: Session) -> dict[str, Calendar]:
    """Every calendar of the tenant in scope, by name."""
    return {row.name: Calendar.model_validate(row.document) for row in await session.exec(select(CalendarRow))}


def spoken(tenant: Tenant) -> str:
    """The page's language: the visitor's if the hotline speaks it, else the hotline's first."""
    return language() if language() in tenant.languages else tenant.languages[0]


async def hotline_page(session: Session, tenant: Tenant) -> HotlinePage:
    """Everything the page says."""
    profile = await profile_of(session)
    tag = spoken(tenant)
    said = {part: say(text, tag, tenant.languages[0]) for part, text in profile.texts.items() if part != "emergency"}
    said["emergency"] = notice(profile.texts.get("emergency", {}), tenant.country, tag)
    at = now()
    calendar = (await calendars(session)).get("main")
    return HotlinePage(
        tenant=tenant,
        said=said,
        defaults=profile.defaults,
        theme=Theme.model_validate(profile.theme),
        numbers=await listed_numbers(session, tenant.id),
        opening=is_open(calendar, at) if calendar else "open",
        closes_at=next_closing(calendar, at) if calendar else None,
        opens_at=next_opening(calendar, at) if calendar else None,
        on_duty=await on_duty(session),
        languages={tag: LANGUAGES[tag] for tag in tenant.languages if tag in LANGUAGES},
    )
