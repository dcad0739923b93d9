"""The pages of the roster: the week, and one shift."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from babel.dates import format_date, get_day_names
from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from hark.desk.roster import service
from hark.desk.roster.week import Day, clock
from infra.errors import Conflict, HarkError, Invalid
from infra.web import gettext, language, render, see_other
from tenants.members.access import ANSWERS, LEADS, Answers, Anyone, Leads, Staff
from tenants.members.names import names

router = APIRouter(prefix="/o/{slug}/roster")
Clock = Annotated[str, Form(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
AnyClock = Annotated[str, Form(max_length=5)]
AHEAD = timedelta(days=400)


def _locale() -> str:
    return language().replace("-", "_")


def _minutes(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])


@router.get("")
async def index(request: Request, staff: Anyone) -> Response:
    """The week."""
    return await _week(request, staff)


async def _week(request: Request, staff: Staff, told: HarkError | None = None) -> Response:
    days = await service.this_week(staff.session)
    crews = await service.crews(staff.session)
    teams = {team.id: team.name for team in await service.teams(staff.session)}
    context = {
        "days": [_said(day) for day in days],
        "holes": sum(len(day.holes) for day in days),
        "people": await names(staff.session),
        "teams": teams if len(teams) > 1 else {},
        "all_teams": teams,
        "my_teams": {team for team, crew in crews.items() if staff.member.id in {mate.id for mate in crew}},
        "leads": staff.may(*LEADS),
        "answers": staff.may(*ANSWERS),
        "day_names": _day_names(),
        "told": gettext(told.message) if told else "",
        "wrong": told.field if told else "",
    }
    return render(request, "desk/roster.html", context, status=told.status if told else 200)


def _day_names() -> list[tuple[str, str]]:
    words = get_day_names("wide", locale=_locale())
    return [(str(day), words[day]) for day in range(7)]


def _said(day: Day) -> dict[str, Any]:
    """A day with its words: what the picture shows, for those who listen."""
    name = format_date(day.day, "EEEE", locale=_locale())
    if day.holes:
        spans = gettext(", ").join(f"{start}–{end}" for start, end in day.holes)
        words = gettext("%(day)s: nobody %(spans)s", day=name, spans=spans)
    elif day.open:
        words = gettext("%(day)s: covered", day=name)
    else:
        words = gettext("%(day)s: closed", day=name)
    short = format_date(day.day, "EEE d", locale=_locale())
    bars = [{"start": bar.start, "end": bar.end, "state": bar.state} for bar in day.bars]
    return {"of": day, "day": short, "words": words, "spans": bars, "weekday": day.day.weekday()}


@router.post("/shifts/{key}/taking")
async def take(request: Request, staff: Answers, key: UUID) -> Response:
    """Take a free place."""
    try:
        await service.take(staff, key)
    except (Conflict, Invalid) as error:
        return await _week(request, staff, error)
    return see_other(f"/o/{staff.tenant.slug}/roster")


@router.post("/shifts/{key}/leaving")
async def leave(staff: Answers, key: UUID) -> Response:
    """Give one's own place back."""
    await service.leave(staff, key)
    return see_other(f"/o/{staff.tenant.slug}/roster")


@router.post("/shifts")
async def add(
    request: Request,
    staff: Leads,
    team: Annotated[UUID, Form()],
    starts: Clock,
    ends: Clock,
    days: Annotated[list[int] | None, Form()] = None,
    places: Annotated[int, Form()] = 1,
) -> Response:
    """Add a shift to some days of the week."""
    try:
        await service.add(staff, team, days or [], _minutes(starts), _minutes(ends), places)
    except Invalid as error:
        return await _week(request, staff, error)
    return see_other(f"/o/{staff.tenant.slug}/roster")


@router.get("/shifts/{key}")
async def shift(request: Request, staff: Leads, key: UUID) -> Response:
    """One shift with its places, to fill and change."""
    return await _shift(request, staff, key)


async def _shift(request: Request, staff: Staff, key: UUID, told: HarkError | None = None) -> Response:
    rows = await service.slot(staff.session, key)
    crew = (await service.crews(staff.session)).get(rows[0].team_id, [])
    context = {
        "rows": rows,
        "key": key,
        "starts": clock(rows[0].starts),
        "ends": clock(rows[0].ends),
        "day": dict(_day_names())[str(rows[0].weekday)],
        "crew": [("nobody", gettext("Nobody yet")), *((str(mate.id), mate.name) for mate in crew)],
        "told": gettext(told.message) if told else "",
    }
    return render(request, "desk/shift.html", context, status=told.status if told else 200)


@router.post("/shifts/{key}/time")
async def change(request: Request, staff: Leads, key: UUID, starts: Clock, ends: Clock) -> Response:
    """Give a shift another time."""
    try:
        await service.change(staff, key, _minutes(starts), _minutes(ends))
    except Invalid as error:
        return await _shift(request, staff, key, error)
    return see_other(f"/o/{staff.tenant.slug}/roster/shifts/{key}")


@router.post("/shifts/{key}/places")
async def widen(request: Request, staff: Leads, key: UUID) -> Response:
    """Add a place to a shift."""
    try:
        await service.widen(staff, key)
    except Invalid as error:
        return await _shift(request, staff, key, error)
    return see_other(f"/o/{staff.tenant.slug}/roster/shifts/{key}")


@router.post("/shifts/{key}/member")
async def fill(
    request: Request, staff: Leads, key: UUID, member: Annotated[str, Form(max_length=40)] = "nobody"
) -> Response:
    """Put somebody on a place, or nobody."""
    try:
        await service.fill(staff, key, None if member == "nobody" else UUID(member))
    except (Invalid, ValueError):
        return await _shift(request, staff, key, Invalid("Choose somebody who is in this team."))
    return see_other(f"/o/{staff.tenant.slug}/roster/shifts/{key}")


@router.post("/shifts/{key}/removal")
async def remove(staff: Leads, key: UUID, whole: Annotated[bool, Form()] = False) -> Response:
    """Remove one place, or the whole shift."""
    await service.remove(staff, key, whole=whole)
    return see_other(f"/o/{staff.tenant.slug}/roster")
