"""Inlines icons of the one kept set (Lucide, ISC licence): they take the text's colour and cost no request."""

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

ICONS = Path(__file__).parent.parent / "node_modules" / "lucide-static" / "icons"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_INNER = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


class UnknownIconError(LookupError):
    """No icon has this name: a misprint that should fail the page's test, not show a gap."""


@cache
def _drawing(name: str) -> str:
    path = ICONS / f"{name}.svg"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise UnknownIconError(f"There is no icon named {name!r}; the set is listed at lucide.dev/icons.")
    found = _INNER.search(path.read_text(encoding="utf-8"))
    if found is None:
        raise UnknownIconError(f"The icon {name!r} has no drawing.")
    return re.sub(r"\s*\n\s*", "", found[1])


def icon(name: str, label: str = "") -> Markup:
    """The icon as inline SVG: decoration beside words or, given a label, a picture that speaks for itself."""
    voice = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(  # noqa: S704  # the drawing is a file of the kept set, the label is escaped
        f'<svg class="icon" {voice} focusable="false" width="20" height="20" viewBox="0 0 24 24" fill="none"'
        f' stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">'
        f"{_drawing(name)}</svg>"
    )
