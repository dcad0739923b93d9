"""What the processor has about what recurs: invoices with what paid them, and subscriptions as they stand."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from billing.money import Money
from billing.processor.access import at, client, plainly
from billing.processor.amounts import from_stripe

OVER = {"canceled", "incomplete_expired"}
ASKED = ["default_payment_method", "customer.invoice_settings.default_payment_method", "latest_invoice"]


@dataclass(frozen=True, slots=True)
class Invoice:
    """One period's invoice. `said` is the subscription's metadata as it was when this was drawn up; `first`: it began
    the subscription. `charge` is what paid it, None as long as nothing has."""

    account: str
    id: str
    subscription: str
    customer: str
    first: bool
    money: Money
    said: Mapping[str, str]
    intent: str | None
    charge: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """A card as it may be shown; no brand where something else pays."""

    brand: str = ""
    last4: str = ""
    month: int = 0
    year: int = 0


@dataclass(frozen=True, slots=True)
class Subscription:
    """How a subscription stands. `status` is the processor's word; `money` is what each period costs.

    `resumes` is when a pause ends by itself, None for an endless one. `owed` is the invoice that couldn't be paid,
    `again` when that is tried next. `stale`: its customer has chosen another card than the one it holds.
    """

    id: str
    customer: str
    status: str
    money: Money
    said: Mapping[str, str]
    anchor: datetime
    ends_period: datetime
    paused: bool
    resumes: datetime | None
    ending: bool
    ended: datetime | None
    why_ended: str
    card: Card = field(default_factory=Card)
    owed: str = ""
    again: datetime | None = None
    stale: bool = False


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def gift_of(said: Mapping[str, str]) -> UUID | None:
    """The gift that a subscription was begun with, as its metadata says."""
    with suppress(ValueError):
        return UUID(said.get("gift", ""))
    return None


def _id(reference: Any) -> str:
    return reference if isinstance(reference, str) else str(reference["id"]) if reference else ""


async def paying(account: str, invoice: str) -> dict[str, Any] | None:
    """The payment intent that pays an invoice: the one that did, else the one that may. Raises Unavailable, Gone."""
    asked: Any = {"invoice": invoice, "limit": 100, "expand": ["data.payment.payment_intent"]}
    with plainly():
        listed = await client().v1.invoice_payments.list_async(asked, options=at(account))
    intents = [one.to_dict()["payment"].get("payment_intent") for one in listed.data]
    found = [one for one in intents if isinstance(one, dict)]
    return next((one for one in found if one["status"] == "succeeded"), found[0] if found else None)


async def invoice_of(account: str, key: str) -> Invoice | None:
    """An invoice; None for one that belongs to no subscription. Raises Unavailable, Gone, Refused."""
    with plainly():
        made: Any = (await client().v1.invoices.retrieve_async(key, options=at(account))).to_dict()
    details = (made["parent"] or {}).get("subscription_details")
    if not details:
        return None
    intent = await paying(account, key) if made["status"] in ("open", "paid", "uncollectible") else None
    paid = intent is not None and intent["status"] == "succeeded"
    return Invoice(
        account=account,
        id=key,
        subscription=_id(details["subscription"]),
        customer=_id(made["customer"]),
        first=made["billing_reason"] == "subscription_create",
        money=from_stripe(intent["amount_received"] if intent and paid else made["total"], made["currency"]),
        said=details["metadata"] or {},
        intent=intent["id"] if intent else None,
        charge=_id(intent["latest_charge"]) or None if intent and paid else None,
    )


async def invoice_paid_by(account: str, intent: str) -> str | None:
    """The invoice that a payment intent is for; None for what was paid once. Raises Unavailable, Gone."""
    asked: Any = {"payment": {"type": "payment_intent", "payment_intent": intent}, "limit": 1}
    with plainly():
        listed = await client().v1.invoice_payments.list_async(asked, options=at(account))
    return _id(listed.data[0].invoice) if listed.data else None


async def subscription_of(account: str, key: str) -> Subscription:
    """A subscription as it stands now. Raises Unavailable, Gone, Refused ("resource_missing")."""
    with plainly():
        asked = client().v1.subscriptions.retrieve_async(key, {"expand": ASKED}, options=at(account))
        made: Any = (await asked).to_dict()
    items, paused, invoice = made["items"]["data"], made["pause_collection"], made["latest_invoice"] or {}
    sums = [one["price"]["unit_amount"] * (one["quantity"] or 1) for one in items]
    own, wanted = made["default_payment_method"], _chosen(made["customer"])
    owing = invoice if invoice and invoice["status"] == "open" and invoice["attempt_count"] else None
    return Subscription(
        id=key,
        customer=_id(made["customer"]),
        status=made["status"],
        money=from_stripe(sum(sums), made["currency"]),
        said=made["metadata"] or {},
        anchor=datetime.fromtimestamp(made["billing_cycle_anchor"], UTC),
        ends_period=datetime.fromtimestamp(min(one["current_period_end"] for one in items), UTC),
        paused=bool(paused),
        resumes=_moment(paused["resumes_at"]) if paused else None,
        ending=bool(made["cancel_at_period_end"] or made["cancel_at"]),
        ended=_moment(made["ended_at"]) if made["status"] in OVER else None,
        why_ended=(made["cancellation_details"] or {}).get("reason") or "",
        card=_card(wanted or own),
        owed=owing["id"] if owing else "",
        again=_moment(owing["next_payment_attempt"]) if owing else None,
        stale=bool(own and wanted and own["id"] != wanted["id"]),
    )


def _chosen(customer: Any) -> Any:
    """What a customer has chosen to pay with from now on, on the processor's own page."""
    settings = customer.get("invoice_settings") if isinstance(customer, dict) else None
    return (settings or {}).get("default_payment_method")


def _card(method: Any) -> Card:
    shown = (method or {}).get("card")
    return Card(shown["brand"], shown["last4"], shown["exp_month"], shown["exp_year"]) if shown else Card()
