"""Products and their prices."""

from decimal import Decimal
from typing import Any

from stripe.params import (
    PriceCreateParams,
    PriceListParams,
    PriceRetrieveParams,
    PriceUpdateParams,
    ProductCreateParams,
    ProductDeleteParams,
    ProductListParams,
    ProductRetrieveParams,
    ProductUpdateParams,
)

from billing.simulated.registry import endpoint
from billing.simulated.till import Till
from billing.simulated.till.events import change_and_tell, tell
from billing.simulated.till.listing import listed
from billing.simulated.wire.errors import Refused, needs
from billing.simulated.wire.shapes import Data, part, resource

_Price: Any = resource("price")
_Product: Any = resource("product")
SAID = ("active", "description", "images", "metadata", "name", "statement_descriptor", "unit_label", "url", "tax_code")
LARGEST = 99_999_999
"""The most that one payment may be, in minor units, as in the real dialect."""


@endpoint("POST", "/v1/products", ProductCreateParams)
async def create_product(till: Till, given: Data) -> Data:
    """A product."""
    if not given.get("name"):
        raise needs("name")
    if given.get("id") and await till.seek("product", given["id"]):
        raise Refused(f"Product already exists: {given['id']}", code="resource_already_exists", param="id")
    said: Data = {"active": True, "metadata": {}} | {name: given[name] for name in SAID if name in given}
    made = await till.make("product", ref=given.get("id", ""), type="service", updated=till.now(), **said)
    await tell(till, "product.created", made)
    if priced := given.get("default_price_data"):
        price = await new_price(till, priced | {"product": made["id"]})
        made = await till.change(made, default_price=price["id"])
    return made


@endpoint("GET", "/v1/products/{id}", ProductRetrieveParams)
async def product(till: Till, _given: Data, ref: str) -> Data:
    """A product."""
    return await till.find("product", ref)


@endpoint("GET", "/v1/products", ProductListParams)
async def products(till: Till, given: Data) -> Data:
    """Products, newest first."""
    ids = given.pop("ids", None)
    found = await listed(till, "product", given)
    if ids is not None:
        found["data"] = [one for one in found["data"] if one["id"] in ids]
    return found


@endpoint("POST", "/v1/products/{id}", ProductUpdateParams)
async def update_product(till: Till, given: Data, ref: str) -> Data:
    """Change a product."""
    said = {name: given[name] for name in (*SAID, "default_price") if name in given}
    return await change_and_tell(till, "product.updated", await till.find("product", ref), updated=till.now(), **said)


@endpoint("DELETE", "/v1/products/{id}", ProductDeleteParams)
async def delete_product(till: Till, _given: Data, ref: str) -> Data:
    """Delete a product that has no prices."""
    held = await till.find("product", ref)
    if await till.all("price", product=ref):
        raise Refused("This product cannot be deleted because it has one or more user-created prices.")
    await tell(till, "product.deleted", held)
    return await till.erase(held)


def unit_amount(given: Data, at: str = "") -> int:
    """What one costs, in minor units. Raises Refused where it isn't said, or isn't whole."""
    if "unit_amount" in given:
        amount = given["unit_amount"]
    elif "unit_amount_decimal" in given:
        exact = Decimal(given["unit_amount_decimal"])
        if exact != exact.to_integral_value():
            raise Refused("Fractions of a minor unit are not simulated.", param=f"{at}unit_amount_decimal")
        amount = int(exact)
    else:
        raise needs(f"{at}unit_amount")
    if amount < 0 or amount > LARGEST:
        raise Refused(f"Invalid integer: {amount}", code="parameter_invalid_integer", param=f"{at}unit_amount")
    return int(amount)


async def new_price(till: Till, given: Data) -> Data:
    """A price of a product that is there, or of one that is made along with it."""
    product_id = given.get("product")
    if said := given.get("product_data"):
        told = {name: said[name] for name in SAID if name in said}
        product_id = (await till.make("product", active=True, metadata={}, type="service", updated=till.now()))["id"]
        await till.change(await till.find("product", product_id), **told)
    if not product_id:
        raise needs("product")
    await till.find("product", product_id, param="product")
    amount = None if given.get("custom_unit_amount") else unit_amount(given)
    recurring = given.get("recurring")
    if recurring and not recurring.get("interval"):
        raise needs("recurring[interval]")
    return await till.make(
        "price",
        active=given.get("active", True),
        billing_scheme=given.get("billing_scheme", "per_unit"),
        currency=given["currency"].lower(),
        lookup_key=given.get("lookup_key"),
        metadata=given.get("metadata") or {},
        nickname=given.get("nickname"),
        product=product_id,
        recurring=part(_Price.Recurring, **({"interval_count": 1, "usage_type": "licensed"} | recurring))
        if recurring
        else None,
        tax_behavior=given.get("tax_behavior", "unspecified"),
        type="recurring" if recurring else "one_time",
        unit_amount=amount,
        unit_amount_decimal=None if amount is None else str(amount),
    )


@endpoint("POST", "/v1/prices", PriceCreateParams)
async def create_price(till: Till, given: Data) -> Data:
    """A price."""
    made = await new_price(till, given)
    await tell(till, "price.created", made)
    return made


@endpoint("GET", "/v1/prices/{id}", PriceRetrieveParams)
async def price(till: Till, _given: Data, ref: str) -> Data:
    """A price."""
    return await till.find("price", ref)


@endpoint("GET", "/v1/prices", PriceListParams)
async def prices(till: Till, given: Data) -> Data:
    """Prices, newest first."""
    keys = given.pop("lookup_keys", None)
    given.pop("recurring", None)
    found = await listed(till, "price", given)
    if keys is not None:
        found["data"] = [one for one in found["data"] if one["lookup_key"] in keys]
    return found


@endpoint("POST", "/v1/prices/{id}", PriceUpdateParams)
async def update_price(till: Till, given: Data, ref: str) -> Data:
    """Change what may change of a price: never its sum."""
    names = ("active", "lookup_key", "metadata", "nickname", "tax_behavior")
    said = {name: given[name] for name in names if name in given}
    return await change_and_tell(till, "price.updated", await till.find("price", ref), **said)
