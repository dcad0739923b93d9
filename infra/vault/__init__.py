"""The vault: seals notes and identities under a key per tenant, and finds them again by keyed hash."""

from infra.vault.keyring import (
    create_key,
    destroy_key,
    fingerprint,
    open_platform,
    platform_fingerprint,
    seal,
    seal_platform,
    unseal,
    warm,
)

__all__ = [
    "create_key",
    "destroy_key",
    "fingerprint",
    "open_platform",
    "platform_fingerprint",
    "seal",
    "seal_platform",
    "unseal",
    "warm",
]
