"""An entry as the bytes that are hashed: JSON with its keys in order, from which anybody can make the same hash.

The ids in it are random, so nobody learns what is in an entry by trying. Its note is in it as a hash alone.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PGUUID

from billing.ledger.digest.tree import leaf_hash
from billing.ledger.service import Posting
from infra.database import Session

_READ = (
    "SELECT e.id, e.ref, e.kind, e.at, e.booked_at, e.note, e.reverses, p.account, p.minor, p.currency, p.campaign, "
    "p.gift, p.pool FROM ledger_entry AS e "
    "JOIN ledger_posting AS p ON p.tenant_id = e.tenant_id AND p.entry_id = e.id WHERE {which} ORDER BY e.id, p.id"
)
_OF_DAY = text(_READ.format(which="e.booked_at >= :since AND e.booked_at < :until")).bindparams(
    bindparam("since", type_=TIMESTAMP(timezone=True)), bindparam("until", type_=TIMESTAMP(timezone=True))
)
_OF_GIFT = text(_READ.format(which="e.id IN (SELECT entry_id FROM ledger_posting WHERE gift = :gift)")).bindparams(
    bindparam("gift", type_=PGUUID())
)
_OF_ENTRY = text(_READ.format(which="e.id = :entry")).bindparams(bindparam("entry", type_=PGUUID()))


@dataclass(frozen=True, slots=True)
class Leaf:
    """An entry as it is hashed, with what its postings say."""

    entry: UUID
    at: datetime
    booked_at: datetime
    kind: str
    content: bytes
    postings: Sequence[Posting]

    @property
    def gifts(self) -> set[UUID]:
        """All that its postings name."""
        return {posting.gift for posting in self.postings if posting.gift}

    @property
    def hash(self) -> bytes:
        """Its place in the tree."""
        return leaf_hash(self.content)

    @property
    def day(self) -> date:
        """The day in UTC in whose digest it is."""
        return self.booked_at.astimezone(UTC).date()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _note(entry: UUID, note: str) -> str:
    return hashlib.sha256(f"{entry}{note}".encode()).hexdigest() if note else ""


def content_of(head: Any, postings: Iterable[Posting]) -> bytes:
    """The canonical bytes of an entry: UTF-8, keys in order, no blanks, ids and moments as text, whole numbers."""
    told = {
        "id": str(head.id),
        "ref": head.ref,
        "kind": head.kind,
        "at": _moment(head.at),
        "booked_at": _moment(head.booked_at),
        "note": _note(head.id, head.note),
        "reverses": str(head.reverses or ""),
        "postings": sorted(
            [row.account, row.currency, row.minor, *(str(key or "") for key in (row.campaign, row.gift, row.pool))]
            for row in postings
        ),
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


async def _read(session: Session, statement: Any, given: dict[str, Any]) -> list[Leaf]:
    found = (await session.execute(statement, given)).all()
    leaves = []
    for key, group in groupby(found, key=lambda row: row.id):
        rows = list(group)
        head = rows[0]
        postings = [Posting(row.account, row.minor, row.currency, row.campaign, row.gift, row.pool) for row in rows]
        leaves.append(Leaf(key, head.at, head.booked_at, head.kind, content_of(head, postings), postings))
    return leaves


async def leaves_of(session: Session, day: date) -> list[Leaf]:
    """The entries that were booked on a day (in UTC)."""
    since = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return await _read(session, _OF_DAY, {"since": since, "until": since + timedelta(days=1)})


async def leaves_of_gift(session: Session, gift: UUID) -> list[Leaf]:
    """The entries about one gift and no other: what a donor may see of the books."""
    found = await _read(session, _OF_GIFT, {"gift": gift})
    return sorted((leaf for leaf in found if leaf.gifts == {gift}), key=lambda leaf: leaf.at)


async def leaf_of_entry(session: Session, entry: UUID) -> Leaf | None:
    """One entry, if it is there."""
    found = await _read(session, _OF_ENTRY, {"entry": entry})
    return found[0] if found else None
