"""What happens is told: an event object, and a delivery owed to every address that wants it."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import or_
from sqlmodel import col
from stripe._api_version import _ApiVersion

from billing.processor.access import webhook_secret
from billing.simulated.models import SimulatedDelivery, SimulatedObject
from billing.simulated.service import WEBHOOKS
from billing.simulated.till.faults import faults
from billing.simulated.till.till import Till
from billing.simulated.wire.shapes import Data, part, resource
from infra.clock import now
from infra.jobs import enqueue
from infra.settings import settings


async def tell(till: Till, kind: str, data: Data, before: Data | None = None) -> Data:
    """Something of this account happened to an object: `kind` is Stripe's name for it ("charge.succeeded"), `before`
    the fields that it changed with what they were. Returns the event."""
    about: Data = {"object": dict(data)}
    if before is not None:
        about["previous_attributes"] = before
    endpoints = await _endpoints(till, kind)
    event = await till.make(
        "event",
        type=kind,
        api_version=_ApiVersion.CURRENT,
        data=about,
        pending_webhooks=len(endpoints),
        request=part(resource("event").Request, id=till.request, idempotency_key=till.idempotency_key),  # type: ignore[attr-defined]  # a part of the resource
    )
    if till.account:
        await till.change(event, account=till.account)
    trouble = await faults(till)
    for url, secret in endpoints:
        await _owe(till, event, url, secret, trouble)
    return event


async def _endpoints(till: Till, kind: str) -> list[tuple[str, str]]:
    """Addresses and secrets for an event of this kind: the house's own, and those that were asked for."""
    connect = bool(till.account)
    base = settings().base_url.rstrip("/")
    found = [(base + WEBHOOKS[connect], webhook_secret(connect=connect))]
    for row in await till.other("").rows("webhook_endpoint"):
        wanted = row.data["enabled_events"]
        if row.data["status"] == "enabled" and row.private["connect"] == connect and {"*", kind} & set(wanted):
            found.append((row.data["url"], row.private["secret"]))
    return found


async def _owe(till: Till, event: Data, url: str, secret: str, trouble: Data) -> None:
    """Owe one address an event, with the troubles that are switched on."""
    for _ in range(2 if trouble["double"] else 1):
        late = float(trouble["delay"]) + (random.uniform(0, 5) if trouble["shuffle"] else 0)  # noqa: S311 - no secret
        row = SimulatedDelivery(
            event=event["id"],
            kind=event["type"],
            account=till.account,
            url=url,
            secret=secret,
            due_at=now() + timedelta(seconds=late),
            dropped=random.uniform(0, 100) < trouble["drop"],  # noqa: S311 - no secret
        )
        till.session.add(row)
        if not row.dropped:
            await enqueue(till.session, "simulated.deliver", {"delivery": str(row.id)}, due=row.due_at)


async def change_and_tell(till: Till, kind: str, data: Data, **fields: Any) -> Data:
    """Change fields and tell it, with what they were before."""
    before = {name: data.get(name) for name in fields if data.get(name) != fields[name]}
    changed = await till.change(data, **fields)
    await tell(till, kind, changed, before)
    return changed


def of_types(wanted: list[str]) -> Any:
    """The condition that an event is of one of these types; a star at the end stands for any rest."""
    kind = col(SimulatedObject.data)["type"].astext
    return or_(*(kind.startswith(one[:-1], autoescape=True) if one.endswith("*") else kind == one for one in wanted))
