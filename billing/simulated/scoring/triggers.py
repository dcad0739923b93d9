"""Stripe's event scripts (those of its command-line tool), run against the simulated processor step by step."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from sqlmodel import col, select

from billing.processor.access import api_key
from billing.simulated import gate
from billing.simulated.models import SimulatedObject
from billing.simulated.paying import charging
from billing.simulated.till import Till
from billing.simulated.wire.shapes import misfits
from infra.database import unit_of_work
from infra.scope import no_scope

AS_WRITTEN = "2024-06-20"
"""The version that the scripts' requests say: they were written before the SDK's own, and use its older names."""
_PLACE = re.compile(r"\$\{(\w+):([^}|]+)(?:\|([^}]*))?\}")
BEYOND = {
    "cash_balance.": "a balance kept for bank transfers",
    "credit_note.": "credit notes",
    "customer.source.": "sources, which payment methods have replaced",
    "payment_intent.partially_funded": "a balance kept for bank transfers",
    "payment_link.": "payment links",
    "promotion_code.": "promotion codes",
    "quote.": "quotes",
    "subscription_schedule.": "schedules of subscriptions",
    "tax_rate.": "tax rates",
    "transfer.": "transfers between accounts: gifts are charged on the hotline's own",
    "v1.billing.meter.": "meters: use is counted by ourselves and put on invoices",
}
"""Scripts that concern neither gifts nor the platform's billing, with what they are about."""


NOT_DONE = {
    "customer.discount.created": "a customer's own discount, which the SDK's version takes no more",
    "customer.discount.deleted": "a customer's own discount, which the SDK's version takes no more",
    "customer.discount.updated": "a customer's own discount, which the SDK's version takes no more",
}
"""Scripts that concern us and fail, with the reason."""
TELLS = {
    "subscription.payment_failed": "invoice.payment_failed",
    "subscription.payment_succeeded": "invoice.payment_succeeded",
}
"""Scripts that are named for what they show and not for the event that they bring about."""


@dataclass(slots=True)
class Outcome:
    """How a script went: `trouble` says at which step and why it didn't end as it should."""

    name: str
    steps: int
    passed: bool = False
    trouble: str = ""
    wrong_shapes: list[str] = field(default_factory=list)


def concerns(name: str) -> bool:
    """Whether a script is about what the house needs."""
    return not any(name.startswith(start) for start in BEYOND)


def scripts(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The scripts by the event that each is to bring about."""
    for path in sorted((folder / "triggers").glob("*.json")):
        yield path.stem, json.loads(path.read_text())


async def run(name: str, script: dict[str, Any]) -> Outcome:
    """Run a script. It passes when every step answers as the script expects, every answer has the SDK's shape, and the
    event that it is named for was told."""
    outcome = Outcome(name, len(script["fixtures"]))
    answers: dict[str, Any] = {}
    before = await _told()
    for step in script["fixtures"]:
        status, body = await _ask(step, answers)
        answers[step["name"]] = body
        expected = step.get("expected_error_type")
        kind = body.get("error", {}).get("type") if status >= 400 else None
        if kind not in (None, expected):  # what is expected may happen, as in the tool itself; it needn't
            outcome.trouble = f"{step['name']}: {body['error']['message']}"
            return outcome
        if status < 400:
            outcome.wrong_shapes += _misfits(body)
    await _settle_all()
    if TELLS.get(name, name) not in (await _told())[len(before) :]:
        outcome.trouble = "the event itself wasn't told"
    elif outcome.wrong_shapes:
        outcome.trouble = outcome.wrong_shapes[0]
    else:
        outcome.passed = True
    return outcome


async def _settle_all() -> None:
    """Let what is on its way arrive, or not, as its test account number says."""
    with no_scope():
        async with unit_of_work() as session:
            till = Till(session)
            for intent in await till.all("payment_intent", status="processing"):
                await charging.settle_as_told(till, intent)


def _misfits(body: dict[str, Any]) -> list[str]:
    if body.get("object") == "list":
        return [wrong for one in body["data"] for wrong in _misfits(one)]
    try:
        return misfits(body) if not body.get("deleted") else []
    except LookupError:
        return []


async def _told() -> list[str]:
    wanted = select(SimulatedObject.data["type"].astext).where(SimulatedObject.kind == "event")
    with no_scope():
        async with unit_of_work() as session:
            return list((await session.exec(wanted.order_by(col(SimulatedObject.id)))).all())


async def _ask(step: dict[str, Any], answers: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    path = _filled(step["path"], answers)
    encoded = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in _pairs(step.get("params"), answers))
    headers = {"authorization": f"Bearer {api_key()}", "stripe-version": AS_WRITTEN}
    headers |= {name.lower(): value for name, value in step.get("headers", {}).items()}
    with no_scope():
        answered = await gate.answer(step["method"].upper(), path, encoded, headers)
    await asyncio.sleep(0)
    return answered.status, json.loads(answered.text)


def _pairs(params: Any, answers: dict[str, Any], at: str = "") -> Iterator[tuple[str, str]]:
    """A script's parameters as form fields."""
    if isinstance(params, dict):
        for name, value in params.items():
            head, _, rest = name.partition("[")
            written = f"{at}[{head}]{'[' + rest if rest else ''}" if at else name
            yield from _pairs(value, answers, written)
    elif isinstance(params, list):
        for place, value in enumerate(params):
            yield from _pairs(value, answers, f"{at}[{place}]")
    elif params is not None:
        value = str(params).lower() if isinstance(params, bool) else str(params)
        yield at, _filled(value, answers)


def _filled(text: str, answers: dict[str, Any]) -> str:
    """The text with `${name:path}` replaced by what an earlier answer says there."""

    def look(found: re.Match[str]) -> str:
        value: Any = answers.get(found[1])
        for part in found[2].split("."):
            if isinstance(value, list):
                value = value[int(part)] if int(part) < len(value) else None
            else:
                value = value.get(part) if isinstance(value, dict) else None
        return str(value if value is not None else found[3] or "")

    return _PLACE.sub(look, text)
