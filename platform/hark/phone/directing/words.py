"""Sentences that the telephone needs and no flow has: which key to press, where one stands, how to be called back."""

from hark.phone.directing.dialogue import Dialogue
from infra.carriers.protocol import Prompt
from infra.web.i18n import gettext, speaking


def spoken(language: str) -> dict[str, Prompt]:
    """Our own sentences by key, in the language of whoever hears them."""
    with speaking(language):
        said = {
            "confirm": gettext("A call from your hotline. To take it, press 1."),
        }
    return {key: Prompt(text, language) for key, text in said.items()}


def position(place: int | None, language: str) -> tuple[Prompt, ...]:
    """Where somebody stands in a queue; nothing when it isn't known."""
    if place is None:
        return ()
    with speaking(language):
        text = gettext("You are next.") if place == 1 else gettext("You are number %(n)s in line.", n=place)
    return (Prompt(text, language),)


def question(said: Dialogue, language: str) -> tuple[Prompt, ...]:
    """What a call-back's dialogue asks now. Digits are said one by one, so that no sound of a whole number is kept."""
    with speaking(language):
        if said.step == "check":
            texts = (
                gettext("You typed:"),
                *said.typed,
                gettext("If that is right, press 1. To type it again, press 2."),
            )
        else:
            texts = (_asked(said.step),)
    return tuple(Prompt(text, language) for text in texts if text)


def _asked(step: str) -> str:
    return {
        "which": gettext(
            "To be called back on the telephone that you are using, press 1. For another number, press 2. "
            "For no call at all, press the star key."
        ),
        "number": gettext("Type the number, then the hash key. For no call at all, press the star key."),
        "when": gettext(
            "When may we call? At any time, press 1. In the morning, 2. In the afternoon, 3. In the evening, 4."
        ),
        "machine": gettext("If a machine answers, may we leave a message? Yes, press 1. No, press 2."),
        "words": gettext("If somebody else answers, may we say who we are? Yes, press 1. No, press 2."),
    }.get(step, "")
