"""The papers and inks a page may be printed with: three tones, each drawn for light and for dark."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["warm", "cool", "plain"]
Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Ground:
    """What everything lies on; each value is sRGB as #rrggbb."""

    paper: str
    sheet: str
    shade: str
    ink: str
    ink_soft: str
    line: str
    line_strong: str

    @property
    def surfaces(self) -> tuple[str, str, str]:
        """Where text may stand."""
        return self.paper, self.sheet, self.shade


GROUNDS: dict[tuple[Tone, Scheme], Ground] = {
    ("warm", "light"): Ground("#faf7f1", "#fffdf9", "#f1ebe0", "#29241f", "#645b52", "#e3dacc", "#8c8174"),
    ("warm", "dark"): Ground("#1c1916", "#252120", "#2d2825", "#ece5da", "#b5aa9b", "#3c3630", "#8a8073"),
    ("cool", "light"): Ground("#f6f8f8", "#fdfefe", "#e9eeee", "#20262a", "#56616a", "#d7dfe1", "#7b878f"),
    ("cool", "dark"): Ground("#161a1c", "#1d2224", "#23292c", "#e2e8ea", "#a6b1b7", "#343b40", "#7a858c"),
    ("plain", "light"): Ground("#fafaf8", "#ffffff", "#efefec", "#262624", "#5e5e5a", "#dededa", "#84847f"),
    ("plain", "dark"): Ground("#1a1a19", "#232322", "#2b2b29", "#e8e8e5", "#aeaeaa", "#3a3a38", "#83837f"),
}
