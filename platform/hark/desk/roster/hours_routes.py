"""The page of the opening hours: to see for everybody, to change and to undo for those who lead."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_day_names
from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from hark.desk.roster import hours, service
from hark.desk.soon import soon
from infra.clock import now
from infra.errors import Conflict, HarkError, Invalid
from infra.web import gettext, language, render, see_other
from tenants.members.access import LEADS, Anyone, Leads, Staff
from tenants.rosters.hours import WEEKDAYS, is_open, next_closing, next_opening
from tenants.texts import say

router = APIRouter(prefix="/o/{slug}/roster/hours")
Clock = Annotated[str, Form(max_length=5)]
Weekly = Mapping[str, Sequence[tuple[str, str]]]
AHEAD = timedelta(days=400)


@router.get("")
async def hours_page(request: Request, staff: Anyone) -> Response:
    """The opening hours: to see for everybody, to change for those who lead."""
    if staff.may(*LEADS):
        await hours.seen(staff)
    return await _hours(request, staff)


async def _hours(
    request: Request, staff: Staff, told: HarkError | None = None, typed: Weekly | None = None
) -> Response:
    row = await service.calendar_row(staff.session)
    calendar = await service.opening(staff.session)
    today = now().astimezone(ZoneInfo(calendar.zone)).date()
    locale = language().replace("-", "_")
    words = get_day_names("wide", locale=locale)
    weekly: Weekly = typed if typed is not None else {str(day): spans for day, spans in calendar.weekly.items()}
    context = {
        "week": [
            (
                day,
                words[n],
                [(opens, "00:00" if closes == "24:00" else closes) for opens, closes in weekly.get(day, ())],
            )
            for n, day in enumerate(WEEKDAYS)
        ],
        "holidays": [
            {
                "date": each.date,
                "said": format_date(each.date, "full", locale=locale),
                "name": say(each.name, language()),
                "spans": [f"{opens}–{closes}" for opens, closes in each.spans],
            }
            for each in calendar.holidays
            if today <= each.date <= today + AHEAD
        ],
        "soon": partial(soon, zone=calendar.zone),
        "state": is_open(calendar, now()),
        "opens": next_opening(calendar, now()),
        "closes": next_closing(calendar, now()),
        "leads": staff.may(*LEADS),
        "undoable": row.previous is not None,
        "country": Locale.parse(locale).territories.get(staff.tenant.country, staff.tenant.country),
        "told": gettext(told.message) if told else "",
        "wrong": told.field if told else "",
    }
    return render(request, "desk/hours.html", context, status=told.status if told else 200)


@router.post("")
async def set_week(request: Request, staff: Leads) -> Response:
    """Open at these hours from now on."""
    form = await request.form()
    given = {name: [value for value in form.getlist(name) if isinstance(value, str)] for name in form}
    try:
        await hours.set_week(staff, hours.weekly_from(given))
    except Invalid as error:
        typed: Weekly = {
            day: [*zip(given.get(f"{day}-from", ()), given.get(f"{day}-to", ()), strict=False)][:-1] for day in WEEKDAYS
        }
        return await _hours(request, staff, error, typed)
    return see_other(f"/o/{staff.tenant.slug}/roster/hours")


@router.post("/holidays")
async def add_holiday(
    request: Request,
    staff: Leads,
    day: Annotated[date, Form()],
    name: Annotated[str, Form(max_length=400)] = "",
    opens: Clock = "",
    closes: Clock = "",
) -> Response:
    """Close on a date, or open at other hours on it."""
    try:
        if bool(opens) != bool(closes):
            raise Invalid("Say both from when and until when, or leave both empty.", field="opens")
        await hours.add_holiday(staff, day, name, [(opens, closes)] if opens else [])
    except (Invalid, ValueError) as error:
        wrong = error if isinstance(error, Invalid) else Invalid("Write each time like 09:00 or 21:30.")
        return await _hours(request, staff, wrong)
    return see_other(f"/o/{staff.tenant.slug}/roster/hours#holidays")


@router.post("/holidays/{day}/removal")
async def remove_holiday(staff: Leads, day: date) -> Response:
    """Let a date be like any other."""
    await hours.remove_holiday(staff, day)
    return see_other(f"/o/{staff.tenant.slug}/roster/hours#holidays")


@router.post("/public-holidays")
async def add_public_holidays(staff: Leads) -> Response:
    """Close on the country's public holidays."""
    await hours.add_public_holidays(staff)
    return see_other(f"/o/{staff.tenant.slug}/roster/hours#holidays")


@router.post("/undo")
async def undo(request: Request, staff: Leads) -> Response:
    """Go back to the hours before the last change."""
    try:
        await hours.undo(staff)
    except Conflict as error:
        return await _hours(request, staff, error)
    return see_other(f"/o/{staff.tenant.slug}/roster/hours")
