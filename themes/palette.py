"""Turns one brand colour into accents for light and dark that pass WCAG AA on their own.

Works in OKLCH, where lightness can be moved while hue and strength stay what the organisation chose;
each candidate is rounded to the eight bits a screen gets before its contrast is measured.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from coloraide import Color

from themes.grounds import GROUNDS, Scheme, Tone

AA_TEXT = 4.5
"""WCAG 2.2, 1.4.3: contrast of body text."""
AA_SHAPE = 3.0
"""WCAG 2.2, 1.4.11: contrast of edges and focus marks."""
INK: dict[Scheme, float] = {"light": AA_TEXT, "dark": 6.0}
"""Links in the dark get more than they must have: thin bright strokes tire sooner."""
TINT: dict[Scheme, float] = {"light": 0.11, "dark": 0.25}
"""How much of the accent is mixed into the paper for a tinted ground."""
WHITE = "#ffffff"
HOVER = 0.045
"""How far, in OKLCH lightness, a button moves under the pointer."""


@dataclass(frozen=True)
class Palette:
    """An accent and what belongs with it, each #rrggbb."""

    accent: str
    accent_strong: str
    on_accent: str
    accent_edge: str
    accent_ink: str
    accent_soft: str
    focus: str


def contrast(one: str, other: str) -> float:
    """The WCAG 2 contrast ratio of two colours, 1 to 21."""
    return float(Color(one).contrast(other, method="wcag21"))


def stands(colour: str, surfaces: Iterable[str], ratio: float) -> bool:
    """Whether `colour` can be told from each of `surfaces`."""
    return all(contrast(colour, surface) >= ratio for surface in surfaces)


@lru_cache(maxsize=1024)
def palette(brand: str, scheme: Scheme, tone: Tone = "warm") -> Palette:
    """The accents for `brand` (#rrggbb) on this ground."""
    ground = GROUNDS[tone, scheme]
    dark = scheme == "dark"
    lightness, chroma, hue = Color(brand).convert("oklch").coords(nans=False)

    def hex_at(at: float, strength: float = chroma) -> str:
        colour = Color("oklch", [at, strength, hue]).convert("srgb")
        return str(colour.fit(method="oklch-chroma").to_string(hex=True))

    def nearest(fits: Callable[[str], bool]) -> tuple[float, str]:
        steps = sorted({lightness, *(n / 100 for n in range(101))}, key=lambda at: abs(at - lightness))
        return next((at, colour) for at in steps if fits(colour := hex_at(at)))

    # A deep colour carries white words and a bright one dark words; what lies between moves to the nearer.
    # In the dark a fill must also stand out by itself; on light paper a pale one gets a darker edge instead.
    words = (WHITE, ground.paper if dark else ground.ink)
    shapes = ground.surfaces if dark else ()
    at, accent = nearest(
        lambda colour: stands(colour, shapes, AA_SHAPE) and any(contrast(colour, on) >= AA_TEXT for on in words)
    )
    on = next(word for word in words if contrast(accent, word) >= AA_TEXT)
    strong = hex_at(min(max(at + (-HOVER if on == WHITE else HOVER), 0), 1))
    if contrast(strong, on) < AA_TEXT:
        strong = accent

    soft = str(Color(ground.paper).mix(accent, TINT[scheme], space="oklab").convert("srgb").to_string(hex=True))
    ink = nearest(lambda colour: stands(colour, (*ground.surfaces, soft), INK[scheme]))[1]
    edge = accent if stands(accent, ground.surfaces, AA_SHAPE) else ink
    return Palette(accent, strong, on, edge, ink, soft, focus=ink)
