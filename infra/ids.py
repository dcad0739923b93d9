"""Identifiers: UUIDv7 (RFC 9562), so that keys sort by the time they were made and indexes stay dense."""

import uuid
from datetime import UTC, datetime

import uuid_utils


def new_id() -> uuid.UUID:
    """A fresh UUIDv7."""
    return uuid.UUID(int=uuid_utils.uuid7().int)


def made_at(key: uuid.UUID) -> datetime:
    """When a UUIDv7 was made, to the millisecond, in UTC."""
    return datetime.fromtimestamp((key.int >> 80) / 1000, UTC)
