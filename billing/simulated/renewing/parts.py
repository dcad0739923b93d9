"""What subscriptions are made of: their items, and the invoice of one period."""

from typing import Any

from billing.simulated.renewing import invoicing
from billing.simulated.till import Till, key_for
from billing.simulated.till.events import change_and_tell
from billing.simulated.wire.shapes import Data, blank, part, resource

DAY = 24 * 3600
OVER = {"canceled", "incomplete_expired"}
_Line: Any = resource("line_item")


def plan_of(price: Data) -> Data:
    """The plan that a recurring price also is, in the dialect's older words."""
    recurring = price["recurring"]
    return blank(
        "plan", id=price["id"], active=price["active"], amount=price["unit_amount"], created=price["created"],
        amount_decimal=price["unit_amount_decimal"], currency=price["currency"], interval=recurring["interval"],
        interval_count=recurring["interval_count"], product=price["product"], usage_type=recurring["usage_type"],
        metadata=price["metadata"], nickname=price["nickname"],
    )  # fmt: skip


def item_of(subscription: str, price: Data, quantity: int, period: tuple[int, int], at: int, **said: Any) -> Data:
    """What is subscribed to."""
    return blank(
        "subscription_item", id=said.pop("id", None) or key_for("subscription_item"), created=at, plan=plan_of(price),
        price=price, quantity=quantity, subscription=subscription, current_period_start=period[0],
        current_period_end=period[1], metadata=said.pop("metadata", None) or {}, tax_rates=[], discounts=[],
    )  # fmt: skip


def items(subscription: Data) -> list[Data]:
    """What is subscribed to, as a list."""
    return list(subscription["items"]["data"])


def rhythm(subscription: Data) -> tuple[str, int]:
    """Every how many of which interval it renews."""
    recurring = items(subscription)[0]["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


def lines_of(subscription: Data, invoice: str, period: tuple[int, int], *, free: bool = False) -> list[Data]:
    """What one period costs, a line for each item; nothing while it is tried for free."""
    made = []
    for item in items(subscription):
        price = item["price"]
        amount = 0 if free else (price["unit_amount"] or 0) * (item["quantity"] or 1)
        parent = part(
            _Line.Parent, type="subscription_item_details",
            subscription_item_details=part(
                _Line.Parent.SubscriptionItemDetails, subscription=subscription["id"], subscription_item=item["id"],
                proration=False,
            ),
        )  # fmt: skip
        made.append(
            invoicing.line(
                invoice, price, amount, price["currency"], period, parent=parent, quantity=item["quantity"],
                subscription=subscription["id"], description=f"{item['quantity']} × {price['nickname'] or price['id']}",
                metadata=subscription["metadata"],
            )
        )  # fmt: skip
    return made


async def draw_up(
    till: Till, customer: Data, subscription: Data, period: tuple[int, int], reason: str, *, free: bool = False
) -> Data:
    """The invoice of one period, with what else the customer owes by then."""
    ref = key_for("invoice")
    lines = lines_of(subscription, ref, period, free=free)
    for row in await till.rows("invoiceitem", customer=customer["id"]):
        if row.data["invoice"] is None and row.private.get("subscription") == subscription["id"]:
            lines.append(pending_line(ref, row.data))
            await till.change(row.data, invoice=ref)
    invoice = await invoicing.draw_up(
        till, customer, lines, ref=ref, reason=reason, subscription=subscription,
        collection_method=subscription["collection_method"],
        due_date=till.now() + (subscription["days_until_due"] or 30) * DAY
        if subscription["collection_method"] == "send_invoice" else None,
    )  # fmt: skip
    percent = subscription["application_fee_percent"]
    if percent and invoice["amount_due"]:
        await till.remember("invoice", ref, fee=int(invoice["amount_due"] * percent / 100))
    return invoice


def pending_line(invoice: str, item: Data) -> Data:
    """A line for what was put on a customer's account before the invoice."""
    details = part(_Line.Parent.InvoiceItemDetails, invoice_item=item["id"], proration=item["proration"])
    parent = part(_Line.Parent, type="invoice_item_details", invoice_item_details=details)
    period = (item["period"]["start"], item["period"]["end"])
    return invoicing.line(
        invoice, None, item["amount"], item["currency"], period, parent=parent, quantity=item["quantity"],
        description=item["description"], metadata=item["metadata"] or {},
    )  # fmt: skip


async def change(till: Till, subscription: Data, **fields: Any) -> Data:
    """Change a subscription and tell it."""
    return await change_and_tell(till, "customer.subscription.updated", subscription, **fields)
