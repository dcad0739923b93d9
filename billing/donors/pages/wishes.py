"""What a donor wishes about a monthly gift of theirs: amount, card, a pause, an end. Each in two clicks at most."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from billing.donors.keys import visitor
from billing.donors.pages.access import DonorRoute, NotIn, Visit, Visiting, headers, home, secret_of
from billing.donors.pages.own import page
from billing.giving.page.routes import AtTenant
from billing.money import BadAmount, parse
from billing.monthly import service as monthly
from billing.monthly.service import Standing
from infra.database import unit_of_work
from infra.errors import Conflict, HarkError, Invalid, NotFound
from infra.errors import _ as sentence
from infra.settings import settings
from infra.web import see_other

router = APIRouter(prefix="/h/{slug}/my-gifts/monthly/{monthly_gift}", route_class=DonorRoute)
Word = Annotated[str, Form(max_length=100)]


async def _own(visit: Visit, key: UUID) -> Standing:
    """A monthly gift of the donor's. Raises NotFound, also for somebody else's."""
    for each in await monthly.monthly_of(visit.session, visit.donor.id):
        if each.id == key:
            return each
    raise NotFound


def _done(visit: Visit, what: str) -> Response:
    return see_other(f"{home(visit.tenant.slug)}?done={what}#monthly")


@router.post("/amount")
async def amount(
    request: Request, visit: Visiting, monthly_gift: UUID, amount: Word = "", cover: Word = "", token: Word = ""
) -> Response:
    """Give another amount from the next month on."""
    mine = await _own(visit, monthly_gift)
    try:
        money = parse(amount, mine.money.currency)
        await monthly.change(visit.session, mine.id, money, covers=cover == "yes", token=token)
    except BadAmount:
        wrong: HarkError = Invalid(
            sentence("This isn't an amount. Write it in digits, such as 25 or 25.50."), field="amount"
        )
        return await page(request, visit, wrong=wrong, where=str(mine.id), typed={"amount": amount})
    except (Invalid, Conflict) as refused:
        return await page(request, visit, wrong=refused, where=str(mine.id), typed={"amount": amount})
    return _done(visit, "amount")


@router.post("/pause")
async def pause(
    request: Request, visit: Visiting, monthly_gift: UUID, months: Word = "1", token: Word = ""
) -> Response:
    """Leave out the next months."""
    mine = await _own(visit, monthly_gift)
    try:
        await monthly.pause(visit.session, mine.id, int(months) if months.isdecimal() else 0, token=token)
    except (Invalid, Conflict) as refused:
        return await page(request, visit, wrong=refused, where=str(mine.id))
    return _done(visit, "pause")


@router.post("/resume")
async def resume(request: Request, visit: Visiting, monthly_gift: UUID, token: Word = "") -> Response:
    """Go on giving before the pause is over."""
    mine = await _own(visit, monthly_gift)
    try:
        await monthly.resume(visit.session, mine.id, token=token)
    except (Invalid, Conflict) as refused:
        return await page(request, visit, wrong=refused, where=str(mine.id))
    return _done(visit, "resume")


@router.post("/stop")
async def stop(visit: Visiting, monthly_gift: UUID, token: Word = "") -> Response:
    """End it."""
    await monthly.stop(visit.session, (await _own(visit, monthly_gift)).id, token=token)
    return _done(visit, "stop")


@router.post("/card")
async def card(request: Request, tenant: AtTenant, monthly_gift: UUID) -> Response:
    """On to the processor's page for another card, and back here."""
    async with unit_of_work() as session:
        donor = await visitor(session, secret := secret_of(request))
        if donor is None:
            raise NotIn
        mine = await _own(Visit(session, tenant, donor, secret), monthly_gift)
    try:
        where = await monthly.card_page(mine.id, f"{settings().base_url}{home(tenant.slug)}?done=card#monthly")
    except HarkError as away:
        async with unit_of_work() as session:
            donor = await visitor(session, secret)
            if donor is None:
                raise NotIn from None
            return await page(request, Visit(session, tenant, donor, secret), wrong=away, where=str(mine.id))
    answer = see_other(where)
    answer.headers.update(headers())
    return answer
