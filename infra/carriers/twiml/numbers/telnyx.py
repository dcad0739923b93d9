"""Numbers as Telnyx sells them: ordered as JSON, and pointed at a TeXML application rather than at an address.

Source: Telnyx's API reference (available phone numbers, number orders, phone numbers, TeXML applications).
"""

from collections.abc import Mapping
from typing import Any

import httpx

from infra.carriers.numbers import Found, Held, Kind, OutOfReach, Refused, Wanted
from infra.carriers.twiml.api import Denied
from infra.carriers.twiml.numbers.dialect import Shop, abilities, fits, minor, refusal
from infra.carriers.twiml.pages import links

TYPES: dict[Kind, str] = {"local": "local", "tollfree": "toll_free", "mobile": "mobile"}


class TelnyxShop(Shop):
    """One account's numbers."""

    @property
    def _root(self) -> str:
        return f"{self.vendor.root}/v2"

    async def search(self, wanted: Wanted) -> list[Found]:
        """What is for sale, each with its own price."""
        if wanted.kind not in TYPES:
            return []
        try:
            page = await self._ask("GET", f"{self._root}/available_phone_numbers", params=_asked(wanted))
        except Denied as no:
            if no.status in (400, 404, 422):
                return []
            raise OutOfReach(str(no)) from no
        found = [_found(one, wanted) for one in page.get("data") or ()]
        return [each for each in found if fits(each, wanted)][: wanted.most]

    async def held(self, e164: str) -> Held | None:
        """The number as this account has it; one whose order isn't done yet isn't had."""
        page = await self._sure("GET", f"{self._root}/phone_numbers", params={"filter[phone_number]": e164})
        rows = page.get("data") or ()
        return next((self._held(row) for row in rows if row.get("phone_number") == e164), None)

    async def buy(self, e164: str, key: str) -> Held:
        """Order it for our application. An order that isn't through at once is told of as out of reach: `held` finds
        the number once it is."""
        said = {
            "phone_numbers": [{"phone_number": e164}],
            "connection_id": self.account.application,
            "customer_reference": key,
        }
        try:
            order = await self._ask("POST", f"{self._root}/number_orders", json=said)
        except Denied as no:
            raise Refused(refusal(no), str(no)) from no
        ordered = (order.get("data") or {}).get("phone_numbers") or [{}]
        if ordered[0].get("status") == "failure":
            raise Refused("taken")
        if ordered[0].get("requirements_met") is False:
            raise Refused("papers")
        if (bought := await self.held(e164)) is None:
            raise OutOfReach("the order isn't through yet")
        return bought

    async def point(self, ref: str) -> None:
        """Send its calls to our application, and the application's to us."""
        await self._connect(ref, self.account.application)
        await self._point_application()

    async def hand_over(self, ref: str) -> None:
        """Send its calls to the account's SIP connection."""
        await self._connect(ref, self.account.trunk)

    async def _connect(self, ref: str, connection: str) -> None:
        try:
            await self._ask("PATCH", self._number(ref), json={"connection_id": connection})
        except Denied as no:
            raise Refused("unknown" if no.status == httpx.codes.NOT_FOUND else "unable", str(no)) from no

    async def _point_application(self) -> None:
        address = f"{self._root}/texml_applications/{self.account.application}"
        now = (await self._sure("GET", address)).get("data") or {}
        wanted = {
            "voice_url": links.incoming(self.account),
            "voice_method": "post",
            "status_callback": links.status(self.account),
            "status_callback_method": "post",
            **({"voice_fallback_url": self.account.fallback} if self.account.fallback else {}),
        }
        if any(now.get(name) != value for name, value in wanted.items()):
            name = str(now.get("friendly_name") or "Hark")
            await self._sure("PATCH", address, json={"friendly_name": name} | wanted)

    async def release(self, ref: str) -> None:
        """Give it back."""
        await self._gone("DELETE", self._number(ref))

    def _number(self, ref: str) -> str:
        return f"{self._root}/phone_numbers/{ref}"

    def _held(self, row: Mapping[str, Any]) -> Held:
        ours = str(row.get("connection_id") or "") == self.account.application
        address = links.incoming(self.account) if ours else ""
        return Held(str(row["phone_number"]), str(row["id"]), str(row.get("customer_reference") or ""), address)


def _asked(wanted: Wanted) -> list[tuple[str, str | int | float | bool | None]]:
    said: list[tuple[str, str | int | float | bool | None]] = [
        ("filter[country_code]", wanted.country),
        ("filter[phone_number_type]", TYPES[wanted.kind]),
        ("filter[limit]", str(wanted.most)),
        *(("filter[features][]", capability) for capability in wanted.capabilities),
    ]
    if wanted.area.isdecimal():
        said.append(("filter[national_destination_code]", wanted.area.lstrip("0")))
    elif wanted.area:
        said.append(("filter[locality]", wanted.area))
    if wanted.contains:
        said.append(("filter[phone_number][contains]", wanted.contains))
    return said


def _found(row: Mapping[str, Any], wanted: Wanted) -> Found:
    cost = row.get("cost_information") or {}
    regions = {str(one.get("region_type")): str(one.get("region_name")) for one in row.get("region_information") or ()}
    return Found(
        e164=str(row["phone_number"]),
        country=wanted.country,
        kind=wanted.kind,
        area=next((regions[name] for name in ("location", "rate_center", "state") if name in regions), ""),
        capabilities=abilities(str(one.get("name")) for one in row.get("features") or ()),
        monthly=minor(cost.get("monthly_cost")),
        currency=str(cost.get("currency") or "USD").upper(),
    )
