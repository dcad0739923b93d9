"""A donor's browser, known again for a day by a random cookie of this hotline's donation page alone."""

import secrets

from starlette.requests import HTTPConnection
from starlette.responses import Response

from infra.database import Session
from infra.settings import settings
from tenants.directory.models import Tenant
from tenants.profile.service import profile

COOKIE = "giver"
SECONDS = 24 * 3600


def device_of(connection: HTTPConnection) -> str:
    """What the browser brings; "" when it brings nothing that we could have given it."""
    held = connection.cookies.get(COOKIE, "")
    return held if len(held) == 22 and held.isascii() else ""


async def remember(session: Session, answer: Response, tenant: Tenant, held: str) -> None:
    """Let the browser be known again. Not for a hotline with a neutral title: it leaves no trace on a device that may
    be watched."""
    if (await profile(session)).defaults.get("neutral_title"):
        return
    answer.set_cookie(
        COOKIE,
        held or secrets.token_urlsafe(16),
        max_age=SECONDS,
        httponly=True,
        samesite="lax",
        secure=settings().base_url.startswith("https:"),
        path=f"/h/{tenant.slug}/give",
    )
