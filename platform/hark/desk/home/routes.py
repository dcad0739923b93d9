"""The home page of a hotline's people."""

from datetime import timedelta
from functools import partial
from typing import Annotated

from babel.dates import format_date
from fastapi import APIRouter, Request
from fastapi.responses import Response

from hark.desk.home import service
from hark.desk.roster.service import this_week
from hark.desk.roster.week import clock
from hark.desk.soon import soon
from infra.clock import now
from infra.settings import settings
from infra.web import language, render, see_other
from tenants.members.access import ANSWERS, EVERYONE, LEADS, Staff, staff
from tenants.members.names import names

router = APIRouter(prefix="/o/{slug}")
In = Annotated[Staff, staff(*EVERYONE, "fundraiser")]


@router.get("")
async def home(request: Request, staff: In) -> Response:
    """Is my line reachable, who is on this week, what is waiting for me. A fundraiser's home is the money."""
    if staff.may("fundraiser"):
        return see_other(f"/o/{staff.tenant.slug}/money")
    days = await this_week(staff.session)
    turns = await service.my_turns(staff, now() + timedelta(days=7))
    locale = language().replace("-", "_")
    today = next(day for day in days if day.today)
    context = {
        "soon": partial(soon, zone=staff.tenant.zone),
        "line": await service.line(staff),
        "days": [
            {
                "day": format_date(day.day, "EEE d", locale=locale),
                "words": format_date(day.day, "EEEE", locale=locale),
                "spans": [{"start": bar.start, "end": bar.end, "state": bar.state} for bar in day.bars],
            }
            for day in days
        ],
        "holes": sum(len(day.holes) for day in days),
        "today": [(slot.when, slot.taken) for slot in today.slots],
        "mine": [(turn.start, clock(turn.of.ends)) for turn in turns[:3]],
        "people": await names(staff.session),
        "waits": await service.for_me(staff),
        "first": await service.first_steps(staff),
        "leads": staff.may(*LEADS),
        "answers": staff.may(*ANSWERS),
        "automatic": settings().auto_approve,
    }
    return render(request, "desk/home.html", context)
