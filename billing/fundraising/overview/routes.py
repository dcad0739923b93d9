"""The first page of money: what came in, what waits for somebody, the last gifts."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy import func
from sqlmodel import col, select

from billing.campaigns.service import campaigns
from billing.fundraising.gifts.listing import Sought, listed
from billing.fundraising.overview.sums import sums
from billing.fundraising.overview.trends import WORDS, By, trend
from billing.giving.settings import giving_of
from billing.money import shown
from billing.processor.access import simulated
from billing.processor.checkout import methods
from billing.processor.models import Dispute
from billing.screening.service import strained
from infra.web import gettext, language, render
from tenants.audit import record
from tenants.members.access import Funds
from tenants.texts import say

router = APIRouter()
LATELY = 5


@router.get("/o/{slug}/money")
async def overview(
    request: Request, staff: Funds, by: By = "all", currency: Annotated[str, Query(max_length=3)] = ""
) -> Response:
    """What came in: this month, this year, month by month as one likes it split; and the last gifts."""
    giving = await giving_of(staff.session, staff.tenant)
    gifts, more = await listed(staff.session, Sought(), staff.tenant.zone, most=LATELY)
    names = {row.id: say(row.title, language()) for row in await campaigns(staff.session)}
    found = await sums(staff.session, staff.tenant.zone)
    has = [each.ever.currency for each in found]
    chosen = currency if currency in has else giving.settings.currency
    chosen = chosen if chosen in has or not has else has[0]
    drawn = await trend(staff.session, chosen, staff.tenant.zone, by, names)
    waits = select(func.count(), func.min(col(Dispute.due))).where(col(Dispute.due).is_not(None))
    count, due = (await staff.session.execute(waits)).one()
    context: dict[str, Any] = {
        "giving": giving,
        "sums": found,
        "trend": drawn,
        "parts": [gettext(part) if part in WORDS.values() else part for part in drawn.parts] if drawn else [],
        "by": by,
        "currency": chosen,
        "gifts": gifts,
        "more": more is not None,
        "waiting": count,
        "due": due,
        "shown": partial(shown, language=language()),
        "simulated": simulated(),
        "strained": await strained(staff.tenant.id),
        "ready": bool(await methods(staff.session)),
        "campaigns": names,
    }
    if gifts:
        record(staff.session, "gift.list", member=staff.member.id)
    return render(request, "fundraising/overview.html", context)
