"""Data keys: one per tenant, wrapped by the master key; destroying the wrapped key erases all that it sealed.

A sealed blob is `version (1 byte) · nonce (12) · AES-256-GCM ciphertext and tag`, with the owner's id as associated
data, so that a blob copied into another tenant doesn't open. Fingerprints are HMAC-SHA256 under a key derived by HKDF
(RFC 5869) per purpose.
"""

import hashlib
import hmac
import os
from datetime import datetime
from time import monotonic
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import text

from infra.clock import now
from infra.database import Session, TenantTable, moment, unit_of_work
from infra.scope import PLATFORM, current_tenant, tenant_scope
from infra.vault.master import master

VERSION = b"\x01"
SHORTEST = 1 + 12 + 16
_opened: dict[UUID, bytes] = {}
_opened_at: dict[UUID, float] = {}
_CACHE_LIMIT = 5000
CACHE_SECONDS = 30
"""How long a process may go on reading after another one has destroyed a key."""


class VaultKey(TenantTable, table=True):
    """A tenant's wrapped data key; `wrapped` is null once destroyed."""

    __tablename__ = "vault_key"
    wrapped: bytes | None = None
    created_at: datetime = moment(default=True)
    destroyed_at: datetime | None = moment(nullable=True)


class Erased(Exception):
    """The key is destroyed, or never was; what it sealed can't be read any more."""


async def create_key(session: Session) -> None:
    """Make the key of the tenant in scope, unless it has one."""
    owner = current_tenant()
    wrapped = await master().wrap(os.urandom(32), owner.bytes)
    await session.execute(
        text(
            "INSERT INTO vault_key (tenant_id, id, wrapped, created_at) VALUES (:owner, :owner, :wrapped, :at) "
            "ON CONFLICT DO NOTHING"
        ),
        {"owner": owner, "wrapped": wrapped, "at": now()},
    )


async def destroy_key(session: Session) -> None:
    """Destroy the key of the tenant in scope: its sealed notes and identities can never be read again."""
    owner = current_tenant()
    await session.execute(
        text("UPDATE vault_key SET wrapped = NULL, destroyed_at = :at WHERE tenant_id = :owner"),
        {"owner": owner, "at": now()},
    )
    _opened.pop(owner, None)


async def _key(session: Session) -> bytes:
    owner = current_tenant()
    if (held := _opened.get(owner)) and monotonic() - _opened_at[owner] < CACHE_SECONDS:
        return held
    row = (
        await session.execute(text("SELECT wrapped FROM vault_key WHERE tenant_id = :owner"), {"owner": owner})
    ).first()
    if row is None or row[0] is None:
        _opened.pop(owner, None)
        raise Erased(f"no key for {owner}")
    if len(_opened) >= _CACHE_LIMIT:
        _opened.pop(next(key for key in _opened if key != PLATFORM))
    _opened[owner] = await master().unwrap(bytes(row[0]), owner.bytes)
    _opened_at[owner] = monotonic()
    return _opened[owner]


def _seal(key: bytes, owner: UUID, plain: bytes) -> bytes:
    nonce = os.urandom(12)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plain, owner.bytes)


def _unseal(key: bytes, owner: UUID, blob: bytes) -> bytes:
    if blob[:1] != VERSION or len(blob) < SHORTEST:
        raise ValueError("not a sealed blob")
    try:
        return AESGCM(key).decrypt(blob[1:13], blob[13:], owner.bytes)
    except InvalidTag:
        raise ValueError("a sealed blob of another owner, or a damaged one") from None


def _fingerprint(key: bytes, purpose: str, value: str) -> bytes:
    derived = HKDF(SHA256(), 32, salt=None, info=b"fingerprint:" + purpose.encode()).derive(key)
    return hmac.new(derived, value.encode(), hashlib.sha256).digest()


async def seal(session: Session, plain: bytes) -> bytes:
    """Seal under the key of the tenant in scope."""
    return _seal(await _key(session), current_tenant(), plain)


async def unseal(session: Session, blob: bytes) -> bytes:
    """Open what `seal` made. Raises Erased when the key is gone, ValueError when the blob isn't this tenant's."""
    return _unseal(await _key(session), current_tenant(), blob)


async def fingerprint(session: Session, purpose: str, value: str) -> bytes:
    """32 bytes by which a value is found again inside this tenant, and that mean nothing in another."""
    return _fingerprint(await _key(session), purpose, value)


async def warm() -> None:
    """Load the platform's own key, made on first use; called once when a process starts."""
    with tenant_scope(PLATFORM):
        async with unit_of_work() as session:
            await create_key(session)
            await _key(session)


def seal_platform(plain: bytes) -> bytes:
    """Seal what belongs to the platform (an account's e-mail). Needs `warm()` first."""
    return _seal(_opened[PLATFORM], PLATFORM, plain)


def open_platform(blob: bytes) -> bytes:
    """Open what `seal_platform` made."""
    return _unseal(_opened[PLATFORM], PLATFORM, blob)


def platform_fingerprint(purpose: str, value: str) -> bytes:
    """32 bytes by which the platform finds a value again."""
    return _fingerprint(_opened[PLATFORM], purpose, value)
