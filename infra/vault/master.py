"""The master key wraps each tenant's key: a local key file, or AWS KMS where `HARK_KMS_KEY` names one."""

import os
from functools import lru_cache
from pkgutil import resolve_name
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.settings import settings


class Master(Protocol):
    """Wraps and unwraps a 32-byte data key; `owner` is bound in, so a wrapped key can't be moved."""

    async def wrap(self, key: bytes, owner: bytes) -> bytes: ...

    async def unwrap(self, wrapped: bytes, owner: bytes) -> bytes: ...


class LocalMaster:
    """AES-256-GCM under the 32 bytes of a key file."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    async def wrap(self, key: bytes, owner: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, key, owner)

    async def unwrap(self, wrapped: bytes, owner: bytes) -> bytes:
        return self._cipher.decrypt(wrapped[:12], wrapped[12:], owner)


@lru_cache(maxsize=1)
def master() -> Master:
    """The configured master key."""
    if settings().kms_key:
        made: Master = resolve_name("infra.vault.kms:KmsMaster")(settings().kms_key)
        return made
    return LocalMaster(settings().master_key_path.read_bytes())
