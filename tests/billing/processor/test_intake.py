"""What isn't signed by Stripe, just now, in our mode and about an account of ours, changes nothing."""

import json
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
import stripe

from billing.processor.access import webhook_secret
from infra import clock
from infra.clock import now
from infra.settings import settings
from tests.billing.processor.conftest import House
from tests.conftest import Browser

CONNECT, OWN = "/webhooks/stripe/connect", "/webhooks/stripe"


def event(house: House | None, number: int = 1, **more: Any) -> dict[str, Any]:
    """An event about a charge on the hotline's account."""
    account = house.account if house else ""
    about = {"object": "charge", "id": f"ch_{number}", "metadata": {}}
    said = {
        "id": f"evt_{account}_{number}", "object": "event", "type": "charge.succeeded", "livemode": False,
        "created": 1_700_000_000, "data": {"object": about},
    }  # fmt: skip
    return said | ({"account": account} if account else {}) | more


def signed(payload: str, secret: str | None = None, ahead: float = 0) -> dict[str, str]:
    """The header that Stripe would send now, or so many seconds later."""
    at = int(now().timestamp() + ahead)
    key = secret or webhook_secret(connect=True)
    return {"stripe-signature": stripe.WebhookSignature.generate_signature_header(payload, key, timestamp=at)}


@pytest.fixture
async def kept(superuser: asyncpg.Connection) -> Any:
    """How many events are kept and how many jobs are owed about them."""

    async def count() -> tuple[int, int]:
        events = await superuser.fetchval("SELECT count(*) FROM processor_event")
        return events, await superuser.fetchval("SELECT count(*) FROM outbox WHERE name = 'processor.event'")

    return count


async def test_a_true_event_is_kept_once_and_looked_into_once(house: House, browser: Browser, kept: Any) -> None:
    visitor, before, payload = await browser(), await kept(), json.dumps(event(house))
    for _ in range(3):
        answer = await visitor.post(CONNECT, content=payload, headers=signed(payload))
        assert answer.status_code == 204
    assert await kept() == (before[0] + 1, before[1] + 1)


@pytest.mark.parametrize(
    "why",
    [
        "no signature", "another secret", "the platform's secret", "an altered body", "too old", "from the future",
        "no timestamp", "no JSON", "not UTF-8", "an old signature with a new time",
    ],
)  # fmt: skip
async def test_a_bad_signature_changes_nothing(house: House, browser: Browser, kept: Any, why: str) -> None:
    visitor, before, payload = await browser(), await kept(), json.dumps(event(house, 2))
    sent, headers = payload.encode(), signed(payload)
    match why:
        case "no signature":
            headers = {}
        case "another secret":
            headers = signed(payload, "whsec_another")
        case "the platform's secret":
            headers = signed(payload, webhook_secret(connect=False))
        case "an altered body":
            sent = sent.replace(b"ch_2", b"ch_3")
        case "too old":
            headers = signed(payload, ahead=-301)
        case "from the future":
            headers = signed(payload, ahead=62)
        case "no timestamp":
            headers = {"stripe-signature": headers["stripe-signature"].partition(",")[2]}
        case "no JSON":
            sent = b"charge"
            headers = signed("charge")
        case "not UTF-8":
            sent = b"\xff\xfe"
        case "an old signature with a new time":
            old = signed(payload, ahead=-4000)["stripe-signature"].partition("v1=")[2]
            headers = {"stripe-signature": f"t={int(now().timestamp())},v1={old}"}
    answer = await visitor.post(CONNECT, content=sent, headers=headers)
    assert answer.status_code == 400
    assert await kept() == before


async def test_a_captured_event_is_worth_nothing_later(house: House, browser: Browser, kept: Any) -> None:
    visitor, before, payload = await browser(), await kept(), json.dumps(event(house, 4))
    headers = signed(payload)
    with clock.travel(by=timedelta(minutes=6)):
        assert (await visitor.post(CONNECT, content=payload, headers=headers)).status_code == 400
    assert await kept() == before


@pytest.mark.parametrize(
    "why",
    ["the other mode", "no mode", "an account that is nobody's", "no account", "another kind", "an odd name", "a list"],
)
async def test_a_signed_event_that_isnt_about_us_is_acknowledged_and_forgotten(
    house: House, browser: Browser, kept: Any, why: str
) -> None:
    visitor, before, said = await browser(), await kept(), event(house, 5)
    match why:
        case "the other mode":
            said["livemode"] = True
        case "no mode":
            del said["livemode"]
        case "an account that is nobody's":
            said["account"] = "acct_forged"
        case "no account":
            del said["account"]
        case "another kind":
            said["data"] = {"object": {"object": "coupon", "id": "co_1"}}
        case "an odd name":
            said["data"]["object"]["id"] = "../ch_1"
        case "a list":
            said["data"] = []
    payload = json.dumps(said)
    answer = await visitor.post(CONNECT, content=payload, headers=signed(payload))
    assert answer.status_code == 204
    assert await kept() == before


async def test_each_address_hears_its_own_events_only(house: House, browser: Browser, kept: Any) -> None:
    visitor, before = await browser(), await kept()
    payload = json.dumps(event(house, 6))
    own = signed(payload, webhook_secret(connect=False))
    assert (await visitor.post(OWN, content=payload, headers=own)).status_code == 204
    payload = json.dumps(event(None, 7))
    assert (await visitor.post(CONNECT, content=payload, headers=signed(payload))).status_code == 204
    assert await kept() == before


async def test_in_live_mode_a_test_event_is_nothing(
    house: House, browser: Browser, kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, before, payload = await browser(), await kept(), json.dumps(event(house, 8))
    headers = signed(payload)
    monkeypatch.setattr(settings(), "stripe", "live")
    assert (await visitor.post(CONNECT, content=payload, headers=headers)).status_code == 204
    assert await kept() == before


async def test_an_event_is_never_read_beyond_a_megabyte(house: House, browser: Browser, kept: Any) -> None:
    visitor, before = await browser(), await kept()
    answer = await visitor.post(CONNECT, content=b" " * (1024 * 1024 + 1), headers=signed(" "))
    assert answer.status_code == 413
    assert await kept() == before
