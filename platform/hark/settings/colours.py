"""What becomes of a brand colour: the accents that are derived from it, and how well each can be read."""

import re
from typing import NamedTuple

from themes.grounds import GROUNDS, Scheme, Tone
from themes.palette import contrast, palette

SCHEMES: tuple[Scheme, ...] = ("light", "dark")
TONES: tuple[Tone, ...] = ("warm", "cool", "plain")


class Sample(NamedTuple):
    """One scheme's colours, each #rrggbb; the two ratios are WCAG 2 contrast."""

    scheme: Scheme
    paper: str
    accent: str
    on_accent: str
    ink: str
    words_on_button: float
    link_on_paper: float


def samples(brand: str, tone: str) -> list[Sample]:
    """Light and dark; none while the colour isn't one."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", brand):
        return []
    ground: Tone = next((known for known in TONES if known == tone), "warm")
    found = []
    for scheme in SCHEMES:
        paper, accents = GROUNDS[ground, scheme].paper, palette(brand.lower(), scheme, ground)
        found.append(
            Sample(
                scheme,
                paper,
                accents.accent,
                accents.on_accent,
                accents.accent_ink,
                contrast(accents.accent, accents.on_accent),
                contrast(accents.accent_ink, paper),
            )
        )
    return found
