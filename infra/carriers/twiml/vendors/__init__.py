"""The telephone companies that speak the dialect, one file each: where their API is, how they sign, what they call
things, which voices they have."""

from infra.carriers.twiml.vendors.signalwire import SignalWire
from infra.carriers.twiml.vendors.telnyx import Telnyx
from infra.carriers.twiml.vendors.twilio import Twilio
from infra.settings import TwimlAccount

VENDORS: dict[str, type[Twilio]] = {"twilio": Twilio, "signalwire": SignalWire, "telnyx": Telnyx}


def vendor_of(account: TwimlAccount) -> Twilio:
    """This account's vendor, ready to be spoken to."""
    return VENDORS[account.vendor](account)


__all__ = ["VENDORS", "SignalWire", "Telnyx", "Twilio", "vendor_of"]
