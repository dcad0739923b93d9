"""SignalWire: Twilio's API and markup under a space of one's own, signed with a key of its own.

Facts are from SignalWire's documentation (Compatibility API, cXML, "Webhook security").
"""

from collections.abc import Mapping
from typing import ClassVar

from infra.carriers.twiml.vendors.twilio import Hook, Twilio, Voice


class SignalWire(Twilio):
    """One project with SignalWire."""

    voices: ClassVar[Mapping[str, Voice]] = {
        "en": Voice("en-GB", "Polly.Amy"),
        "en-US": Voice("en-US", "Polly.Joanna"),
        "zh": Voice("cmn-CN", "Polly.Zhiyu"),
    }

    @property
    def root(self) -> str:
        """A space has its own host."""
        return self.account.api or f"https://{self.account.space}"

    @property
    def base(self) -> str:
        """The same resources under another path."""
        return f"{self.root}/api/laml/2010-04-01/Accounts/{self.account.account}"

    def genuine(self, hook: Hook) -> bool:
        """Twilio's scheme with the project's signing key and its own header."""
        ours = hook.get("AccountSid") in ("", self.account.account)
        return ours and self._signed(hook, "x-signalwire-signature")
