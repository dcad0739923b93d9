"""Events that were told, and the addresses that want them."""

import secrets
from typing import Any

from stripe.params import (
    EventListParams,
    EventRetrieveParams,
    WebhookEndpointCreateParams,
    WebhookEndpointDeleteParams,
    WebhookEndpointListParams,
    WebhookEndpointRetrieveParams,
    WebhookEndpointUpdateParams,
)

from billing.simulated.reading import readable
from billing.simulated.registry import endpoint
from billing.simulated.till import Till
from billing.simulated.till.events import of_types
from billing.simulated.till.listing import listed
from billing.simulated.wire.shapes import Data


@endpoint("GET", "/v1/events/{id}", EventRetrieveParams)
async def event(till: Till, _given: Data, ref: str) -> Data:
    """What happened, as it was then."""
    return await till.find("event", ref)


@endpoint("GET", "/v1/events", EventListParams)
async def events(till: Till, given: Data) -> Data:
    """What happened, newest first; `type` may end in a star."""
    wanted: list[str] = given.pop("types", None) or []
    wanted += [kind] if (kind := given.pop("type", None)) else []
    given.pop("delivery_success", None)
    also: list[Any] = [of_types(wanted)] if wanted else []
    return await listed(till, "event", given, also=also)


@endpoint("POST", "/v1/webhook_endpoints", WebhookEndpointCreateParams)
async def create(till: Till, given: Data) -> Data:
    """An address that is told, with the secret that events to it are signed with; the secret is said this once."""
    secret = f"whsec_{secrets.token_hex(16)}"
    made = await till.make(
        "webhook_endpoint",
        private={"secret": secret, "connect": bool(given.get("connect"))},
        enabled_events=given["enabled_events"],
        url=given["url"],
        description=given.get("description"),
        metadata=given.get("metadata") or {},
        status="enabled",
    )
    return made | {"secret": secret}


readable("webhook_endpoint", "/v1/webhook_endpoints", "id", WebhookEndpointRetrieveParams, WebhookEndpointListParams)


@endpoint("POST", "/v1/webhook_endpoints/{id}", WebhookEndpointUpdateParams)
async def update(till: Till, given: Data, ref: str) -> Data:
    """Change an address, or stop telling it."""
    held = await till.find("webhook_endpoint", ref)
    fields: Data = {name: given[name] for name in ("url", "enabled_events", "description", "metadata") if name in given}
    if "disabled" in given:
        fields["status"] = "disabled" if given["disabled"] else "enabled"
    return await till.change(held, **fields)


@endpoint("DELETE", "/v1/webhook_endpoints/{id}", WebhookEndpointDeleteParams)
async def delete(till: Till, _given: Data, ref: str) -> Data:
    """Forget an address."""
    return await till.erase(await till.find("webhook_endpoint", ref))
