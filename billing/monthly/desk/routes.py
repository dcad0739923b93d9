"""The staff's page of monthly gifts, and ending one on its donor's word."""

import secrets
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from billing.campaigns.service import campaigns
from billing.fundraising.sheet import read_cursor, write_cursor
from billing.money import shown
from billing.monthly import service
from billing.monthly.desk.figures import coming, turns
from billing.monthly.desk.listing import listed
from billing.monthly.standing import day_of
from billing.processor.access import simulated
from billing.receipts.paper.wording import day
from infra.clock import now
from infra.errors import _ as sentence
from infra.web import gettext, language, render, see_other
from tenants.audit import record
from tenants.members.access import Funds
from tenants.texts import say

router = APIRouter(prefix="/o/{slug}/money/monthly")
STATES = {
    "active": (sentence("Comes each month"), "good"),
    "past_due": (sentence("Could not be charged, is tried again"), "warn"),
    "paused": (sentence("Paused"), "idle"),
    "ending": (sentence("Ends with this month"), "idle"),
    "ended": (sentence("Ended"), "idle"),
}
WHY = {
    "stopped": sentence("as its donor wished"),
    "unpaid": sentence("because no try to charge it went through"),
    "elsewhere": sentence("in the payment service’s own pages"),
}


@router.get("")
async def index(
    request: Request,
    staff: Funds,
    show: Literal["running", "over"] = "running",
    before: Annotated[str, Query(max_length=80)] = "",
    stopping: bool = False,
) -> Response:
    """What comes in a month, how it went, and each of them."""
    cursor = read_cursor(before)
    rows, older = await listed(staff.session, over=show == "over", before=cursor)
    names = {row.id: say(row.title, language(), staff.tenant.languages[0]) for row in await campaigns(staff.session)}
    months = await turns(staff.session, staff.tenant.zone, day_of(staff.tenant, now()))
    context = {
        "coming": await coming(staff.session),
        "months": months,
        "turned": any(month.began or month.ended or month.there for month in months),
        "listed": rows,
        "older": write_cursor(older) if older else "",
        "first": cursor is None,
        "show": show,
        "stopping": stopping,
        "states": {key: (gettext(words), kind) for key, (words, kind) in STATES.items()},
        "why": {key: gettext(words) for key, words in WHY.items()},
        "campaigns": names,
        "day": day,
        "dated": lambda at: day(day_of(staff.tenant, at)),
        "shown": partial(shown, language=language()),
        "simulated": simulated(),
        "token": secrets.token_urlsafe(12),
    }
    if rows:
        record(staff.session, "monthly.list", member=staff.member.id)
    return render(request, "monthly/monthly.html", context)


@router.post("/{key}/stop")
async def stop(staff: Funds, key: UUID, token: Annotated[str, Form(min_length=8, max_length=40)]) -> Response:
    """End one at once, because its donor said so."""
    await service.stop(staff.session, key, token=token)
    record(staff.session, "monthly.stop", member=staff.member.id, subject=key)
    return see_other(f"/o/{staff.tenant.slug}/money/monthly?stopping=1")
