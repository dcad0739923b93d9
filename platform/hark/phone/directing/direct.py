"""From a call as it stands to what each of its legs does. No clock, no database, no carrier's name.

The caller hears what the flow shows, or rings through to a person once one is really there. A volunteer's leg is rung
while their offer lives (a telephone) or once they have accepted (a browser), joins the caller's room when a person has
answered it, and is ended with the offer. On a mobile only the confirming key proves a person: a private voicemail
picks up, hears the question, and never gets the caller. Somebody outside, whom a volunteer called in, is in the room
as soon as they answer, and the call goes on with them alone when the volunteer has left it to them.
"""

from hark.phone.directing.view import Directions, LegNow, NewLeg, OfferNow, View
from infra.carriers.protocol import Command, HangUp, Join, Play, Record, Ring, Then

CONFIRM = "1"
CONSENT = "consent"
ANY = "0123456789*#"
AFTERWARDS: dict[str, Then] = {"menu": "quiet", "queue": "music", "ringing": "ringback", "say": "report"}
CALLING_SECONDS = 45
ASKED_AGAIN = 3
"""How often a mobile is asked for its key before the next volunteer's turn."""


def direct(view: View) -> Directions:
    """What each living leg should be doing now, and who is to be rung."""
    found = Directions({leg.id: order for leg in view.legs if (order := _order(view, leg)) is not None})
    for offer in view.offers:
        rung = any(leg.offer == offer.id and leg.attempt == offer.attempt for leg in view.legs)
        if offer.to and not rung and (offer.talking or offer.device != "browser"):
            found.ring.append(
                NewLeg(offer.id, offer.member, offer.device, offer.to, offer.attempt, max(1, offer.seconds))
            )
    return found


def _order(view: View, leg: LegNow) -> Command | None:
    """None: it goes on with what it does."""
    if leg.role == "caller":
        return _caller(view, leg, any(_speaks(view, other) for other in view.legs))
    return _operator(view, leg) if leg.role == "operator" else _outside(view, leg)


def _offer(view: View, leg: LegNow) -> OfferNow | None:
    return next((offer for offer in view.offers if offer.id == leg.offer and offer.attempt == leg.attempt), None)


def _speaks(view: View, leg: LegNow) -> bool:
    """Whether somebody is really there, on this leg, for this caller."""
    if leg.role == "outside":
        return leg.answered and not leg.leaves
    offer = _offer(view, leg)
    there = leg.role == "operator" and leg.answered and leg.talks
    return there and offer is not None and offer.talking and offer.how == "talk"


def _caller(view: View, leg: LegNow, there: bool) -> Command | None:
    screen, ref = view.screen, leg.ref
    if not leg.answered:
        return _called(view, leg, there)
    if view.gate[0]:
        return Play(ref, *view.gate, "report", keys=ANY)
    said = f"{screen.visit}.{view.round}"
    match screen.kind:
        case "talking":
            return _together(view, leg, there)
        case "voicemail" | "callback" | "ended":
            return _leaving(view, ref, said)
    keys = "".join(choice.key for choice in screen.choices)
    return Play(ref, said, view.words, AFTERWARDS[screen.kind], keys=keys)


def _leaving(view: View, ref: str, said: str) -> Command:
    """What a caller leaves with us, or our last words."""
    if view.screen.kind == "voicemail":
        return Record(ref, said, view.words, view.screen.max_seconds or 60)
    if view.screen.kind == "callback":
        return Play(ref, f"{said}.{view.step}", view.question, "quiet", keys=view.answers)
    return Play(ref, "end", view.words, "hang_up")


def _called(view: View, leg: LegNow, there: bool) -> Command | None:
    """Somebody whom we call back: rung once a volunteer is there to talk with them, and never into silence."""
    if view.screen.kind != "talking":
        return HangUp(leg.ref, "end")
    return Ring(leg.ref, "ring", leg.to, view.ours_shown, CALLING_SECONDS) if there else None


def _together(view: View, leg: LegNow, there: bool) -> Command:
    ref = leg.ref
    if view.held:
        return Play(ref, f"hold.{view.held}", then="music")
    if there and _to_be_told(view, leg):
        return Play(ref, CONSENT, view.consent)
    if there:
        return Join(ref, "talk", str(view.call), record=view.records)
    return Play(ref, f"{view.screen.visit}.{view.round}.soon", then="ringback")


def _to_be_told(view: View, leg: LegNow) -> bool:
    """Whether a caller doesn't know yet that the talk is recorded."""
    return view.records and leg.answered and leg.heard != CONSENT


def _operator(view: View, leg: LegNow) -> Command | None:
    offer = _offer(view, leg)
    if offer is None:
        return HangUp(leg.ref, "end")
    if not leg.answered:
        return None
    if leg.talks:
        return _there(view, leg, offer)
    asked = int(leg.heard.removeprefix("confirm.")) + 1 if leg.heard.startswith("confirm.") else 0
    if asked >= ASKED_AGAIN:
        return HangUp(leg.ref, "end", "no_answer")
    return Play(leg.ref, f"confirm.{asked}", (view.ours["confirm"],), "report", keys=CONFIRM)


def _there(view: View, leg: LegNow, offer: OfferNow) -> Command:
    """With the others; a supervisor perhaps unheard by the caller."""
    room = str(view.call)
    if not offer.talking:
        return Play(leg.ref, "soon", then="ringback")
    if any(other.role == "caller" and (not other.answered or _to_be_told(view, other)) for other in view.legs):
        return Play(leg.ref, "calling", then="ringback")
    taped = _recorder(view)
    if offer.how == "talk":
        return Join(leg.ref, "talk", room, recorder=taped)
    to = next((other.ref for other in view.legs if _has(view, other)), "") if offer.how == "whisper" else ""
    if to:
        return Join(leg.ref, f"whisper.{to}", room, "whisper", to, recorder=taped)
    return Join(leg.ref, "listen", room, "listen", recorder=taped)


def _recorder(view: View) -> str:
    """The leg for which the talk is recorded, "" where it isn't."""
    return next((leg.ref for leg in view.legs if leg.role == "caller"), "") if view.records else ""


def _has(view: View, leg: LegNow) -> bool:
    """Whether the one whose call it is speaks on this leg."""
    offer = _offer(view, leg)
    return offer is not None and offer.has and _speaks(view, leg)


def _outside(view: View, leg: LegNow) -> Command | None:
    """Somebody whom a volunteer called in."""
    if leg.leaves or view.screen.kind != "talking":
        return HangUp(leg.ref, "end")
    if leg.answered:
        return Join(leg.ref, "talk", str(view.call), recorder=_recorder(view))
    return Ring(leg.ref, "ring", leg.to, view.ours_shown, CALLING_SECONDS)
