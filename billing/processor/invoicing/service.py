"""Draws invoices up, has them paid and asks how they stand. Each thing that is asked is a durable operation, in the
scope of the hotline that owes: done again after a crash, it is the same customer, invoice and line."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from stripe import StripeObject
from stripe.params import CustomerCreateParams, InvoiceCreateParams, InvoiceItemCreateParams

from billing.money import Money
from billing.processor.access import Refused, at, client, plainly
from billing.processor.amounts import from_stripe, to_stripe
from billing.processor.checkout import LANGUAGES
from billing.processor.operations import perform
from infra.scope import current_tenant

OWN = ""
"""The platform's own account."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line: `key` names it for ever ("usage:2026-11:minutes"), `words` are what the payer reads."""

    key: str
    words: str
    money: Money


@dataclass(frozen=True, slots=True)
class Order:
    """An invoice to be. `key` names it for ever among the hotline's ("2026-11"); `card` whether it is to be paid at
    once with what the customer has kept; `days` until it is due otherwise."""

    key: str
    customer: str
    items: Sequence[Item]
    words: str
    card: bool
    days: int
    subject: UUID


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice as the processor has it. `hotline` is whose it is; `outside` whether it was paid by another way."""

    ref: str
    state: str
    money: Money
    hotline: UUID | None
    number: str
    page: str
    made_at: datetime
    paid_at: datetime | None
    void_at: datetime | None
    outside: bool


async def customer(key: str, *, name: str, email: str, language: str) -> str:
    """The customer of this name, made when there is none; `key` is ours for them. Raises Unavailable, Refused."""
    sent: CustomerCreateParams = {
        "name": name, "email": email, "preferred_locales": [LANGUAGES.get(language, language)],
        "metadata": {"hotline": str(current_tenant()), "payer": key},
    }  # fmt: skip

    async def call(idempotency: str) -> StripeObject:
        return await client().v1.customers.create_async(sent, options=at(OWN, idempotency))

    return (await perform("plan.customer", f"plan.customer:{key}", call, sent=sent)).id


async def draw_up(order: Order) -> str:
    """See that the invoice is there, finalised, and paid if a kept card may pay it; whoever pays it otherwise is
    written to by us. Its name at the processor. Raises Unavailable (nothing is lost: ask again), Refused."""
    ref = await _invoice(order)
    for item in order.items:
        await _item(order, ref, item)

    async def finalise(key: str) -> StripeObject:
        return await client().v1.invoices.finalize_invoice_async(ref, options=at(OWN, key))

    async def finalised() -> str | None:
        made = await client().v1.invoices.retrieve_async(ref, options=at(OWN))
        return None if made.status == "draft" else ref

    await _step(order, "final", ref, finalise, finalised)
    if order.card:
        await _pay(order, ref)
    return ref


async def _step(order: Order, step: str, ref: str, call: Any, find: Any = None) -> None:
    name = f"plan.{step}"
    await perform(name, f"{name}:{order.key}", call, sent={"invoice": ref}, subject=order.subject, find=find)


async def _invoice(order: Order) -> str:
    sent: InvoiceCreateParams = {
        "customer": order.customer,
        "auto_advance": False,
        "collection_method": "charge_automatically" if order.card else "send_invoice",
        "currency": order.items[0].money.currency.lower(),
        "description": order.words,
        "metadata": {"hotline": str(current_tenant()), "invoice": order.key},
        "pending_invoice_items_behavior": "exclude",
    }
    if not order.card:
        sent["days_until_due"] = order.days

    async def call(key: str) -> StripeObject:
        return await client().v1.invoices.create_async(sent, options=at(OWN, key))

    async def find() -> str | None:
        listed = await client().v1.invoices.list_async({"customer": order.customer, "limit": 100}, at(OWN))
        mine = [one.id for one in listed.data if one.metadata and one.metadata.to_dict().get("invoice") == order.key]
        return mine[0] if mine else None

    name = f"plan.invoice:{order.key}"
    return (await perform("plan.invoice", name, call, sent=sent, subject=order.subject, find=find)).id


async def _item(order: Order, ref: str, item: Item) -> None:
    sent: InvoiceItemCreateParams = {
        "customer": order.customer,
        "invoice": ref,
        "currency": item.money.currency.lower(),
        "amount": to_stripe(item.money),
        "description": item.words,
        "metadata": {"item": item.key},
    }

    async def call(key: str) -> StripeObject:
        return await client().v1.invoice_items.create_async(sent, options=at(OWN, key))

    async def find() -> str | None:
        listed = await client().v1.invoice_items.list_async({"invoice": ref, "limit": 100}, at(OWN))
        mine = [one.id for one in listed.data if one.metadata and one.metadata.to_dict().get("item") == item.key]
        return mine[0] if mine else None

    await perform("plan.item", item.key, call, sent=sent, subject=order.subject, find=find)


async def _pay(order: Order, ref: str) -> None:
    """Have it paid with what the customer has kept; a card that refuses leaves it open, to be paid on its page."""

    async def call(key: str) -> StripeObject:
        return await client().v1.invoices.pay_async(ref, {"off_session": True}, options=at(OWN, key))

    async def find() -> str | None:
        made = await client().v1.invoices.retrieve_async(ref, options=at(OWN))
        return ref if made.status == "paid" else None

    with suppress(Refused):
        await _step(order, "pay", ref, call, find)


async def paid_outside(ref: str) -> None:
    """Say that an invoice was paid by another way, such as into the platform's bank account; said twice, it is said
    once. Raises Unavailable, Refused (it isn't open)."""

    async def call(key: str) -> StripeObject:
        return await client().v1.invoices.pay_async(ref, {"paid_out_of_band": True}, options=at(OWN, key))

    await perform("plan.outside", f"plan.outside:{ref}", call, sent={"invoice": ref})


async def withdraw(ref: str) -> None:
    """Make an open invoice void. Raises Unavailable, Refused (it isn't open)."""

    async def call(key: str) -> StripeObject:
        return await client().v1.invoices.void_invoice_async(ref, options=at(OWN, key))

    await perform("plan.void", f"plan.void:{ref}", call, sent={"invoice": ref})


async def fetch(ref: str) -> Bill:
    """How an invoice stands. Raises Unavailable, Refused."""
    with plainly():
        made = (await client().v1.invoices.retrieve_async(ref, options=at(OWN))).to_dict()
    moved = made["status_transitions"]
    return Bill(
        ref=made["id"],
        state=made["status"],
        money=from_stripe(made["total"], made["currency"]),
        hotline=_uuid((made["metadata"] or {}).get("hotline")),
        number=made["number"] or "",
        page=made["hosted_invoice_url"] or "",
        made_at=_moment(moved["finalized_at"]) or datetime.fromtimestamp(made["created"], UTC),
        paid_at=_moment(moved["paid_at"]),
        void_at=_moment(moved["voided_at"]),
        outside=made["status"] == "paid" and not made["amount_paid"],
    )


async def card_page(customer_id: str, back: str) -> str:
    """The address of the processor's page for the customer's card and invoices; it leads back to `back`. Raises
    Unavailable, Refused."""
    with plainly():
        opened = await client().v1.billing_portal.sessions.create_async({"customer": customer_id, "return_url": back})
    return opened.url


def _moment(at_second: int | None) -> datetime | None:
    return datetime.fromtimestamp(at_second, UTC) if at_second else None


def _uuid(said: Any) -> UUID | None:
    try:
        return UUID(str(said))
    except ValueError:
        return None
