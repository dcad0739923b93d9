"""Hosted pages that begin something that recurs, or that only keep a way of paying for later."""

from billing.simulated.api.payments import customers, setups
from billing.simulated.api.payments.sessions import items_of
from billing.simulated.paying import charging, checkout
from billing.simulated.paying.checkout import success
from billing.simulated.renewing import clocks, invoicing, subscribing
from billing.simulated.till import Till
from billing.simulated.till.events import tell
from billing.simulated.wire.errors import Refused
from billing.simulated.wire.shapes import Data


async def _customer(till: Till, session: Data, method: Data) -> tuple[Data, Data]:
    """The customer that keeps the way of paying, made when there is none, and the session that names them."""
    if session["customer"]:
        customer = await till.find("customer", session["customer"])
    else:
        said = session["customer_details"] or {}
        customer = await customers.create(till, {"email": said.get("email"), "name": said.get("name")})
        session = await till.change(session, customer=customer["id"])
    if method["customer"] != customer["id"]:
        await customers.attach_to(till, method, customer["id"])
    await clocks.live_by(till, customer)
    return customer, session


async def subscribe(till: Till, session: Data, method: Data) -> str:
    """Begin a subscription; its first payment is tried at once. A declined one ends what it began."""
    customer, session = await _customer(till, session, method)
    if held := await till.seek("subscription", session["subscription"]):  # an earlier try on this page
        invoice = await till.find("invoice", held["latest_invoice"])
        held = await till.change(held, default_payment_method=method["id"])
        try:
            await invoicing.pay(till, invoice, method["id"])
        except Refused as refused:
            return await _asked_or_raise(till, invoice, refused)
        return await _begun(till, session, held)
    facts = (await till.private("checkout.session", session["id"])).get("subscription_data") or {}
    given = {**facts, "default_payment_method": method["id"], "payment_behavior": "default_incomplete"}
    priced = [(item["price"], item["quantity"]) for item in await items_of(till, session["id"])]
    made = await subscribing.begin(till, customer, priced, given)
    session = await till.change(session, subscription=made["id"], invoice=made["latest_invoice"])
    if made["status"] != "incomplete":
        return await _begun(till, session, made)
    invoice = await till.find("invoice", made["latest_invoice"])
    try:
        await invoicing.pay(till, invoice, method["id"])
    except Refused as refused:
        return await _asked_or_raise(till, invoice, refused)
    return await _begun(till, session, made)


async def _asked_or_raise(till: Till, invoice: Data, refused: Refused) -> str:
    intent = await invoicing.intent_of(till, invoice)
    if refused.error.get("code") != "invoice_payment_intent_requires_action" or intent is None:
        raise refused
    return charging.asking(intent)


async def _begun(till: Till, session: Data, subscription: Data) -> str:
    """The session is complete, its first period paid or on its way."""
    invoice = await till.find("invoice", subscription["latest_invoice"])
    paid = invoice["status"] == "paid"
    after = await till.change(session, status="complete", payment_status="paid" if paid else "unpaid", url=None)
    await tell(till, "checkout.session.completed", after)
    return success(after)


async def confirmed(till: Till, intent: Data) -> str | None:
    """Where the payer goes who was asked about a first period: on, or back to the page; None for other payments."""
    for session in await till.all("checkout.session", mode="subscription", status="open"):
        invoice = await till.seek("invoice", session["invoice"])
        held = await invoicing.intent_of(till, invoice) if invoice else None
        if held is None or held["id"] != intent["id"]:
            continue
        if intent["status"] in ("succeeded", "processing"):
            return await _begun(till, session, await till.find("subscription", session["subscription"]))
        return f"{session['url']}?failed=yes"
    return None


async def keep(till: Till, session: Data, method: Data) -> str:
    """Keep a way of paying; nothing is charged."""
    customer, session = await _customer(till, session, method)
    facts = (await till.private("checkout.session", session["id"])).get("setup_intent_data") or {}
    intent = await setups.new(till, {**facts, "customer": customer["id"]})
    intent = await till.change(intent, payment_method=method["id"], status="requires_confirmation")
    session = await till.change(session, setup_intent=intent["id"])
    intent = await setups.confirm_setup(till, intent)
    if intent["status"] == "requires_action":  # its holder is here and has just typed it in: taken as their word
        intent = await setups.kept(till, intent, method)
    after = await till.change(session, status="complete", url=None)
    await tell(till, "checkout.session.completed", after)
    return success(after)


MODES = checkout.MODES
MODES |= {"subscription": subscribe, "setup": keep}
checkout.CONFIRMED.append(confirmed)
