"""The one colour on a paper: the hotline's own, darkened until it can be read on white."""

from coloraide import Color

from infra.database import Session
from infra.errors import NotFound
from tenants.profile.service import profile

READABLE = 4.5
"""The contrast that WCAG 2.2 (1.4.3) asks of text."""
PLAIN = "#6b4f2a"


def ink(brand: str) -> str:
    """The colour (#rrggbb), as dark as white paper needs it; hue and strength stay."""
    made = Color(brand).convert("oklch")
    while made.clone().convert("srgb").fit().contrast("white") < READABLE:
        made["lightness"] -= 0.01
    return str(made.convert("srgb").fit().to_string(hex=True))


async def hotline_ink(session: Session) -> str:
    """The ink of the hotline in scope."""
    try:
        return ink((await profile(session)).theme.get("brand") or PLAIN)
    except NotFound:
        return PLAIN
