"""What a simulated caller does next: pure, and drawn from a seed, so that nothing of it has to be remembered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal, NamedTuple

from hark.demo.invented.cast import Hotline
from tenants.flows.document import Flow
from tenants.flows.engine import Event, State
from tenants.flows.engine import events as on
from tenants.flows.nodes import Callback, Greeting, Information, Language, Menu, Node, Queue, Ring, Voicemail

LEAVE_WORD = {"callback": 5, "voicemail": 3}
"""How a caller who can't be answered chooses, where the menu offers it."""
SILENT = 0.08
"""Of a hundred callers so many press nothing and simply wait."""
UNWILLING = 0.3
"""And so many leave nothing behind when nobody answers."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What this caller does at `at`, unless something else happens before."""

    at: datetime
    does: Literal["key", "heard", "goes", "speaks", "books", "declines"]
    key: str = ""

    def event(self, state: State) -> Event | None:
        """As the engine hears of it; None for what is left behind, which the store must have first."""
        match self.does:
            case "key":
                return on.Key(self.key, at=self.at, visit=state.visit)
            case "heard":
                return on.PromptDone(at=self.at, visit=state.visit)
            case "goes":
                return on.CallerGone(at=self.at, visit=state.visit)
            case "declines":
                return on.CallbackDeclined(at=self.at, visit=state.visit)
        return None


def intent(hotline: Hotline, flow: Flow, state: State, seed: object) -> Intent | None:
    """What the caller of this seed does at the node where they are guided; None to let time pass."""
    node = flow.nodes.get(state.node)
    if state.phase != "guided" or state.until is None or state.due is None or node is None:
        return None
    chance = Random(f"{seed}:{state.visit}:{state.tries}")
    stay = node.seconds if isinstance(node, Menu) else node.stay()
    begun = (state.due if isinstance(node, Menu) else state.until) - timedelta(seconds=stay)

    def after(least: float, most: float) -> datetime:
        return begun + timedelta(seconds=chance.uniform(least, most))

    draw = _DRAWN.get(type(node))
    return draw(Drawn(hotline, node, chance, after, _other(hotline, seed))) if draw else None


class Drawn(NamedTuple):
    """What a caller at a node is drawn from: `after` gives a moment between two seconds of the visit."""

    hotline: Hotline
    node: Any
    chance: Random
    after: Callable[[float, float], datetime]
    other_language: bool


def _hear(drawn: Drawn) -> Intent:
    return Intent(drawn.after(0.6 * drawn.node.seconds, drawn.node.seconds), "heard")


def _choose_language(drawn: Drawn) -> Intent | None:
    wanted = drawn.hotline.languages[-1 if drawn.other_language else 0]
    keys = [key for key, language in drawn.node.options.items() if language == wanted]
    return Intent(drawn.after(2, 0.7 * drawn.node.seconds), "key", keys[0]) if keys else None


def _choose(drawn: Drawn) -> Intent | None:
    options, chance = drawn.node.options, drawn.chance
    leaving = any(option.value in LEAVE_WORD for option in options)
    weights = LEAVE_WORD if leaving else drawn.hotline.choices
    at = drawn.after(2.5, 0.8 * drawn.node.seconds)
    if chance.random() < (UNWILLING if leaving else SILENT):
        return Intent(at, "goes") if leaving else None
    option = chance.choices(options, [weights.get(option.value, 1) for option in options])[0]
    return Intent(at, "key", option.key)


def _be_rung(drawn: Drawn) -> Intent | None:
    return Intent(drawn.after(10, 40), "goes") if drawn.chance.random() < 0.05 else None


def _line_up(drawn: Drawn) -> Intent | None:
    if drawn.node.out and drawn.chance.random() < 0.3:
        return Intent(drawn.after(20, 60), "key", drawn.node.out.key)
    return Intent(drawn.after(15, 85), "goes") if drawn.chance.random() < 0.2 else None


def _speak(drawn: Drawn) -> Intent:
    return Intent(drawn.after(8, 20), "speaks" if drawn.chance.random() < 0.85 else "goes")


def _ask_back(drawn: Drawn) -> Intent:
    return Intent(drawn.after(12, 40), "books" if drawn.chance.random() < 0.85 else "declines")


_DRAWN: dict[type[Node], Callable[[Drawn], Intent | None]] = {
    Greeting: _hear,
    Information: _hear,
    Language: _choose_language,
    Menu: _choose,
    Ring: _be_rung,
    Queue: _line_up,
    Voicemail: _speak,
    Callback: _ask_back,
}


def _other(hotline: Hotline, seed: object) -> bool:
    return Random(f"{seed}:language").random() < hotline.other_language


def window(seed: object) -> dict[str, object]:
    """When a call-back would suit this caller."""
    chance = Random(f"{seed}:window")
    begins = chance.choice((10, 14, 16, 18, 19))
    days = chance.choice(((), ("mon", "wed", "fri"), ("sat", "sun"), ("tue", "thu")))
    return {"days": list(days), "from": f"{begins}:00", "until": f"{begins + 2}:00"}


def reach(hotline: Hotline, seed: object) -> dict[str, str]:
    """How to reach this caller: a number of the country code +999, which is nobody's."""
    chance = Random(f"{seed}:reach")
    wording = chance.choice(hotline.wording) if hotline.wording else ""
    return {"reach": f"+999{chance.randrange(10**7, 10**8)}", "wording": wording, "email": ""}
