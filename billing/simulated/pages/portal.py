"""The billing portal's page: what recurs, what was paid, which card; everything in one place."""

from typing import Annotated

from babel.dates import format_date
from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from billing.money import shown
from billing.processor.amounts import from_stripe
from billing.simulated.api.payments.customers import attach_to, update
from billing.simulated.api.recurring import subscriptions
from billing.simulated.pages import typed
from billing.simulated.pages.finding import name_of, object_of
from billing.simulated.paying import methods
from billing.simulated.renewing import clocks
from billing.simulated.service import refuse_unless_on
from billing.simulated.till import Till
from billing.simulated.till.till import moment_of
from billing.simulated.wire.shapes import Data
from infra.database import Session
from infra.web import gettext, language, render, see_other
from tenants.members.access import Visitor

router = APIRouter()
OPEN_SECONDS = 3600


def _(message: str) -> str:
    return message


STATES = {
    "active": _("Active"),
    "canceled": _("Ended"),
    "incomplete": _("Not paid yet"),
    "incomplete_expired": _("Never paid"),
    "past_due": _("Payment failed"),
    "paused": _("Resting"),
    "trialing": _("Free until it begins"),
    "unpaid": _("Payment failed"),
    "paid": _("Paid"),
    "open": _("Open"),
    "void": _("Withdrawn"),
    "draft": _("Being drawn up"),
    "uncollectible": _("Given up"),
}


def _amount(minor: int, currency: str) -> str:
    return shown(from_stripe(minor, currency), language())


def _day(at: int | None) -> str:
    """A day as people write it, "" for none."""
    return format_date(moment_of(at), "medium", locale=language().replace("-", "_")) if at else ""


async def _opened(session: Session, ref: str) -> tuple[Till, Data, Data]:
    """The account's till, the portal's session and its customer."""
    refuse_unless_on()
    till, held = await object_of(session, "billing_portal.session", ref)
    customer = await till.find("customer", held["customer"])
    return till, held, customer


async def _page(request: Request, till: Till, held: Data, customer: Data, wrong: dict[str, str]) -> Response:
    method = await till.seek("payment_method", (customer["invoice_settings"] or {}).get("default_payment_method"))
    every = await till.all("subscription", customer=customer["id"])
    if method is None:
        own = [one["default_payment_method"] for one in every if one["default_payment_method"]]
        method = await till.seek("payment_method", own[-1]) if own else None
    context = {
        "held": held,
        "who": await name_of(till),
        "customer": customer,
        "card": (method or {}).get("card"),
        "subscriptions": [_subscription(one) for one in reversed(every)],
        "invoices": [
            {
                "number": one["number"],
                "amount": _amount(one["total"], one["currency"]),
                "state": gettext(STATES[one["status"]]),
                "kind": "good" if one["status"] == "paid" else "idle",
                "day": _day(one["created"]),
            }
            for one in reversed(await till.all("invoice", customer=customer["id"]))
            if one["status"] != "draft"
        ],
        "wrong": {name: gettext(wrong[name]) for name in typed.FIELDS if name in wrong},
    }
    return render(request, "simulated/portal.html", context, status=422 if wrong else 200)


def _subscription(one: Data) -> Data:
    item = one["items"]["data"][0]
    total = sum((each["price"]["unit_amount"] or 0) * (each["quantity"] or 1) for each in one["items"]["data"])
    return {
        "id": one["id"],
        "amount": _amount(total, one["currency"]),
        "interval": item["price"]["recurring"]["interval"],
        "state": gettext(STATES[one["status"]]),
        "kind": {"active": "good", "past_due": "bad", "unpaid": "bad"}.get(one["status"], "idle"),
        "ends": _day(one["cancel_at"]),
        "next": _day(item["current_period_end"]) if one["status"] in ("active", "past_due", "trialing") else None,
        "over": one["status"] in ("canceled", "incomplete_expired"),
    }


@router.get("/portal/{hosted}")
async def portal_page(request: Request, session: Visitor, hosted: str) -> Response:
    """The page. One whose hour is over leads back to where it was opened."""
    till, held, customer = await _opened(session, hosted)
    if held["created"] + OPEN_SECONDS <= till.now():
        return see_other(held["return_url"] or "/")
    return await _page(request, till, held, customer, {})


@router.post("/portal/{hosted}/end")
async def end(session: Visitor, hosted: str, subscription: Annotated[str, Form(max_length=80)] = "") -> Response:
    """End a subscription with its period, or go on after all."""
    till, held, customer = await _opened(session, hosted)
    one = await till.find("subscription", subscription)
    if one["customer"] == customer["id"] and one["status"] not in ("canceled", "incomplete_expired"):
        await clocks.live_by(till, customer)
        await subscriptions.update(till, {"cancel_at_period_end": not one["cancel_at_period_end"]}, one["id"])
    return see_other(held["url"])


@router.post("/portal/{hosted}/card")
async def card(
    request: Request,
    session: Visitor,
    hosted: str,
    number: Annotated[str, Form(max_length=40)] = "",
    expiry: Annotated[str, Form(max_length=12)] = "",
    cvc: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Pay with another card from now on, also what is still open."""
    till, held, customer = await _opened(session, hosted)
    form = {"method": "card", "number": number, "expiry": expiry, "cvc": cvc}
    given, wrong = typed.read(form, ["card"], email=customer["email"] or "nobody@example.com")
    if given is None or given.card is None:
        return await _page(request, till, held, customer, wrong)
    method = await methods.make_card(till, given.card, month=given.month, year=given.year)
    await attach_to(till, method, customer["id"])
    await update(till, {"invoice_settings": {"default_payment_method": method["id"]}}, customer["id"])
    for one in await till.all("subscription", customer=customer["id"]):
        if one["status"] not in ("canceled", "incomplete_expired"):
            await subscriptions.update(till, {"default_payment_method": method["id"]}, one["id"])
    facts = await till.private("billing_portal.session", held["id"])
    return see_other(facts.get("then") or held["url"])
