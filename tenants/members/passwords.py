"""Passwords: Argon2id with the library's current defaults (RFC 9106), and a rule that can be said in one sentence."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from infra.errors import Invalid
from tenants.problems import _

_hasher = PasswordHasher()
_decoy = _hasher.hash("nobody's password")
RULE = _("At least 12 characters, 6 of them different, and not your e-mail or the hotline's name.")


def check_strength(password: str, *names: str) -> None:
    """Raise Invalid unless the password keeps the rule."""
    lower = password.lower()
    own = [part for name in names for part in (name.lower(), name.lower().split("@")[0]) if len(part) > 3]
    if len(password) < 12 or len(set(lower)) < 6 or any(part in lower and len(lower) - len(part) < 8 for part in own):
        raise Invalid(RULE, field="password")
    if len(password) > 1000:
        raise Invalid("A password can have up to 1,000 characters.", field="password")


async def hash_password(password: str) -> str:
    """The Argon2id hash; off the event loop, for it takes tens of milliseconds by design."""
    return await asyncio.to_thread(_hasher.hash, password)


async def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right. With no account the same work is done, so that time tells nothing."""

    def verify() -> bool:
        try:
            _hasher.verify(password_hash or _decoy, password)
        except (Argon2Error, InvalidHashError):
            return False
        return password_hash is not None

    return await asyncio.to_thread(verify)
