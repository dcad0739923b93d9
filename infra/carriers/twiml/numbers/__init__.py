"""Numbers of Twilio, SignalWire and Telnyx: searched, bought, pointed at us, given back. Known as it is imported."""

from infra.carriers.numbers import Found, Held, Offers, Refused, Wanted, Way, offer_numbers
from infra.carriers.twiml.numbers.dialect import Shop
from infra.carriers.twiml.numbers.telnyx import TelnyxShop
from infra.carriers.twiml.pages import links
from infra.carriers.twiml.vendors import vendor_of
from infra.settings import TwimlAccount, settings

CARRIER, SWITCH = "twiml", "asterisk"


class TwimlNumbers:
    """The numbers side of every account in the settings."""

    offers = Offers(
        search=True, buy=True, point=True, release=True, any_country=True, kinds=("local", "tollfree", "mobile")
    )

    @property
    def nodes(self) -> tuple[str, ...]:
        """The accounts, by name."""
        return tuple(account.name for account in settings().twiml)

    def way(self, node: str) -> Way:
        """Calls reach us by the account's own webhook."""
        return Way(CARRIER, node, links.incoming(_account(node)))

    async def search(self, node: str, wanted: Wanted) -> list[Found]:
        """Numbers that can be bought now; none when there are none. Raises OutOfReach."""
        async with _shop(node) as shop:
            return await shop.search(wanted)

    async def held(self, node: str, e164: str) -> Held | None:
        """The number as this account has it, None when it hasn't. Raises OutOfReach."""
        async with _shop(node) as shop:
            return await shop.held(e164)

    async def buy(self, node: str, e164: str, key: str) -> Held:
        """Buy it under `key`. Raises Refused and OutOfReach. Not safe to repeat: ask `held` before."""
        async with _shop(node) as shop:
            return await shop.buy(e164, key)

    def leads(self, node: str, way: Way) -> bool:
        """Over this very account, or by SIP to our own switch where the account has a trunk that leads there: any other
        way would need a document that lies elsewhere."""
        return (way.carrier, way.node) == (CARRIER, node) or (way.carrier == SWITCH and bool(_account(node).trunk))

    async def point(self, node: str, ref: str, way: Way) -> None:
        """Send the number's calls this way; safe to repeat. Raises Refused("unable") for one that doesn't `leads`, and
        OutOfReach."""
        if not self.leads(node, way):
            raise Refused("unable")
        async with _shop(node) as shop:
            await (shop.hand_over(ref) if way.carrier == SWITCH else shop.point(ref))

    async def release(self, node: str, ref: str) -> None:
        """Give it back; one that is gone is fine. Raises OutOfReach."""
        async with _shop(node) as shop:
            await shop.release(ref)


def _account(node: str) -> TwimlAccount:
    for account in settings().twiml:
        if account.name == node:
            return account
    raise Refused("unable", "there is no such account")


def _shop(node: str) -> Shop:
    account = _account(node)
    return (TelnyxShop if account.vendor == "telnyx" else Shop)(vendor_of(account))


offer_numbers(CARRIER, TwimlNumbers())
