"""The documents that take a caller's message while we can't be reached: kept elsewhere, they ask nothing of us.

The vendor fetches the first with GET when our webhook fails; it records, and asks the second for the last word. The
recording stays with the vendor until we are back and bring it in.
"""

from collections.abc import Iterable

from twilio.twiml.voice_response import VoiceResponse

from infra.carriers.protocol import Prompt
from infra.carriers.twiml.pages.markup import say
from infra.carriers.twiml.vendors import Twilio
from infra.web.i18n import gettext, speaking

LONGEST_SECONDS = 120


def unreachable(name: str, language: str) -> Prompt:
    """What is said where a line has no words of its own: whose it is, that nobody can be reached, what to do."""
    with speaking(language):
        words = gettext(
            "This is %(name)s. For a technical reason we can't put you through just now. Please leave a message after "
            "the tone, and say whether and when we may call you back. Press the hash key when you are done.",
            name=name,
        )
    return Prompt(words, language)


def message(vendor: type[Twilio], said: Iterable[Prompt], thanks: str) -> str:
    """The first document: these words, and a recording. `thanks` is the address of the second, also relative to the
    first."""
    response = VoiceResponse()
    say(response, said, vendor)
    response.record(
        action=thanks, method="GET", max_length=LONGEST_SECONDS, finish_on_key="#", timeout=vendor.silence,
        play_beep=True,
    )  # fmt: skip
    response.redirect(thanks, method="GET")
    return str(response)


def thanks(vendor: type[Twilio], languages: Iterable[str]) -> str:
    """The second document: the last word, in each language."""
    response = VoiceResponse()
    for language in languages:
        with speaking(language):
            say(response, (Prompt(gettext("Thank you for calling. Goodbye."), language),), vendor)
    response.hangup()
    return str(response)
