"""Where a page of a list begins, as it stands in an address: the moment and id of the row before it."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

Key = tuple[datetime, UUID]


def write_key(key: Key) -> str:
    """A key for an address."""
    return f"{key[0].isoformat()}~{key[1].hex}"


def read_key(text: str) -> Key | None:
    """What `write_key` wrote; None for anything else, which is the first page."""
    at, _, row = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, UUID(row)) if moment.tzinfo else None
    except ValueError:
        return None


def older_page(path: str, key: Key | None, **kept: str) -> str:
    """The address of the next older page; "" when there is none."""
    if key is None:
        return ""
    return f"{path}?{urlencode({name: value for name, value in kept.items() if value} | {'before': write_key(key)})}"
