"""Turns one brand colour into accents for light and dark that pass WCAG AA on their own.

Works in OKLCH, where lightness can be moved while hue and strength stay what the organisation chose;
each candidate is rounded to the eight bits a screen gets before its contrast is measured.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from coloraide import Color

from themes.grounds import GROUNDS, Scheme, Tone

AA_TEXT = 4.5
"""WCAG 2.2, 1.4.3: contrast of body text."""
AA_SHAPE = 3.0
"""WCAG 2.2, 1.4.11: contrast of edges and focus marks."""
WHITE = "#ffffff"


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


@lru_cache(maxsize=1024)
def palette(brand: str, scheme: Scheme, tone: Tone = "warm") -> Palette:
    """The accents for `brand` on this ground. Raises ValueError when `brand` is not a colour."""
    ground = GROUNDS[tone, scheme]
    dark = scheme == "dark"
    lightness, chroma, hue = _oklch(brand)

    def shades(start: float, towards: int, strength: float = chroma) -> Iterator[str]:
        for step in range(101):
            at = start + towards * step / 100
            if 0 <= at <= 1:
                yield _hex(at, strength, hue)
        yield WHITE if towards > 0 else "#000000"

    def stands_on(surfaces: tuple[str, ...], ratio: float) -> Callable[[str], bool]:
        return lambda colour: all(contrast(colour, surface) >= ratio for surface in surfaces)

    soft = _hex(0.29, min(chroma, 0.035), hue) if dark else _hex(0.945, min(chroma, 0.03), hue)
    text_surfaces = (*ground.surfaces, soft)
    ink = _first(stands_on(text_surfaces, AA_TEXT), shades(lightness, 1 if dark else -1))

    # A deep colour carries white words, a bright one dark words; what lies between is moved to the nearer side.
    deep_ink = ground.paper if dark else ground.ink
    bright = lightness >= (0.62 if dark else 0.74)
    on = deep_ink if bright else WHITE
    start = max(lightness, 0.45) if dark else lightness
    accent = _first(stands_on((on,), AA_TEXT), shades(start, 1 if bright else -1))
    strong = _hex(_oklch(accent)[0] + (0.05 if bright else -0.05), chroma, hue)
    if contrast(strong, on) < AA_TEXT:
        strong = accent
    edge = accent if stands_on(ground.surfaces, AA_SHAPE)(accent) else ink
    return Palette(accent, strong, on, edge, ink, soft, focus=ink)


def _oklch(colour: str) -> tuple[float, float, float]:
    lightness, chroma, hue = Color(colour).convert("oklch").coords(nans=False)
    return lightness, chroma, hue


def _hex(lightness: float, chroma: float, hue: float) -> str:
    colour = Color("oklch", [min(max(lightness, 0.0), 1.0), chroma, hue])
    return str(colour.convert("srgb").fit(method="oklch-chroma").to_string(hex=True))


def _first(fits: Callable[[str], bool], candidates: Iterator[str]) -> str:
    *_, last = (colour for colour in _until(fits, candidates))
    return last


def _until(fits: Callable[[str], bool], candidates: Iterator[str]) -> Iterator[str]:
    for colour in candidates:
        yield colour
        if fits(colour):
            return
