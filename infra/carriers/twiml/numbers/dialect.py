"""Numbers as Twilio sells them, and SignalWire after it.

Sources: Twilio's AvailablePhoneNumber and IncomingPhoneNumber resources, its phone number pricing API and its error
dictionary; SignalWire's Compatibility API, which has local and toll-free numbers and no prices.
"""

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any, Self

import httpx
import phonenumbers

from infra.carriers.numbers import CAPABILITIES, Capability, Found, Held, Kind, OutOfReach, Refusal, Refused, Wanted
from infra.carriers.twiml.api import PATIENCE, Denied, Unclear, send
from infra.carriers.twiml.pages import links
from infra.carriers.twiml.vendors import Twilio

SHELVES: dict[Kind, str] = {"local": "Local", "tollfree": "TollFree", "mobile": "Mobile"}
PRICES: dict[Kind, str] = {"local": "local", "tollfree": "toll free", "mobile": "mobile"}
PRICE_LIST = "https://pricing.twilio.com"
NORTH_AMERICA = ("US", "CA")
_REFUSALS: dict[str, Refusal] = {
    "21422": "taken", "21421": "unknown", "21404": "money", "21613": "papers", "21615": "papers", "21631": "papers",
    "21649": "papers", "21650": "papers", "21651": "papers",
}  # fmt: skip
"""Error → why a number isn't sold (Twilio's error dictionary)."""


class Shop:
    """One account's numbers; used as a context, which keeps its connections."""

    def __init__(self, vendor: Twilio) -> None:
        self.vendor = vendor
        self.account = vendor.account
        self.client = httpx.AsyncClient(auth=vendor.auth, timeout=PATIENCE, headers={"accept": "application/json"})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def search(self, wanted: Wanted) -> list[Found]:
        """What is for sale of what is wanted, with its price where that can be learnt."""
        shelf = SHELVES.get(wanted.kind)
        if shelf is None:
            return []
        address = f"{self.vendor.base}/AvailablePhoneNumbers/{wanted.country}/{shelf}.json"
        try:
            page = await self._ask("GET", address, params=_asked(wanted))
        except Denied as no:
            if no.status in (400, 404, 422):  # no numbers of this kind, or none of this country
                return []
            raise OutOfReach(str(no)) from no
        price, currency = await self._price(wanted)
        found = [_found(one, wanted, price, currency) for one in page.get("available_phone_numbers", ())]
        return [each for each in found if fits(each, wanted)][: wanted.most]

    async def held(self, e164: str) -> Held | None:
        """The number as this account has it."""
        page = await self._sure("GET", f"{self.vendor.base}/IncomingPhoneNumbers.json", params={"PhoneNumber": e164})
        rows = page.get("incoming_phone_numbers", ())
        return next((self._held(row) for row in rows if row.get("phone_number") == e164), None)

    async def buy(self, e164: str, key: str) -> Held:
        """Buy it, pointed at us from its first second; `key` is kept as its name there."""
        said = {"PhoneNumber": e164, "FriendlyName": key[:64], **self._pointed()}
        try:
            row = await self._ask("POST", f"{self.vendor.base}/IncomingPhoneNumbers.json", data=said)
        except Denied as no:
            raise Refused(refusal(no), str(no)) from no
        return self._held(row)

    async def point(self, ref: str) -> None:
        """Send its calls to us."""
        await self._change(ref, self._pointed())

    async def hand_over(self, ref: str) -> None:
        """Send its calls to the account's trunk, for as long as it has no other way: the trunk comes before any address
        that it also has. https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource"""
        await self._change(ref, {"TrunkSid": self.account.trunk})

    async def _change(self, ref: str, values: dict[str, str]) -> None:
        try:
            await self._ask("POST", f"{self.vendor.base}/IncomingPhoneNumbers/{ref}.json", data=values)
        except Denied as no:
            raise Refused("unknown" if no.status == httpx.codes.NOT_FOUND else "unable", str(no)) from no

    async def release(self, ref: str) -> None:
        """Give it back."""
        await self._gone("DELETE", f"{self.vendor.base}/IncomingPhoneNumbers/{ref}.json")

    def _pointed(self) -> dict[str, str]:
        fallback = self.account.fallback
        return {
            **({"TrunkSid": ""} if self.account.trunk else {}),
            "VoiceUrl": links.incoming(self.account),
            "VoiceMethod": "POST",
            "StatusCallback": links.status(self.account),
            "StatusCallbackMethod": "POST",
            **({"VoiceFallbackUrl": fallback, "VoiceFallbackMethod": "GET"} if fallback else {}),
        }

    def _held(self, row: Mapping[str, Any]) -> Held:
        return Held(
            str(row["phone_number"]),
            str(row["sid"]),
            str(row.get("friendly_name") or ""),
            str(row.get("voice_url") or ""),
        )

    async def _price(self, wanted: Wanted) -> tuple[int, str]:
        """A month's price in minor units, and its currency; 0 where nobody says."""
        if self.account.vendor != "twilio":
            return 0, "USD"
        root = self.account.api or PRICE_LIST
        try:
            page = await self._ask("GET", f"{root}/v1/PhoneNumbers/Countries/{wanted.country}")
        except (Denied, OutOfReach):
            return 0, "USD"
        prices = {str(one.get("number_type")): one for one in page.get("phone_number_prices", ())}
        amount = prices.get(PRICES[wanted.kind], {}).get("current_price")
        currency = str(page.get("price_unit") or "USD").upper()
        return minor(amount), currency

    async def _ask(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        """Raises Denied, and OutOfReach when nobody knows."""
        try:
            return await send(self.client, self.client.build_request(method, address, **more))
        except Unclear as unclear:
            raise OutOfReach(str(unclear)) from unclear

    async def _sure(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        """The same, where a refusal means that something is wrong with the account."""
        try:
            return await self._ask(method, address, **more)
        except Denied as no:
            raise OutOfReach(str(no)) from no

    async def _gone(self, method: str, address: str) -> None:
        try:
            await self._ask(method, address)
        except Denied as no:
            if no.status != httpx.codes.NOT_FOUND:
                raise OutOfReach(str(no)) from no


def _asked(wanted: Wanted) -> dict[str, str]:
    """The question as the API takes it. Only North America has area codes there; elsewhere they are looked for among
    the digits, and what has them in the wrong place is left out afterwards."""
    said = {"PageSize": str(wanted.most)}
    for capability in wanted.capabilities:
        said[f"{capability.capitalize()}Enabled"] = "true"
    if wanted.area.isdecimal() and wanted.country in NORTH_AMERICA:
        said["AreaCode"] = wanted.area
    elif wanted.area.isdecimal():
        said["Contains"] = wanted.area
    elif wanted.area:
        said["InLocality"] = wanted.area
    if wanted.contains:
        said["Contains"] = wanted.contains
    return said


def fits(found: Found, wanted: Wanted) -> bool:
    """Whether a number has its area's digits where they belong, and can do what is asked."""
    code = str(phonenumbers.country_code_for_region(wanted.country))
    digits = found.e164.lstrip("+").removeprefix(code)
    placed = not wanted.area.isdecimal() or digits.startswith(wanted.area.lstrip("0"))
    return placed and wanted.contains in digits and set(wanted.capabilities) <= set(found.capabilities)


def _found(row: Mapping[str, Any], wanted: Wanted, price: int, currency: str) -> Found:
    able = {str(name).lower(): bool(can) for name, can in (row.get("capabilities") or {}).items()}
    papers = str(row.get("address_requirements") or "none") != "none"
    return Found(
        e164=str(row["phone_number"]),
        country=wanted.country,
        kind=wanted.kind,
        area=str(row.get("locality") or row.get("rate_center") or row.get("region") or ""),
        capabilities=abilities(name for name in able if able[name]),
        monthly=price,
        currency=currency,
        needs=("address",) if papers else (),
    )


def abilities(names: Any) -> tuple[Capability, ...]:
    """What a number can do, of what we know, in our order."""
    said = set(names)
    return tuple(each for each in CAPABILITIES if each in said)


def minor(amount: Any) -> int:
    """A price in minor units, rounded up; 0 for none. These companies' currencies all have hundredths."""
    try:
        return int((Decimal(str(amount)) * 100).to_integral_value(ROUND_CEILING))
    except (InvalidOperation, ValueError):
        return 0


def refusal(no: Denied) -> Refusal:
    """Why a number isn't sold."""
    if no.status == httpx.codes.PAYMENT_REQUIRED:
        return "money"
    if known := _REFUSALS.get(str(no.answer.get("code", ""))):
        return known
    return "taken" if no.status in (httpx.codes.NOT_FOUND, httpx.codes.CONFLICT) else "unable"
