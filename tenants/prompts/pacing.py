"""Whether a telephone can say each step of a flow in the time that the step lasts: warnings for the flow's page."""

from collections.abc import Iterator, Mapping
from math import ceil
from typing import NamedTuple

from infra.database import Session
from tenants.flows.document import Flow
from tenants.flows.findings import Finding
from tenants.flows.nodes import VOICEMAIL_MARGIN, Hangup, Language, Menu, Node, Queue, Voicemail
from tenants.problems import _
from tenants.prompts.heard import heard
from tenants.prompts.service import seconds_of
from tenants.prompts.warming import pieces
from tenants.texts import speech_seconds

TO_CHOOSE = 3
"""Seconds to find a key once the choices are read out. Fewer, and a caller has to know the menu already."""
POSITION = 2
"""Seconds of “You are number 12 in line.”, which follows a queue's own words."""
SENDING = 5
"""Seconds of a voicemail's margin that its last words need on their way to us."""

_LONGER = _("“%(node)s”: said on the telephone this takes %(speech)s seconds, and the step lasts %(seconds)s.")
_HURRIED = _(
    "“%(node)s”: said on the telephone this takes %(speech)s of the %(seconds)s seconds that the step lasts. "
    "Leave callers some to choose."
)
_REPEATED = _("“%(node)s”: said on the telephone this takes %(speech)s seconds, and every %(seconds)s it begins again.")
_LAST = _(
    "“%(node)s”: said on the telephone this takes %(speech)s seconds, and the last time it is cut off at %(seconds)s."
)
_CUT = _(
    "“%(node)s”: said on the telephone this takes %(speech)s seconds. Beyond %(seconds)s, the end of a long message "
    "can be lost."
)


class Limit(NamedTuple):
    """What is said besides a step's words, within how many seconds all must be said, and the field that says so."""

    more: int
    seconds: int
    field: str
    message: str


def limit(node: Node) -> Limit | None:
    """None for a step that takes as long as its words do."""
    if isinstance(node, Queue) and node.announce_every and node.announce_every < node.seconds:
        last = node.seconds % node.announce_every
        return Limit(POSITION, last or node.announce_every, "announce_every", _LAST if last else _REPEATED)
    if isinstance(node, Voicemail):
        return Limit(0, VOICEMAIL_MARGIN - SENDING, "text", _CUT)
    if isinstance(node, Hangup) or not node.stay():
        return None
    seconds = node.seconds if isinstance(node, Menu) else node.stay()
    return Limit(POSITION if isinstance(node, Queue) else 0, seconds, "seconds", _LONGER)


def reading(flow: Flow, node: Node, seconds: Mapping[tuple[str, str], float]) -> float:
    """How long a telephone takes to say a step, in the language that takes longest; what isn't in `seconds` is
    estimated by `tenants.texts.speech_seconds`."""
    return max(
        sum(seconds.get(piece) or speech_seconds(piece.text) for piece in heard(flow, node, tag))
        for tag in flow.languages
    )


def too_long(flow: Flow, seconds: Mapping[tuple[str, str], float], language: str = "en") -> Iterator[Finding]:
    """A warning for each step that is over before its words are; `language` is the one that labels are quoted in."""
    for key, node in flow.nodes.items():
        found = limit(node)
        if found is None or not (said := reading(flow, node, seconds)):
            continue
        speech, message = ceil(said + found.more), found.message
        if speech <= found.seconds:
            if not isinstance(node, Menu | Language) or speech + TO_CHOOSE <= found.seconds:
                continue
            message = _HURRIED
        params = {"node": flow.name(key, language), "speech": speech, "seconds": found.seconds}
        yield Finding("too_fast", message, params, found.field, key, severity="warning")


async def findings(session: Session, flow: Flow, language: str = "en") -> list[Finding]:
    """What is said in a hurry in a flow of the tenant in scope, by its recordings and by what was spoken before."""
    return list(too_long(flow, await seconds_of(session, pieces(flow)), language))
