"""From a call as it stands to what each of its legs does. No clock, no database, no carrier's name.

The caller hears what the flow shows, or rings through to a person once one is really there. A volunteer's leg is rung
while their offer lives (a telephone) or once they have accepted (a browser), joins the caller's room when a person has
answered it, and is ended with the offer. On a mobile only the confirming key proves a person: a private voicemail
picks up, hears the question, and never gets the caller.
"""

from hark.phone.directing.view import Directions, LegNow, NewLeg, OfferNow, View
from infra.carriers.protocol import Command, HangUp, Join, Play, Record, Then

CONFIRM = "1"
AFTERWARDS: dict[str, Then] = {"menu": "quiet", "queue": "music", "ringing": "ringback", "say": "report"}
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
        return _caller(view, leg, any(_joins(view, other) for other in view.legs))
    if leg.role == "operator":
        return _operator(view, leg)
    return _guest(leg, str(view.call)) if view.screen.kind == "talking" else HangUp(leg.ref, "end")


def _offer(view: View, leg: LegNow) -> OfferNow | None:
    return next((offer for offer in view.offers if offer.id == leg.offer and offer.attempt == leg.attempt), None)


def _joins(view: View, leg: LegNow) -> bool:
    """Whether a volunteer is really there, on this leg, for this caller."""
    offer = _offer(view, leg)
    return leg.role == "operator" and leg.answered and leg.talks and offer is not None and offer.talking


def _caller(view: View, leg: LegNow, there: bool) -> Command:
    screen, ref = view.screen, leg.ref
    said = f"{screen.visit}.{view.round}"
    if screen.kind == "talking":
        return _together(view, ref, there)
    if screen.kind == "voicemail":
        return Record(ref, said, view.words, screen.max_seconds or 60)
    if screen.kind == "callback":
        return Play(ref, f"{said}.{view.step}", view.question, "quiet", keys=view.answers)
    if screen.kind == "ended":
        return Play(ref, "end", view.words, "hang_up")
    keys = "".join(choice.key for choice in screen.choices)
    return Play(ref, said, view.words, AFTERWARDS[screen.kind], keys=keys)


def _together(view: View, ref: str, there: bool) -> Command:
    if view.held:
        return Play(ref, f"hold.{view.held}", then="music")
    if there:
        return Join(ref, "talk", str(view.call))
    return Play(ref, f"{view.screen.visit}.{view.round}.soon", then="ringback")


def _operator(view: View, leg: LegNow) -> Command | None:
    offer = _offer(view, leg)
    if offer is None:
        return HangUp(leg.ref, "end")
    if not leg.answered:
        return None
    if leg.talks and offer.talking:
        return Join(leg.ref, "talk", str(view.call))
    if leg.talks:
        return Play(leg.ref, "soon", then="ringback")
    asked = int(leg.heard.removeprefix("confirm.")) + 1 if leg.heard.startswith("confirm.") else 0
    if asked >= ASKED_AGAIN:
        return HangUp(leg.ref, "end", "no_answer")
    return Play(leg.ref, f"confirm.{asked}", (view.ours["confirm"],), "report", keys=CONFIRM)


def _guest(leg: LegNow, room: str) -> Command | None:
    """Somebody whom the volunteer brought in, or a supervisor."""
    return Join(leg.ref, f"talk.{leg.how}", room, leg.how, leg.to) if leg.answered else None
