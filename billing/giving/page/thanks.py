"""After paying: the truth about a gift, whatever it is, and a way to pay on where nothing was paid yet."""

import asyncio
import logging
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from billing.campaigns.models import Campaign
from billing.giving import service
from billing.giving.models import Gift
from billing.giving.page.routes import AtTenant, order_of
from billing.giving.page.view import headers, shell, spoken
from billing.giving.settings import giving_of
from billing.ledger.digest.proofs import wanted
from billing.matching.offer import matches_of
from billing.money import Money
from billing.months import rhythm
from billing.processor.access import NotReady, Unavailable
from billing.processor.checkout import look_up, start_checkout
from billing.processor.models import PaymentRow
from billing.receipts.facts import facts_of
from billing.receipts.service import receipt_of_gift
from infra.database import Session, unit_of_work
from infra.errors import HarkError, NotFound
from infra.settings import settings
from infra.web import render, see_other
from tenants.directory.models import Tenant
from tenants.profile.service import profile
from tenants.texts import say

router = APIRouter()
log = logging.getLogger(__name__)
SECONDS = 6
"""How long the page waits for the processor before it says that it doesn't know yet."""
UNSETTLED = ("started", "processing")


async def _asked(gift: Gift) -> bool:
    """Ask the processor how it went; booked, if it has come. False when it couldn't be asked."""
    try:
        await asyncio.wait_for(look_up(gift.id), SECONDS)
    except NotFound:
        return True  # it was never led to the page where one pays
    except (HarkError, TimeoutError) as error:
        log.warning("the processor could not be asked about a gift: %s", type(error).__name__)
        return False
    return True


@router.get("/h/{slug}/give/thanks/{gift_token}")
async def thanks(request: Request, tenant: AtTenant, gift_token: str) -> Response:
    """How a gift stands: come, on its way, not paid yet, or not gone through. Says "not" only when that is certain."""
    async with unit_of_work() as session:
        gift = await service.gift_by_link(session, gift_token)
    known = await _asked(gift) if gift.state in UNSETTLED else True
    async with unit_of_work() as session:
        context = await _context(session, tenant, await service.gift_by_link(session, gift_token), gift_token)
        context["known"] = known
        template = "giving/state.html" if "part" in request.query_params else "giving/thanks.html"
        return render(request, template, context, headers=headers())


async def _context(session: Session, tenant: Tenant, gift: Gift, token: str) -> dict[str, object]:
    row = await session.get(Campaign, (gift.tenant_id, gift.campaign)) if gift.campaign else None
    kept = (await giving_of(session, tenant)).settings
    receipt = await receipt_of_gift(session, gift.id)
    page = f"/h/{tenant.slug}/give" + (f"/{row.slug}" if row else "")
    said = await profile(session)
    return shell(tenant, said) | {
        "gift": gift,
        "token": token,
        "total": Money(gift.total_minor, gift.currency),
        "back": await _given_back(session, gift),
        "matches": await matches_of(session, gift.id),
        "for_what": say(row.title, spoken(tenant), tenant.languages[0]) if row else "",
        "rhythm": rhythm(gift.paid_at, ZoneInfo(tenant.zone)) if gift.paid_at else "",
        "page": page,
        "address": settings().base_url + page,
        "thanks": say(kept.thanks, spoken(tenant), tenant.languages[0]),
        "mailed": bool((await service.words_of(session, gift)).email),
        "books": f"/h/{tenant.slug}/books/gifts/{gift.id}" if wanted(said) else "",
        "receipt": f"/h/{tenant.slug}/receipts/{(await facts_of(session, receipt.sealed)).token}" if receipt else "",
    }


async def _given_back(session: Session, gift: Gift) -> Money:
    """What was refunded, in the gift's own currency: the books have it in the one that the account is settled in."""
    row = await session.get(PaymentRow, (gift.tenant_id, gift.id))
    return Money(row.refunded_minor if row else 0, gift.currency)


@router.post("/h/{slug}/give/pay/{gift_token}")
async def pay(request: Request, tenant: AtTenant, gift_token: str) -> Response:
    """Back to the page where this gift is paid; for one that is paid, to its thank-you."""
    async with unit_of_work() as session:
        gift = await service.gift_by_link(session, gift_token)
        order = await order_of(session, tenant, gift)
    where = order.back
    if gift.state == "started":
        try:
            where = await start_checkout(order)
        except (Unavailable, NotReady):
            where = order.back
    answer = see_other(where)
    answer.headers.update(headers())
    return answer
