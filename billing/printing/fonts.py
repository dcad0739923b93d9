"""The fonts that papers are set in, and what they can't print.

They come as packages: Source Sans for Latin, Greek and Cyrillic, Noto Sans CJK (of the same drawing) for Chinese,
Japanese and Korean with the rare signs of names, such as 𠮷 (U+20BB7). What counts is which signs a font has drawings
for (its `cmap`), not what a reader copies out of the finished file.
"""

import re
import unicodedata
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from fontTools.ttLib import TTFont

FAMILIES = ("Source Sans Pro", "Noto Sans CJK SC")
"""In the order in which they are asked for a sign."""
FILES = (("font_source_sans_pro", "files/SourceSansPro-Regular.otf"), ("noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc"))
"""Package and file, one for each family; the heavier weights of Source Sans have the same signs."""

_COMPATIBILITY = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def _package(name: str) -> Path:
    spec = find_spec(name)
    assert spec is not None, f"{name} is among the packages that Hark is installed with"
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0])


def folders() -> list[str]:
    """Where the fonts lie."""
    return [str((_package(name) / file).parent) for name, file in FILES]


@lru_cache(maxsize=1)
def signs() -> frozenset[int]:
    """Every code point for which some font has a drawing. The first call reads the fonts: a fifth of a second."""
    found: set[int] = set()
    for name, file in FILES:
        with TTFont(_package(name) / file, fontNumber=0, lazy=True) as font:
            found |= font.getBestCmap().keys()
    return frozenset(found)


def unprintable(text: str) -> list[str]:
    """The signs of a text that no font can draw, each once, in their order."""
    return [sign for sign in dict.fromkeys(composed(text)) if ord(sign) not in signs() and not _unseen(sign)]


def _unseen(sign: str) -> bool:
    """Whether it needs no drawing: spaces, joiners, and selectors, which choose among the drawings of a sign."""
    return sign.isspace() or unicodedata.category(sign) == "Cf" or bool(_SELECTORS.fullmatch(sign))


def composed(text: str) -> str:
    """The text with letters and their accents as one sign (NFC), which is what fonts have drawings for. Compatibility
    ideographs stay: NFC would put another form of the sign into a name."""
    parts = _COMPATIBILITY.split(text)
    return "".join(part if place % 2 else unicodedata.normalize("NFC", part) for place, part in enumerate(parts))


def printable(text: str) -> str:
    """The text, with each sign that no font can draw as its number: "[U+1F600]"."""
    lost = set(unprintable(text))
    return "".join(f"[U+{ord(sign):04X}]" if sign in lost else sign for sign in composed(text))
