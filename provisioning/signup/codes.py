"""The code that proves an e-mail address: six digits, fifteen minutes, five tries, one at a time.

An address that already has an account is treated alike in everything that can be seen from outside: it gets a letter,
the same page waits for a code, and no code is right.
"""

import hmac
import secrets
from datetime import timedelta
from enum import Enum
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from infra.clock import now
from infra.database import Session
from infra.mail import send
from infra.settings import settings
from infra.vault import open_platform, platform_fingerprint
from infra.web import gettext as _
from infra.web import limit, speaking
from provisioning.signup.models import Application
from tenants.members.service import account_by_email

LIFETIME = timedelta(minutes=15)
TRIES = 5


class Verdict(Enum):
    """How a try went."""

    RIGHT = "right"
    WRONG = "wrong"
    TIRED = "tired"
    OLD = "old"


def _hash(application: UUID, code: str) -> bytes:
    return platform_fingerprint("code", f"{application}:{code}")


async def send_code(session: Session, application: Application) -> None:
    """Write to the applicant, with a new code that replaces all earlier ones of this address. Raises TooMany."""
    who = application.email_hash.hex()
    await limit("code-email", who, "6/hour")
    await limit("code-application", str(application.id), "5/hour")
    await session.execute(
        update(Application)
        .where(col(Application.email_hash) == application.email_hash, col(Application.id) != application.id)
        .values(code_hash=None)
    )
    address = open_platform(application.email_sealed).decode()
    code = f"{secrets.randbelow(10**6):06d}"
    known = await account_by_email(session, address) is not None
    application.code_hash = secrets.token_bytes(32) if known else _hash(application.id, code)
    application.code_until = now() + LIFETIME
    application.code_tries = 0
    session.add(application)
    with speaking(application.language):
        subject, text = _known_letter() if known else _code_letter(code, application)
    await send(session, to=address, subject=subject, text=text)


def _code_letter(code: str, application: Application) -> tuple[str, str]:
    text = _(
        "Your code is %(code)s.\n\nType it on the page where you registered %(name)s. It is good for 15 minutes.\n\n"
        "If it wasn't you who registered, do nothing: without the code nothing is opened.",
        code=code,
        name=application.form["name"],
    )
    return _("%(code)s is your code", code=code), text


def _known_letter() -> tuple[str, str]:
    text = _(
        "Somebody, probably you, wanted to register a hotline with this address. You already have an account here, so "
        "no code is needed.\n\nSign in and open a further hotline: %(base)s/sign-up\n\n"
        "If it wasn't you, do nothing: nothing is opened.",
        base=settings().base_url,
    )
    return _("You already have an account"), text


def try_code(application: Application, typed: str) -> Verdict:
    """Compare and count. The row must be locked, or two tries at once would count as one."""
    if application.code_hash is None or application.code_until is None or application.code_until <= now():
        return Verdict.OLD
    if application.code_tries >= TRIES:
        return Verdict.TIRED
    application.code_tries += 1
    digits = "".join(sign for sign in typed if sign.isdecimal())
    if hmac.compare_digest(application.code_hash, _hash(application.id, digits)):
        return Verdict.RIGHT
    return Verdict.TIRED if application.code_tries >= TRIES else Verdict.WRONG
