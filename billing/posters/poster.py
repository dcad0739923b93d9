"""Draws a poster: the hotline's name, what to do, the code, the address in words."""

import io
from pathlib import Path
from urllib.parse import urlsplit

import segno

from billing.printing.fonts import printable
from billing.printing.ink import hotline_ink
from billing.printing.press import pdf
from infra.clock import now
from infra.database import Session
from infra.settings import settings
from infra.web import gettext as _
from infra.web import language
from tenants.directory.models import Tenant

LAYOUT = Path(__file__).with_name("poster.typ")
SIZES = ("a4", "a5")


def code(address: str) -> str:
    """The address as a QR code (ISO/IEC 18004), drawn as SVG: error correction M, which a creased poster survives, and
    the quiet zone of four modules that readers need."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=4, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()


async def poster(session: Session, tenant: Tenant, *, path: str, title: str, size: str) -> bytes:
    """The poster as PDF in the language that is spoken now, "a4" or "a5". `path` (from "/") is where the code leads;
    `title` is what for, "" for the hotline as a whole."""
    address = settings().base_url + path
    short = urlsplit(address).netloc + urlsplit(address).path
    words = {
        "language": language(),
        "size": size,
        "title": _("Give to %(hotline)s", hotline=printable(tenant.name)),
        "author": printable(tenant.organisation),
        "accent": await hotline_ink(session),
        "hotline": printable(tenant.name),
        "purpose": printable(title),
        "ask": _("Give in half a minute"),
        "how": [_("Point your telephone's camera at the square."), _("No account needed.")],
        "or": _("Or type:"),
        "address": short,
        "link": address,
        "code": code(address),
        "alt": _("A code that leads to %(address)s", address=short),
        "simulated": _("Simulated: no real money moves here. Don't hang this up.")
        if settings().stripe == "simulated"
        else "",
    }
    return await pdf(LAYOUT, words, made_at=now())
