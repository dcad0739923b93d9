"""Ways of paying: made from a test card's number or name, or from the kind alone; what they really are stays unsaid."""

import hashlib
from typing import Any

from billing.simulated.paying.cards import Card, by_number, by_token
from billing.simulated.till import Till
from billing.simulated.wire.errors import Refused, declined, missing, needs
from billing.simulated.wire.shapes import Data, fields, part, resource

EXPIRES = 8
"""Years from now on, for cards that are named rather than typed."""
_Method: Any = resource("payment_method")


async def make_card(
    till: Till, card: Card, *, month: int = 8, year: int = 0, billing: Data | None = None, customer: str | None = None
) -> Data:
    """A way of paying by a test card."""
    mark = hashlib.sha256(card.number.encode()).hexdigest()[:16]
    shown = part(
        _Method.Card,
        brand=card.brand,
        checks=part(_Method.Card.Checks, cvc_check="pass"),
        country=card.country,
        display_brand=card.brand,
        exp_month=month,
        exp_year=year or _this_year(till) + EXPIRES,
        fingerprint=mark,
        funding=card.funding,
        last4=card.number[-4:],
        networks=part(_Method.Card.Networks, available=[card.brand]),
    )
    return await make(till, "card", shown, billing=billing, customer=customer, private={"number": card.number})


async def make(
    till: Till,
    kind: str,
    shown: Data,
    *,
    billing: Data | None = None,
    customer: str | None = None,
    private: Data | None = None,
    metadata: Data | None = None,
) -> Data:
    """A way of paying of any kind; `shown` is the part under the kind's name."""
    said: Data = {kind: shown, "billing_details": part(_Method.BillingDetails, **(billing or {}))}
    return await till.make(
        "payment_method", private=private, type=kind, customer=customer, metadata=metadata or {},
        allow_redisplay="unspecified", **said,
    )  # fmt: skip


def _this_year(till: Till) -> int:
    return 1970 + till.now() // 31_556_952


async def from_given(till: Till, given: Data) -> Data:
    """A way of paying as it is asked for in `payment_method_data` and `/v1/payment_methods`.

    Raises Refused for a card that isn't a test card, and for kinds that aren't simulated.
    """
    kind = given.get("type")
    if not kind:
        raise needs("type")
    billing, metadata = given.get("billing_details"), given.get("metadata")
    if kind == "card":
        made = await _card_from(till, given.get("card") or {}, billing, given.get("customer"))
        return await till.change(made, metadata=metadata or {})
    if kind not in fields(_Method):
        raise Refused(f"Invalid type: {kind}", param="type")
    shown, private = _details(kind, given)
    return await make(
        till, kind, shown, billing=billing, customer=given.get("customer"), private=private, metadata=metadata
    )


def _details(kind: str, given: Data) -> tuple[Data, Data]:
    said = given.get(kind) or {}
    if kind == "sepa_debit":
        iban = said.get("iban", "").replace(" ", "")
        if not iban:
            raise needs("sepa_debit[iban]")
        shown = part(
            _Method.SepaDebit, country=iban[:2], last4=iban[-4:], bank_code=iban[4:9],
            fingerprint=hashlib.sha256(iban.encode()).hexdigest()[:16],
        )  # fmt: skip
        return shown, {"iban": iban}
    return {}, {}


async def _card_from(till: Till, said: Data, billing: Data | None, customer: str | None) -> Data:
    token = said.get("token")
    if token:
        card = by_token(token)
        if card is None:
            raise missing("token", token, "card[token]")
        return await make_card(till, card, billing=billing, customer=customer)
    for name in ("number", "exp_month", "exp_year"):
        if name not in said:
            raise needs(f"card[{name}]")
    card = by_number(said["number"])
    if card is None:
        raise declined("Your card number is incorrect.", code="incorrect_number", param="number")
    return await make_card(
        till, card, month=said["exp_month"], year=said["exp_year"], billing=billing, customer=customer
    )


async def held(till: Till, ref: str, *, param: str = "payment_method") -> Data:
    """A way of paying by its id, or a fresh one for the name of a test card (`pm_card_visa`)."""
    if card := by_token(ref):
        return await make_card(till, card)
    return await till.find("payment_method", ref, param=param)


async def card_of(till: Till, method: Data) -> Card:
    """How a card will behave. Raises LookupError for what isn't a card."""
    card = by_number((await till.private("payment_method", method["id"])).get("number", ""))
    if card is None:
        raise LookupError(method["id"])
    return card
