"""Numbers over each vendor's API: found, bought once, pointed at us, given back; refusals and silence told apart."""

from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.carriers.numbers import Found, OutOfReach, Refused, Wanted, Way, numbers_side
from infra.carriers.twiml.numbers import TwimlNumbers
from infra.carriers.twiml.numbers.dialect import minor
from infra.settings import TwimlAccount, settings
from tests.carriers.twiml.fake.vendor import PLACES, FakeVendor

BOTH = ("+442079460001", "+441619460002")


class Books:
    """What the vendor's number shop knows, and how it is asked."""

    def __init__(self, vendor: FakeVendor) -> None:
        self.vendor = vendor
        self.mine: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.refuses: tuple[int, Any] | None = None
        self.application: dict[str, Any] = {"friendly_name": "Our lines", "voice_url": "https://old.example"}

    async def answer(self, request: Request) -> Response:
        """Whatever is asked of numbers."""
        said = dict(request.query_params)
        if request.method != "GET" and request.headers.get("content-type", "").startswith("application/json"):
            said = await request.json()
        elif request.method == "POST":
            said = {name: str(value) for name, value in (await request.form()).items()}
        path = request.url.path.partition("/Accounts/")[2].partition("/")[2] or request.url.path
        self.asked.append((request.method, path, said))
        if self.refuses and request.method == "POST":
            return JSONResponse(self.refuses[1], self.refuses[0])
        return (
            self._telnyx(request, path, said) if self.vendor.dialect == "telnyx" else self._dialect(request, path, said)
        )

    def _dialect(self, request: Request, path: str, said: dict[str, Any]) -> Response:
        if path.startswith("/v1/PhoneNumbers/Countries/"):
            prices = [{"number_type": "local", "base_price": "1.15", "current_price": "1.15"}]
            return JSONResponse({"price_unit": "usd", "phone_number_prices": prices})
        if path.startswith("AvailablePhoneNumbers"):
            if "Mobile" in path:
                return JSONResponse({"code": 20404}, 404)
            able = {"voice": True, "SMS": True, "MMS": False}
            rows = [{"phone_number": e164, "locality": "London", "capabilities": able} for e164 in BOTH]
            return JSONResponse({"available_phone_numbers": [rows[0] | {"address_requirements": "any"}, rows[1]]})
        ref = path.partition("/")[2].removesuffix(".json")
        if request.method == "GET":
            rows = [row for row in self.mine.values() if row["phone_number"] == said["PhoneNumber"]]
            return JSONResponse({"incoming_phone_numbers": rows})
        if request.method == "DELETE":
            return Response(status_code=204 if self.mine.pop(ref, None) else 404)
        ref = ref or f"PN{len(self.mine)}"
        row = self.mine.setdefault(ref, {"sid": ref, "phone_number": said.get("PhoneNumber")})
        row.update(friendly_name=said.get("FriendlyName", row.get("friendly_name")), voice_url=said.get("VoiceUrl", ""))
        return JSONResponse(row, 201)

    def _telnyx(self, request: Request, path: str, said: dict[str, Any]) -> Response:
        if path.endswith("/available_phone_numbers"):
            if said["filter[phone_number_type]"] == "mobile":
                return JSONResponse({"data": []})
            rows = [
                {
                    "phone_number": e164, "features": [{"name": "voice"}, {"name": "sms"}],
                    "cost_information": {"currency": "USD", "monthly_cost": "1.15", "upfront_cost": "1"},
                    "region_information": [{"region_type": "location", "region_name": "London"}],
                }
                for e164 in BOTH
            ]  # fmt: skip
            return JSONResponse({"data": rows})
        if path.endswith("/number_orders"):
            e164 = said["phone_numbers"][0]["phone_number"]
            row = {"id": "12", "phone_number": e164, "customer_reference": said["customer_reference"]}
            self.mine["12"] = row | {"connection_id": said["connection_id"]}
            return JSONResponse({"data": {"phone_numbers": [{"phone_number": e164, "status": "pending"}]}})
        if "/texml_applications/" in path:
            self.application |= said if request.method == "PATCH" else {}
            return JSONResponse({"data": self.application})
        ref = path.rpartition("/")[2]
        if request.method == "GET":
            rows = [row for row in self.mine.values() if row["phone_number"] == said["filter[phone_number]"]]
            return JSONResponse({"data": rows})
        if request.method == "DELETE":
            return Response(status_code=204 if self.mine.pop(ref, None) else 404)
        self.mine[ref] |= said
        return JSONResponse({"data": self.mine[ref]})


@pytest.fixture
def books(dialect: str, monkeypatch: pytest.MonkeyPatch) -> list[Books]:
    """The shop stands beside the calls in the vendor's API; the list holds it once that is up."""
    made: list[Books] = []
    plain = FakeVendor.api

    def with_numbers(vendor: FakeVendor) -> Any:
        app, book = plain(vendor), Books(vendor)
        made.append(book)
        base = f"{PLACES[vendor.dialect]}/Accounts/{vendor.account.account}"
        every = ["GET", "POST", "PATCH", "DELETE"]
        for path in (f"{base}/AvailablePhoneNumbers/{{a}}/{{b}}", f"{base}/IncomingPhoneNumbers.json",
                     f"{base}/IncomingPhoneNumbers/{{a}}", "/v1/{a:path}", "/v2/{a:path}"):  # fmt: skip
            app.router.routes.append(Route(path, book.answer, methods=every))
        return app

    monkeypatch.setattr(FakeVendor, "api", with_numbers)
    return made


@pytest.fixture
def side(books: list[Books], vendor: FakeVendor) -> TwimlNumbers:
    """The numbers side, as those who sell numbers find it."""
    found = numbers_side("twiml")
    assert isinstance(found, TwimlNumbers)
    assert found.nodes == ("main",)
    return found


async def test_numbers_are_found_with_place_price_and_papers(side: TwimlNumbers, vendor: FakeVendor) -> None:
    found = await side.search("main", Wanted("GB", area="20"))
    priced = 0 if vendor.dialect == "signalwire" else 115
    papers = () if vendor.dialect == "telnyx" else ("address",)
    assert found == [Found(BOTH[0], "GB", "local", "London", ("voice", "sms"), priced, "USD", papers)]
    assert await side.search("main", Wanted("GB", "mobile")) == []
    assert await side.search("main", Wanted("CN", "shared400")) == []
    assert [one.e164 for one in await side.search("main", Wanted("GB", contains="6194"))] == [BOTH[1]]
    assert await side.search("main", Wanted("GB", capabilities=("voice", "fax"))) == []


async def test_a_number_is_bought_under_its_key_pointed_at_us_and_given_back(
    side: TwimlNumbers, vendor: FakeVendor, books: list[Books]
) -> None:
    assert await side.held("main", BOTH[0]) is None
    bought = await side.buy("main", BOTH[0], "number-1")
    ours = f"http://hark.test/voice/{vendor.dialect}/main/incoming"
    assert (bought.e164, bought.key, bought.address) == (BOTH[0], "number-1", ours)
    assert await side.held("main", BOTH[0]) == bought
    await side.point("main", bought.ref, side.way("main"))
    await side.point("main", bought.ref, side.way("main"))
    said = [asked for asked in books[0].asked if asked[0] in ("POST", "PATCH")][-1][2]
    if vendor.dialect == "telnyx":
        assert books[0].application["voice_url"] == ours
        assert books[0].application["friendly_name"] == "Our lines"
    else:
        assert (said["VoiceUrl"], said["StatusCallback"]) == (ours, ours.replace("incoming", "status"))
    await side.release("main", bought.ref)
    await side.release("main", bought.ref)
    assert await side.held("main", BOTH[0]) is None


async def test_a_number_is_handed_to_our_own_exchange_and_taken_back(
    side: TwimlNumbers, vendor: FakeVendor, books: list[Books], monkeypatch: pytest.MonkeyPatch
) -> None:
    way = Way("asterisk", "one", "sip:switch.example.org:5060")
    assert not side.leads("main", way)
    if vendor.dialect == "signalwire":
        with pytest.raises(ValueError, match="trunk"):
            TwimlAccount(**vendor.account.model_dump() | {"trunk": "x"})
        return
    monkeypatch.setattr(settings(), "twiml", (vendor.account.model_copy(update={"trunk": "TK1"}),))
    assert side.leads("main", way)
    bought = await side.buy("main", BOTH[0], "number-1")

    def said() -> dict[str, Any]:
        of_numbers = [asked for asked in books[0].asked if "numbers/" in asked[1].lower()]
        return [asked for asked in of_numbers if asked[0] in ("POST", "PATCH")][-1][2]

    await side.point("main", bought.ref, way)
    assert said() == ({"connection_id": "TK1"} if vendor.dialect == "telnyx" else {"TrunkSid": "TK1"})
    await side.point("main", bought.ref, side.way("main"))
    if vendor.dialect == "telnyx":
        assert said() == {"connection_id": vendor.account.application}
    else:
        assert said()["TrunkSid"] == ""


async def test_another_way_than_our_own_is_refused(side: TwimlNumbers) -> None:
    for way in (Way("asterisk", "one", "sip:+44@switch.example"), Way("twiml", "other", "https://x.example")):
        with pytest.raises(Refused, match="unable"):
            await side.point("main", "PN0", way)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, {"code": 21422, "message": "+44… is not available"}, "taken"),
        (400, {"code": 21631}, "papers"),
        (402, {"errors": [{"code": "20100", "detail": "no money"}]}, "money"),
        (403, {"code": 1}, "unable"),
    ],
)
async def test_why_a_number_isnt_sold(
    side: TwimlNumbers, books: list[Books], status: int, body: dict[str, Any], reason: str
) -> None:
    books[0].refuses = (status, body)
    with pytest.raises(Refused) as no:
        await side.buy("main", BOTH[0], "k")
    assert no.value.reason == reason
    assert "+44" not in str(no.value)


async def test_silence_is_not_a_refusal(side: TwimlNumbers, books: list[Books]) -> None:
    books[0].refuses = (503, {})
    with pytest.raises(OutOfReach):
        await side.buy("main", BOTH[0], "k")


def test_prices_are_whole_minor_units() -> None:
    assert [minor(each) for each in ("1.15", "1", 2.005, None, "free", "0.001")] == [115, 100, 201, 0, 0, 1]
