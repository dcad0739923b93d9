"""The hosted page of an invoice: what it is for, and paying it with a card."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from billing.money import shown
from billing.processor.amounts import from_stripe
from billing.simulated.api.payments.customers import attach_to
from billing.simulated.pages import typed
from billing.simulated.pages.finding import name_of, object_of
from billing.simulated.paying import methods
from billing.simulated.renewing import clocks, invoicing
from billing.simulated.service import refuse_unless_on
from billing.simulated.till import Till
from billing.simulated.wire.errors import Refused
from billing.simulated.wire.shapes import Data
from infra.database import Session
from infra.errors import NotFound
from infra.web import gettext, language, render, see_other
from tenants.members.access import Visitor

router = APIRouter()


def _(message: str) -> str:
    return message


OTHERWISE = _("The card wasn't charged. Try another one.")


async def _opened(session: Session, ref: str) -> tuple[Till, Data, Data]:
    """The till, the invoice and its customer. Raises NotFound for a draft: nobody has its address yet."""
    refuse_unless_on()
    till, held = await object_of(session, "invoice", ref)
    if held["status"] == "draft":
        raise NotFound
    customer = await till.find("customer", held["customer"])
    await clocks.live_by(till, customer)
    return till, held, customer


async def _page(request: Request, till: Till, held: Data, wrong: dict[str, str]) -> Response:
    def amount(minor: int) -> str:
        return shown(from_stripe(minor, held["currency"]), language())

    context: dict[str, Any] = {
        "invoice": held,
        "who": await name_of(till),
        "total": amount(held["total"]),
        "lines": [(line["description"] or "", amount(line["amount"])) for line in held["lines"]["data"]],
        "wrong": {name: gettext(words) for name, words in wrong.items()},
    }
    return render(request, "simulated/invoice.html", context, status=422 if wrong else 200)


@router.get("/invoice/{hosted}")
async def invoice_page(request: Request, session: Visitor, hosted: str) -> Response:
    """The invoice, and a form for a card while it is open."""
    till, held, _customer = await _opened(session, hosted)
    return await _page(request, till, held, {})


@router.post("/invoice/{hosted}")
async def pay_invoice(
    request: Request,
    session: Visitor,
    hosted: str,
    number: Annotated[str, Form(max_length=40)] = "",
    expiry: Annotated[str, Form(max_length=12)] = "",
    cvc: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Pay it; a card that is refused leaves it open."""
    till, held, customer = await _opened(session, hosted)
    if held["status"] not in ("open", "uncollectible"):
        return see_other(request.url.path)
    form = {"method": "card", "number": number, "expiry": expiry, "cvc": cvc}
    given, wrong = typed.read(form, ["card"], email=customer["email"] or "nobody@example.com")
    if given is None or given.card is None:
        return await _page(request, till, held, {name: wrong[name] for name in typed.FIELDS if name in wrong})
    method = await methods.make_card(till, given.card, month=given.month, year=given.year)
    try:
        await attach_to(till, method, customer["id"])
        await invoicing.pay(till, held, method["id"])
    except Refused:
        return await _page(request, till, await till.find("invoice", hosted), {"number": OTHERWISE})
    return see_other(request.url.path)
