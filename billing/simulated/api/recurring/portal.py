"""The billing portal: a hosted page on which customers see their invoices, change their card and end what recurs."""

from typing import Any

from stripe.params.billing_portal import (
    ConfigurationCreateParams,
    ConfigurationListParams,
    ConfigurationRetrieveParams,
    ConfigurationUpdateParams,
    SessionCreateParams,
)

from billing.simulated.reading import readable
from billing.simulated.registry import endpoint
from billing.simulated.service import page
from billing.simulated.till import Till, key_for
from billing.simulated.till.events import change_and_tell, tell
from billing.simulated.wire.errors import needs
from billing.simulated.wire.shapes import Data, part, resource

_Configuration: Any = resource("billing_portal.configuration")
SAID = ("business_profile", "default_return_url", "metadata", "name", "active")


def _features(given: Data) -> Data:
    """Which parts of the page are there; those that aren't named are not."""
    kinds = _Configuration.Features
    made = part(
        kinds,
        customer_update=part(kinds.CustomerUpdate),
        invoice_history=part(kinds.InvoiceHistory),
        payment_method_update=part(kinds.PaymentMethodUpdate),
        subscription_cancel=part(
            kinds.SubscriptionCancel,
            cancellation_reason=part(kinds.SubscriptionCancel.CancellationReason),
            mode="at_period_end",
            proration_behavior="none",
        ),
        subscription_pause=part(kinds.SubscriptionPause),
        subscription_update=part(
            kinds.SubscriptionUpdate,
            proration_behavior="none",
            schedule_at_period_end=part(kinds.SubscriptionUpdate.ScheduleAtPeriodEnd, conditions=[]),
        ),
    )
    return {name: value | (given.get(name) or {}) for name, value in made.items()}


async def _make(till: Till, given: Data, *, default: bool = False) -> Data:
    said = {name: given[name] for name in SAID if name in given and name not in ("business_profile", "metadata")}
    return await till.make(
        "billing_portal.configuration",
        private={"default": default},
        business_profile=part(_Configuration.BusinessProfile, **(given.get("business_profile") or {})),
        features=_features(given.get("features") or {}),
        is_default=default,
        login_page=part(_Configuration.LoginPage, enabled=False),
        metadata=given.get("metadata") or {},
        updated=till.now(),
        **({"active": True} | said),
    )


@endpoint("POST", "/v1/billing_portal/configurations", ConfigurationCreateParams)
async def create(till: Till, given: Data) -> Data:
    """Which parts the page has."""
    made = await _make(till, given)
    await tell(till, "billing_portal.configuration.created", made)
    return made


readable(
    "billing_portal.configuration",
    "/v1/billing_portal/configurations",
    "configuration",
    ConfigurationRetrieveParams,
    ConfigurationListParams,
)


@endpoint("POST", "/v1/billing_portal/configurations/{configuration}", ConfigurationUpdateParams)
async def update(till: Till, given: Data, ref: str) -> Data:
    """Change which parts the page has."""
    held = await till.find("billing_portal.configuration", ref)
    fields: Data = {name: given[name] for name in SAID if name in given}
    if profile := fields.get("business_profile"):
        fields["business_profile"] = held["business_profile"] | profile
    if wanted := given.get("features"):
        fields["features"] = {name: value | (wanted.get(name) or {}) for name, value in held["features"].items()}
    return await change_and_tell(till, "billing_portal.configuration.updated", held, updated=till.now(), **fields)


async def _default(till: Till) -> Data:
    """The configuration of those that choose none: everything that is simulated is on."""
    for row in await till.rows("billing_portal.configuration"):
        if row.private.get("default"):
            return row.data
    on = {"enabled": True}
    parts = ("invoice_history", "payment_method_update", "subscription_cancel")
    return await _make(till, {"features": dict.fromkeys(parts, on)}, default=True)


@endpoint("POST", "/v1/billing_portal/sessions", SessionCreateParams)
async def open_portal(till: Till, given: Data) -> Data:
    """The page of one customer, for a while."""
    if "customer" not in given:
        raise needs("customer")
    await till.find("customer", given["customer"], param="customer")
    if ref := given.get("configuration"):
        shown = await till.find("billing_portal.configuration", ref, param="configuration")
    else:
        shown = await _default(till)
    key = key_for("billing_portal.session")
    done = ((given.get("flow_data") or {}).get("after_completion") or {}).get("redirect") or {}
    made = await till.make(
        "billing_portal.session", id=key, private={"then": done.get("return_url", "")},
        configuration=shown["id"], customer=given["customer"],
        locale=given.get("locale"), return_url=given.get("return_url") or shown["default_return_url"],
        url=page(f"/portal/{key}"),
    )  # fmt: skip
    await tell(till, "billing_portal.session.created", made)
    return made
