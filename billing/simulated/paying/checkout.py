"""What happens when somebody sends a hosted page: their way of paying is made, and the session goes its way."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from billing.simulated.api.payments import intents
from billing.simulated.paying import charging, methods
from billing.simulated.paying.cards import Card
from billing.simulated.registry import endpoint
from billing.simulated.service import page
from billing.simulated.till import Till
from billing.simulated.wire.errors import Refused
from billing.simulated.wire.shapes import Data, part, resource

_Session: Any = resource("checkout.session")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed on the page, checked: `card` where `method` is card."""

    method: str
    email: str
    name: str
    country: str
    card: Card | None = None
    month: int = 12
    year: int = 0


Mode = Callable[[Till, Data, Data], Awaitable[str]]
MODES: dict[str, Mode] = {}
"""What is done with a way of paying in each mode of a session: the address to go to next."""
CONFIRMED: list[Callable[[Till, Data], Awaitable[str | None]]] = []
"""Asked where a payer goes whose payment no session stands on directly."""


def success(session: Data) -> str:
    """Where the payer goes when they have done their part."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


async def submit(till: Till, session: Data, typed: Typed) -> str:
    """Pay, subscribe or keep a card; the address to go to next. Raises Refused when the card is declined."""
    billing: Data = {"email": typed.email, "name": typed.name, "address": _address(typed.country)}
    if typed.card:
        method = await methods.make_card(
            till, typed.card, month=typed.month, year=typed.year, billing=billing, customer=session["customer"]
        )
    else:
        method = await methods.from_given(
            till, {"type": typed.method, "billing_details": billing, "sepa_debit": {"iban": "AT611904300234573201"}}
        )
    details = part(
        _Session.CustomerDetails, email=typed.email, name=typed.name, tax_exempt="none", tax_ids=[],
        address=_address(typed.country),
    )  # fmt: skip
    session = await till.change(session, customer_details=details)
    return await MODES[session["mode"]](till, session, method)


def _address(country: str) -> Data:
    return {"city": None, "country": country, "line1": None, "line2": None, "postal_code": None, "state": None}


async def pay(till: Till, session: Data, method: Data) -> str:
    """Charge once. The intent is made at the first try and tried again at the next."""
    if session["payment_intent"]:
        intent = await till.find("payment_intent", session["payment_intent"])
    else:
        facts = (await till.private("checkout.session", session["id"])).get("payment_intent_data") or {}
        given = {"customer": session["customer"], **facts}
        intent = await intents.new(
            till, session["amount_total"], session["currency"], given, session["payment_method_types"]
        )
        session = await till.change(session, payment_intent=intent["id"])
    if intent["status"] == "requires_action":  # they came back from the page that asked, and chose again
        intent = await till.change(intent, status="requires_payment_method", next_action=None)
    intent = await till.change(intent, payment_method=method["id"], status="requires_confirmation")
    await till.remember("payment_intent", intent["id"], return_url=success(session))
    intent = await charging.confirm(till, intent, return_url=success(session))
    return charging.asking(intent) if intent["status"] == "requires_action" else success(session)


@endpoint("POST", "/v1/payment_pages/{session}/confirm", None)
async def confirm_page(till: Till, given: Data, ref: str) -> Data:
    """What the hosted page itself sends; Stripe's own event scripts do so as well."""
    session = await till.find("checkout.session", ref, param="session")
    if int(given.get("expected_amount") or 0) != session["amount_total"]:
        raise Refused("The amount has changed since the page was shown.", param="expected_amount")
    method = await methods.held(till, given.get("payment_method") or "")
    await MODES[session["mode"]](till, session, method)
    return await till.find("checkout.session", ref)


async def back(till: Till, intent: Data) -> str:
    """Where the payer goes from the page that asked: on with it, or back to the session's page to try again."""
    for session in await till.all("checkout.session", payment_intent=intent["id"]):
        if session["status"] == "complete":
            return success(session)
        return page(f"/pay/{session['id']}?failed=yes")
    for look in CONFIRMED:
        if address := await look(till, intent):
            return address
    return str((await till.private("payment_intent", intent["id"])).get("return_url") or "")


MODES["payment"] = pay
