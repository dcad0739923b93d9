"""The hosted page on which somebody pays, and the one that asks them to confirm."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from billing.money import shown
from billing.processor.amounts import from_stripe
from billing.simulated.api.payments.sessions import aged, items_of
from billing.simulated.pages import typed
from billing.simulated.pages.finding import name_of, object_of
from billing.simulated.paying import charging, checkout
from billing.simulated.paying.cards import CARDS
from billing.simulated.service import refuse_unless_on
from billing.simulated.till import Till
from billing.simulated.wire.errors import Refused
from billing.simulated.wire.shapes import Data
from infra.database import Session
from infra.errors import NotFound
from infra.web import gettext, language, render, see_other, speaking
from tenants.members.access import Visitor

router = APIRouter()
SHOWN_CARDS = ("visa", "chargeDeclined", "chargeDeclinedInsufficientFunds", "threeDSecure2Required", "createDispute")
TAGS = {"zh": "zh-Hans", "zh-HK": "zh-Hans", "zh-TW": "zh-Hans", "en": "en", "en-GB": "en"}
"""Languages of a session that have pages of their own here."""


def _(message: str) -> str:
    return message


METHODS = {
    "card": (_("Card"), "credit-card"),
    "alipay": (_("Alipay"), "wallet"),
    "wechat_pay": (_("WeChat Pay"), "qr-code"),
    "sepa_debit": (_("SEPA direct debit"), "landmark"),
}
BEHAVIOUR = {
    "visa": _("Pays."),
    "chargeDeclined": _("Is declined."),
    "chargeDeclinedInsufficientFunds": _("Has too little on it."),
    "threeDSecure2Required": _("Asks its holder to confirm."),
    "createDispute": _("Pays, and is disputed at once."),
}
VERBS = {
    "donate": _("Give %(amount)s"),
    "subscribe": _("Give %(amount)s every month"),
    "setup": _("Keep this card"),
    "pay": _("Pay %(amount)s"),
}
REASONS = {
    "insufficient_funds": _("The card has insufficient funds. Nothing was taken."),
    "expired_card": _("The card has expired. Nothing was taken."),
}


def tongue(request: Request, session: Data) -> str:
    """The language of a session's page: the visitor's own choice, else what the session asks for."""
    chosen = "lang" in request.query_params or "lang" in request.cookies
    return language() if chosen else TAGS.get(session.get("locale") or "", language())


def _amount(minor: int | None, currency: str | None) -> str:
    return shown(from_stripe(minor or 0, currency or "usd"), language())


async def _page(
    request: Request, till: Till, session: Data, form: Data, wrong: dict[str, str], failed: str = ""
) -> Response:
    with speaking(tongue(request, session)):
        total = _amount(session["amount_total"], session["currency"])
        mode = {"subscription": "subscribe", "setup": "setup"}.get(session["mode"])
        verb = VERBS[mode or (session["submit_type"] if session["submit_type"] == "donate" else "pay")]
        context: dict[str, Any] = {
            "session": session,
            "who": await name_of(till),
            "total": total,
            "items": [
                (item["description"], _amount(item["amount_total"], item["currency"]))
                for item in await items_of(till, session["id"])
            ],
            "methods": [(key, *METHODS[key]) for key in session["payment_method_types"]],
            "form": form,
            "wrong": {name: gettext(wrong[name]) for name in typed.FIELDS if name in wrong},
            "failed": gettext(failed) if failed else "",
            "verb": gettext(verb, amount=total),
            "cards": [
                (card.number, gettext(BEHAVIOUR[name])) for name in SHOWN_CARDS for card in CARDS if name in card.names
            ],
        }
        return render(request, "simulated/pay.html", context, status=422 if wrong or failed else 200)


async def _open(request: Request, session: Session, ref: str) -> tuple[Till, Data]:
    refuse_unless_on()
    till, held = await object_of(session, "checkout.session", ref)
    return till, await aged(till, held)


@router.get("/pay/{hosted}")
async def pay_page(request: Request, session: Visitor, hosted: str, failed: str = "") -> Response:
    """The page; what is paid already leads on, what has run out says so."""
    till, held = await _open(request, session, hosted)
    if held["status"] == "complete":
        return see_other(checkout.success(held))
    if held["status"] == "expired":
        return _over(request, held)
    form = {"method": held["payment_method_types"][0], "email": held["customer_email"] or ""}
    trouble = _("The payment wasn't confirmed. Nothing was taken; try again, or choose another way.") if failed else ""
    answer = await _page(request, till, held, form, {}, trouble)
    answer.status_code = 200
    return answer


def _over(request: Request, held: Data) -> Response:
    with speaking(tongue(request, held)):
        return render(request, "simulated/over.html", {"away": held["cancel_url"]}, status=410)


@router.post("/pay/{hosted}")
async def pay(
    request: Request,
    session: Visitor,
    hosted: str,
    method: Annotated[str, Form(max_length=40)] = "",
    email: Annotated[str, Form(max_length=320)] = "",
    number: Annotated[str, Form(max_length=40)] = "",
    expiry: Annotated[str, Form(max_length=12)] = "",
    cvc: Annotated[str, Form(max_length=8)] = "",
    name: Annotated[str, Form(max_length=120)] = "",
) -> Response:
    """Pay. A declined card comes back to the page with what was typed, short of the card."""
    till, held = await _open(request, session, hosted)
    if held["status"] == "complete":  # sent twice
        return see_other(checkout.success(held))
    if held["status"] == "expired":
        return _over(request, held)
    form = {"method": method, "email": email, "number": number, "expiry": expiry, "cvc": cvc, "name": name}
    given, wrong = typed.read(form, held["payment_method_types"], email=held["customer_email"])
    kept = {"method": method or "card", "email": email, "name": name}
    if given is None:
        return await _page(request, till, held, kept, wrong)
    try:
        return see_other(await checkout.submit(till, held, given))
    except Refused as refused:
        reason = refused.error.get("decline_code", "")
        said = REASONS.get(reason, _("The card was declined. Nothing was taken; try another card."))
        return await _page(request, till, held, kept, {"number": said} if given.card else {}, said)


@router.get("/confirm/{hosted}")
async def confirm_page(request: Request, session: Visitor, hosted: str, secret: str = "") -> Response:
    """What a bank or a wallet shows: confirm, refuse, or (a wallet) take its time."""
    till, intent = await _asked(session, hosted, secret)
    if intent["status"] != "requires_action":
        return see_other(await checkout.back(till, intent) or "/")
    method = await till.find("payment_method", intent["payment_method"])
    context = {
        "intent": intent,
        "secret": secret,
        "who": await name_of(till),
        "total": _amount(intent["amount"], intent["currency"]),
        "kind": method["type"],
        "kind_name": gettext(METHODS[method["type"]][0]),
    }
    return render(request, "simulated/confirm.html", context)


@router.post("/confirm/{hosted}")
async def confirm(
    session: Visitor,
    hosted: str,
    secret: Annotated[str, Form(max_length=120)] = "",
    said: Annotated[str, Form(pattern="^(yes|no|later)$")] = "no",
) -> Response:
    """What the payer said there."""
    till, intent = await _asked(session, hosted, secret)
    intent = await charging.answer(till, intent, said)
    return see_other(await checkout.back(till, intent) or "/")


async def _asked(session: Session, intent_id: str, secret: str) -> tuple[Till, Data]:
    refuse_unless_on()
    till, intent = await object_of(session, "payment_intent", intent_id)
    if intent["client_secret"] != secret:
        raise NotFound
    return till, intent
