"""The documents that take a caller's message while we can't be reached: kept elsewhere, they ask nothing of us.

The vendor fetches the first with GET when our webhook fails; it records, and asks the second for the last word. The
recording stays with the vendor until we are back and bring it in.
"""

from twilio.twiml.voice_response import VoiceResponse

from infra.carriers.protocol import Prompt
from infra.carriers.twiml.pages.markup import say
from infra.carriers.twiml.vendors import Twilio
from infra.web.i18n import gettext, speaking

LONGEST_SECONDS = 120


def message(vendor: type[Twilio], name: str, language: str, thanks: str) -> str:
    """The first document: whose line it is (`name`), that nobody can be reached, and a recording. `thanks` is the
    address of the second, also relative to the first."""
    with speaking(language):
        words = gettext(
            "This is %(name)s. For a technical reason we can't put you through just now. Please leave a message after "
            "the tone, and say whether and when we may call you back. Press the hash key when you are done.",
            name=name,
        )
    response = VoiceResponse()
    say(response, (Prompt(words, language),), vendor)
    response.record(
        action=thanks, method="GET", max_length=LONGEST_SECONDS, finish_on_key="#", timeout=vendor.silence,
        play_beep=True,
    )  # fmt: skip
    response.redirect(thanks, method="GET")
    return str(response)


def thanks(vendor: type[Twilio], language: str) -> str:
    """The second document: the last word."""
    with speaking(language):
        words = gettext("Thank you for calling. Goodbye.")
    response = VoiceResponse()
    say(response, (Prompt(words, language),), vendor)
    response.hangup()
    return str(response)
