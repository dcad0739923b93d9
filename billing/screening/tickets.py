"""A donation page's ticket: good for one gift, signed, and paid for with a little reckoning before it is taken.

The reckoning is a partial hash inversion (Back, Hashcash, 2002): a browser looks for a number which, written behind the
ticket, gives a SHA-256 that begins with so many zero bits. A phone needs a second or two while its owner reads; whoever
wants ten thousand tries needs hours of it.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from infra.clock import now
from infra.vault import platform_fingerprint

LIVES = timedelta(hours=3)
"""A page may lie open while somebody looks for their card."""
BITS = 15
"""Zero bits asked for in quiet times: 32,768 tries on average."""
STRAINED_BITS = 19
"""While a hotline is under attack."""
UNPROVEN_AFTER = timedelta(seconds=12)
"""How old a page must be whose browser hasn't reckoned."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a genuine ticket says: when it was given out, how many bits it asks for, and `key`, which is its own."""

    at: datetime
    bits: int
    key: str


def give_out(tenant: UUID, bits: int = BITS) -> str:
    """A fresh ticket for a donation page of this hotline."""
    body = f"{int(now().timestamp())}-{bits}-{secrets.token_hex(12)}"
    return f"{body}-{_mark(tenant, body)}"


def _mark(tenant: UUID, body: str) -> str:
    return platform_fingerprint("giving-ticket", f"{tenant}:{body}").hex()[:32]


def read(tenant: UUID, ticket: str) -> Ticket | None:
    """What a ticket says; None for one that we didn't give out for this hotline, and for one that is too old."""
    body, _, mark = ticket.rpartition("-")
    if not body.isascii() or not mark.isascii() or not hmac.compare_digest(mark, _mark(tenant, body)):
        return None
    seconds, bits, key = body.split("-")
    at = datetime.fromtimestamp(int(seconds), UTC)
    return Ticket(at, int(bits), key) if now() - at < LIVES else None


def proven(ticket: str, bits: int, proof: str) -> bool:
    """Whether the browser has reckoned: `proof` is the number that it found."""
    if not (proof.isascii() and proof.isdigit() and len(proof) <= 12):
        return False
    digest = hashlib.sha256(f"{ticket}:{proof}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0
