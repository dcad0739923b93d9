"""Stripe's own examples of objects, held against ours: does an object of ours say whatever theirs says?"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from billing.simulated.wire.shapes import blank, fields, resource

FILE = "fixtures3.json"
OURS = (
    "account", "account_link", "application_fee", "balance", "balance_transaction", "bank_account",
    "billing_portal.configuration", "billing_portal.session", "charge", "checkout.session", "coupon", "customer",
    "discount", "dispute", "event", "fee_refund", "invoice", "invoice_payment", "invoiceitem", "item", "line_item",
    "payment_intent", "payment_method", "payment_method_configuration", "payout", "plan", "price", "product", "refund",
    "setup_intent", "subscription", "subscription_item", "test_helpers.test_clock", "webhook_endpoint",
)  # fmt: skip
"""Kinds that concern gifts and the platform's own billing."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How an example of Stripe's compares: `gone` are fields that the installed SDK has no more."""

    kind: str
    same: int
    gone: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether ours has every field that theirs has and the SDK still knows."""
        return not self.missing


def compare(folder: Path) -> list[Shape]:
    """Each of our kinds beside Stripe's example of it."""
    examples: dict[str, dict[str, Any]] = json.loads((folder / FILE).read_text())["resources"]
    return [_one(kind, examples[kind]) for kind in OURS if kind in examples]


def _one(kind: str, example: dict[str, Any]) -> Shape:
    known = fields(resource(kind))
    made = blank(kind)
    gone = tuple(sorted(name for name in example if name not in known))
    missing = tuple(sorted(name for name in example if name in known and name not in made and not _absent(kind, name)))
    return Shape(kind, len(example) - len(gone) - len(missing), gone, missing)


def _absent(kind: str, name: str) -> bool:
    """Fields that only some objects of a kind have: of a way of paying only its own kind's part, and what is told only
    when it is asked for."""
    part = kind == "payment_method" and name not in ("id", "object", "type", "customer", "created", "billing_details")
    return part or name in ("sources", "subscriptions", "tax_ids", "cash_balance")
