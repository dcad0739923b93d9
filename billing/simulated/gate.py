"""Every request of the API comes through here: whose it is, whether it was answered before, what it may hold."""

import hashlib
import hmac
import json
import random
import secrets
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import select

from billing.processor.access import api_key
from billing.simulated import families
from billing.simulated.models import SimulatedAnswer, SimulatedObject
from billing.simulated.registry import Endpoint, found
from billing.simulated.till import Till
from billing.simulated.till.faults import faults
from billing.simulated.wire import forms, older
from billing.simulated.wire.answers import as_text, expanded
from billing.simulated.wire.errors import Refused
from billing.simulated.wire.params import check
from billing.simulated.wire.shapes import Data
from infra.database import unit_of_work

assert families.FAMILIES, "the endpoints register as they are imported"


@dataclass(frozen=True, slots=True)
class Answered:
    """A status, a JSON text and headers."""

    status: int
    text: str
    headers: dict[str, str]


async def answer(method: str, path: str, encoded: str, headers: Mapping[str, str]) -> Answered:
    """Answer a request to `/v1/…` as Stripe would; `encoded` is its query or its form."""
    request = f"req_{secrets.token_hex(7)}"
    sent = {"request-id": request, "stripe-version": headers.get("stripe-version", "")}
    try:
        _let_in(headers)
        account = headers.get("stripe-account", "")
        key = headers.get("idempotency-key") if method == "POST" else None
        digest = hashlib.sha256(f"{method} {path}?{encoded}".encode()).hexdigest()
        async with unit_of_work() as session:
            till = Till(session, account, request=request, key=key)
            trouble = await faults(till)
            _maybe(trouble["refuse"])
            status, body = await _once(till, method, path, encoded, headers, digest)
        _maybe(trouble["lose"] if method == "POST" else 0)
    except Refused as refused:
        status, body = refused.status, refused.body()
    if account_of(headers):
        sent["stripe-account"] = account_of(headers)
    return Answered(status, as_text(body), sent)


def _maybe(chance: float) -> None:
    """Raise Refused (500) so many times in a hundred: an error on the processor's side."""
    if random.uniform(0, 100) < chance:  # noqa: S311 - no secret
        raise Refused("An unknown error occurred", status=500, kind="api_error")


def account_of(headers: Mapping[str, str]) -> str:
    """The connected account that a request acts for, "" for the platform."""
    return headers.get("stripe-account", "")


def _let_in(headers: Mapping[str, str]) -> None:
    """Raise Refused (401) unless the request shows this installation's key, as Bearer or as a user's name."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given = b64decode(given).decode().partition(":")[0]
        except ValueError:
            given = ""
    if not given:
        raise Refused("You did not provide an API key.", status=401)
    if not hmac.compare_digest(given.encode(), api_key().encode()):
        raise Refused(f"Invalid API Key provided: {given[:8]}****", status=401)


async def _once(
    till: Till, method: str, path: str, encoded: str, headers: Mapping[str, str], digest: str
) -> tuple[int, Data]:
    """The answer, taken from the first time where the same request came before."""
    if method != "GET":
        await till.alone()
    if till.account and await till.other("").seek("account", till.account) is None:
        raise Refused(
            f"The provided key does not have access to account '{till.account}' (or that account does not exist).",
            status=403,
            code="account_invalid",
        )
    if till.idempotency_key and (held := await _held(till)):
        if held.digest != digest:
            raise Refused(
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                kind="idempotency_error",
            )
        return held.status, held.body
    status, body = 200, {}
    try:
        body = await _done(till, method, path, encoded, headers)
    except Refused as refused:
        if not refused.keeps:
            raise
        status, body = refused.status, refused.body()
    if till.idempotency_key:
        till.session.add(
            SimulatedAnswer(account=till.account, key=till.idempotency_key, digest=digest, status=status, body=body)
        )
    return status, body


async def _held(till: Till) -> SimulatedAnswer | None:
    wanted = select(SimulatedAnswer).where(
        SimulatedAnswer.account == till.account, SimulatedAnswer.key == till.idempotency_key
    )
    return (await till.session.exec(wanted)).one_or_none()


async def _done(till: Till, method: str, path: str, encoded: str, headers: Mapping[str, str]) -> Data:
    known = found(method, path)
    if known is None:
        raise Refused(f"Unrecognized request URL ({method}: {path}).", status=404)
    one, ids = known
    till.path = path
    given = _given(one, forms.read(encoded), headers)
    wanted = given.get("expand") or []
    body = await one.answer(till, given, *ids)
    return await expanded(body, wanted, lambda ref: _by_ref(till, ref))


def _given(one: Endpoint, raw: dict[str, Any], headers: Mapping[str, str]) -> Data:
    raw = older.translated(raw, one.path, headers.get("stripe-version", ""))
    if one.params is None:
        return raw
    return check(one.params, raw)


async def _by_ref(till: Till, ref: str) -> Data | None:
    """Any object that this account may see by its id: its own, or an account itself, which lies with the platform."""
    wanted = select(SimulatedObject).where(SimulatedObject.ref == ref)
    if not ref.startswith("acct_"):
        wanted = wanted.where(SimulatedObject.account == till.account)
    row = (await till.session.exec(wanted.limit(1))).first()
    return json.loads(json.dumps(row.data)) if row else None
