"""What the books would be from somebody else's record (the processor's own), and the difference, which must be nil."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from billing.ledger.service import Entry, Posting, check
from infra.database import Session

BookedRecord = Entry
"""A line of the other's record, as the entry that it ought to be in the books."""
BATCH = 500

_READ = (
    "SELECT e.id, e.ref, e.kind, e.at, e.note, e.reverses, p.account, p.minor, p.currency, p.campaign, p.gift, p.pool "
    "FROM ledger_entry AS e JOIN ledger_posting AS p ON p.tenant_id = e.tenant_id AND p.entry_id = e.id "
    "WHERE e.ref = ANY(:refs) ORDER BY e.id, p.id"
)
_ENTRIES = text(_READ).bindparams(bindparam("refs", type_=ARRAY(TEXT)))
_REFS = text("SELECT ref FROM ledger_entry WHERE ref ^@ :prefix")


@dataclass(slots=True)
class Difference:
    """References that the books lack, that the record doesn't know, that both have with other contents; and per
    (account, currency) in how many minor units the books have more than the record."""

    missing: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    minor: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def nil(self) -> bool:
        """Whether there is none."""
        return not (self.missing or self.unknown or self.other)

    def _count(self, entry: Entry, times: int) -> None:
        for posting in entry.postings:
            key = (posting.account, posting.currency)
            self.minor[key] = self.minor.get(key, 0) + times * posting.minor


async def rebuild(
    session: Session, records: Iterable[BookedRecord] | AsyncIterable[BookedRecord], *, prefix: str = "txn:"
) -> Difference:
    """Lay the record beside the books of the tenant in scope; nothing is changed.

    Notes are nobody's record and aren't compared. An entry of the books is unknown to the record when its reference
    begins with `prefix`. Raises ValueError for a record that couldn't be booked.
    """
    found, seen = Difference(), set[str]()
    async for batch in _batches(records):
        held = {entry.ref: entry for entry in await _entries(session, [record.ref for record in batch])}
        for record in batch:
            check(record)
            if record.ref in seen:
                continue
            seen.add(record.ref)
            ours = held.get(record.ref)
            if ours is not None and _content(ours) == _content(record):
                continue
            (found.missing if ours is None else found.other).append(record.ref)
            found._count(record, -1)
            if ours is not None:
                found._count(ours, 1)
    unknown = [ref for ref in (await session.execute(_REFS, {"prefix": prefix})).scalars() if ref not in seen]
    for start in range(0, len(unknown), BATCH):
        for entry in await _entries(session, unknown[start : start + BATCH]):
            found._count(entry, 1)
    found.unknown = sorted(unknown)
    found.minor = {key: minor for key, minor in found.minor.items() if minor}
    return found


def _content(entry: Entry) -> tuple[object, ...]:
    return Entry(entry.ref, entry.kind, entry.at, entry.postings, "", entry.reverses).content()


async def _batches(
    records: Iterable[BookedRecord] | AsyncIterable[BookedRecord],
) -> AsyncIterator[list[BookedRecord]]:
    batch: list[BookedRecord] = []
    async for record in records if isinstance(records, AsyncIterable) else _each(records):
        batch.append(record)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _each(records: Iterable[BookedRecord]) -> AsyncIterator[BookedRecord]:
    for record in records:
        yield record


async def _entries(session: Session, refs: list[str]) -> list[Entry]:
    rows = (await session.execute(_ENTRIES, {"refs": refs})).all()
    made = []
    for _key, group in groupby(rows, key=lambda row: row.id):
        lines = list(group)
        head = lines[0]
        postings = [Posting(row.account, row.minor, row.currency, row.campaign, row.gift, row.pool) for row in lines]
        made.append(Entry(head.ref, head.kind, head.at, postings, head.note, head.reverses))
    return made
