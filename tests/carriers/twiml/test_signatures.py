"""Only the vendor itself is heard: good, bad, old and future signatures of all three."""

import time

import httpx
import pytest

from infra.carriers.protocol import Arrived
from tests.carriers.twiml.fake.desk import Desk, say
from tests.carriers.twiml.fake.documented import KEY, SIGNING, TOKEN, signed
from tests.carriers.twiml.fake.vendor import FakeVendor, number

HOST = "http://hark.test"


async def send(vendor: FakeVendor, body: bytes, headers: dict[str, str], path: str = "") -> httpx.Response:
    return await vendor.world.post(
        path or f"{HOST}/voice/{vendor.dialect}/main/incoming", content=body, headers=headers
    )


def hello(vendor: FakeVendor) -> dict[str, str]:
    return {"AccountSid": vendor.account.account, "CallSid": "CA-1", "From": "+447700900123", "To": number(), "Odd": ""}


async def test_the_vendors_own_signature_is_heard(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = say("Hello.", then="quiet")
    url = f"{HOST}/voice/{vendor.dialect}/main/incoming"
    answer = await send(vendor, *signed(vendor.dialect, url, hello(vendor) | {"CallSid": number()}))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/xml")
    assert len(desk.heard(Arrived)) == 1


@pytest.mark.parametrize("wrong", ["none", "forged", "body", "other account"])
async def test_anything_else_finds_nothing_and_changes_nothing(vendor: FakeVendor, desk: Desk, wrong: str) -> None:
    desk.first = say("Hello.", then="quiet")
    url = f"{HOST}/voice/{vendor.dialect}/main/incoming"
    said = hello(vendor) | ({"AccountSid": "AC-of-somebody-else"} if wrong == "other account" else {})
    body, headers = signed(vendor.dialect, url, said)
    if wrong == "none":
        headers = {"content-type": headers["content-type"]}
    elif wrong == "forged":
        headers = {name: value if "type" in name or "stamp" in name else value[::-1] for name, value in headers.items()}
    elif wrong == "body":
        body = body.replace(b"7700900123", b"9005551234")
    answer = await send(vendor, body, headers)
    assert answer.status_code == 404
    assert b"signature" not in answer.content.lower()
    assert not desk.told


async def test_an_address_that_wasnt_signed_finds_nothing(vendor: FakeVendor, desk: Desk) -> None:
    """Telnyx signs no address: there the call in the form has to be the one in the address."""
    desk.first = say("Hello.", then="quiet")
    call = await vendor.dial(number())
    before = list(desk.told)
    url = f"{HOST}/voice/{vendor.dialect}/main/leg/another/status"
    said = vendor.fields(call, CallStatus="completed")
    body, headers = signed(vendor.dialect, url, said)
    elsewhere = f"{HOST}/voice/{vendor.dialect}/main/leg/{call.sid}x/status"
    answer = await send(vendor, body, headers, elsewhere)
    assert answer.status_code == (204 if vendor.dialect == "telnyx" else 404)
    assert desk.told == before


async def test_an_account_or_vendor_that_isnt_there(vendor: FakeVendor, desk: Desk) -> None:
    for path in (f"/voice/{vendor.dialect}/other/incoming", "/voice/nobody/main/incoming"):
        body, headers = signed(vendor.dialect, HOST + path, hello(vendor))
        assert (await send(vendor, body, headers, HOST + path)).status_code == 404
    assert not desk.told


@pytest.mark.parametrize("dialect", ["telnyx"])
async def test_telnyx_signatures_grow_old_and_dont_come_from_the_future(vendor: FakeVendor, desk: Desk) -> None:
    url = f"{HOST}/voice/telnyx/main/incoming"
    for seconds, status in ((-299, 200), (299, 200), (-301, 404), (301, 404), (10**10, 404)):
        body, headers = signed("telnyx", url, hello(vendor) | {"CallSid": str(seconds)}, at=time.time() + seconds)
        assert (await send(vendor, body, headers)).status_code == status, seconds
    body, headers = signed("telnyx", url, hello(vendor))
    for stamp in ("", "soon", "²", "-1", "1e9"):
        answer = await send(vendor, body, headers | {"telnyx-timestamp": stamp.encode("utf-8")})  # type: ignore[dict-item]  # raw
        assert answer.status_code == 404, stamp
    assert KEY


@pytest.mark.parametrize("dialect", ["signalwire"])
async def test_signalwire_is_checked_with_its_signing_key_alone(vendor: FakeVendor, desk: Desk) -> None:
    url = f"{HOST}/voice/signalwire/main/incoming"
    body, headers = signed("twilio", url, hello(vendor))
    assert TOKEN != SIGNING
    headers["x-signalwire-signature"] = headers.pop("x-twilio-signature")
    assert (await send(vendor, body, headers)).status_code == 404


@pytest.mark.parametrize("dialect", ["twilio"])
async def test_an_address_with_a_question_is_signed_with_it(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = say("Hello.", then="quiet")
    url = f"{HOST}/voice/twilio/main/incoming?tries=1&x=%E4%BD%A0+a"
    body, headers = signed("twilio", url, hello(vendor) | {"CallSid": number()})
    assert (await send(vendor, body, headers, url)).status_code == 200
    assert (await send(vendor, body, headers, url + "&y=1")).status_code == 404
