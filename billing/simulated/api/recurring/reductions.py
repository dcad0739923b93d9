"""Coupons, and plans, which are prices in the dialect's older words."""

import secrets

from stripe.params import (
    CouponCreateParams,
    CouponDeleteParams,
    CouponListParams,
    CouponRetrieveParams,
    CouponUpdateParams,
    PlanCreateParams,
    PlanDeleteParams,
    PlanListParams,
    PlanRetrieveParams,
    PlanUpdateParams,
)

from billing.simulated.api.recurring.catalogue import new_price
from billing.simulated.reading import readable
from billing.simulated.registry import endpoint
from billing.simulated.renewing.parts import plan_of
from billing.simulated.till import Till
from billing.simulated.till.events import change_and_tell, tell
from billing.simulated.wire.errors import Refused, needs
from billing.simulated.wire.shapes import Data


@endpoint("POST", "/v1/coupons", CouponCreateParams)
async def create_coupon(till: Till, given: Data) -> Data:
    """A coupon. It is kept and told, but reduces no invoice."""
    if ("percent_off" in given) == ("amount_off" in given):
        raise Refused("You must pass exactly one of `percent_off` and `amount_off`.", param="percent_off")
    if "amount_off" in given and "currency" not in given:
        raise needs("currency")
    names = ("amount_off", "currency", "duration_in_months", "max_redemptions", "name", "percent_off", "redeem_by")
    said: Data = {name: given[name] for name in names if name in given}
    made = await till.make(
        "coupon", ref=given.get("id") or secrets.token_hex(4), duration=given.get("duration", "once"),
        metadata=given.get("metadata") or {}, valid=True, **said,
    )  # fmt: skip
    await tell(till, "coupon.created", made)
    return made


readable("coupon", "/v1/coupons", "coupon", CouponRetrieveParams, CouponListParams)


@endpoint("POST", "/v1/coupons/{coupon}", CouponUpdateParams)
async def update_coupon(till: Till, given: Data, ref: str) -> Data:
    """Change a coupon's name and metadata."""
    fields = {name: given[name] for name in ("name", "metadata") if name in given}
    return await change_and_tell(till, "coupon.updated", await till.find("coupon", ref), **fields)


@endpoint("DELETE", "/v1/coupons/{coupon}", CouponDeleteParams)
async def delete_coupon(till: Till, _given: Data, ref: str) -> Data:
    """Delete a coupon."""
    held = await till.find("coupon", ref)
    await tell(till, "coupon.deleted", held)
    return await till.erase(held)


@endpoint("POST", "/v1/plans", PlanCreateParams)
async def create_plan(till: Till, given: Data) -> Data:
    """A plan, which is a recurring price of the same id."""
    if "amount" not in given:
        raise needs("amount")
    product = given.get("product")
    priced: Data = {
        "currency": given["currency"], "unit_amount": given["amount"], "nickname": given.get("nickname"),
        "metadata": given.get("metadata"), "active": given.get("active", True),
        "recurring": {"interval": given["interval"], "interval_count": given.get("interval_count", 1)},
    }  # fmt: skip
    priced |= {"product_data": product} if isinstance(product, dict) else {"product": product}
    made = plan_of(await new_price(till, priced))
    plan = await till.make(
        "plan", ref=made["id"], **{name: made[name] for name in made if name not in ("object", "id")}
    )
    await tell(till, "plan.created", plan)
    return plan


readable("plan", "/v1/plans", "plan", PlanRetrieveParams, PlanListParams, named=True)


@endpoint("POST", "/v1/plans/{plan}", PlanUpdateParams)
async def update_plan(till: Till, given: Data, ref: str) -> Data:
    """Change what may change of a plan."""
    fields = {name: given[name] for name in ("active", "metadata", "nickname") if name in given}
    return await change_and_tell(till, "plan.updated", await till.find("plan", ref, param="plan"), **fields)


@endpoint("DELETE", "/v1/plans/{plan}", PlanDeleteParams)
async def delete_plan(till: Till, _given: Data, ref: str) -> Data:
    """Delete a plan; those who have subscribed to it keep it."""
    held = await till.find("plan", ref, param="plan")
    await tell(till, "plan.deleted", held)
    return await till.erase(held)
