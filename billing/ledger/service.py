"""Writes into the books: an entry with its postings, once for each reference; and its reversal. Nothing is edited."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, TEXT, insert
from sqlalchemy.dialects.postgresql import UUID as PGUUID
from sqlmodel import col, select

from billing.ledger.chart import account
from billing.ledger.models import LedgerEntry, LedgerPosting
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, NotFound, _
from infra.ids import new_id
from infra.scope import current_tenant


@dataclass(frozen=True, slots=True)
class Posting:
    """So many minor units on one account: a debit above nought, a credit below."""

    account: str
    minor: int
    currency: str
    campaign: UUID | None = None
    gift: UUID | None = None
    pool: UUID | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to money at `at`; `ref` names it, as a balance transaction's id does ("txn:<id>")."""

    ref: str
    kind: str
    at: datetime
    postings: Sequence[Posting] = field(default_factory=tuple)
    note: str = ""
    reverses: UUID | None = None

    def content(self) -> tuple[object, ...]:
        """What makes two entries the same one, whatever the order of their postings; nought is no posting."""
        return (self.ref, self.kind, self.at, self.note, self.reverses, sorted(map(_key, _counted(self.postings))))


def _key(posting: Posting) -> tuple[object, ...]:
    return (
        posting.account, posting.currency, posting.minor,
        str(posting.campaign or ""), str(posting.gift or ""), str(posting.pool or ""),
    )  # fmt: skip


def _counted(postings: Sequence[Posting]) -> list[Posting]:
    return [posting for posting in postings if posting.minor]


_ENTER = (
    insert(LedgerEntry)
    .values({
        name: bindparam(name)
        for name in ("tenant_id", "id", "ref", "kind", "at", "booked_at", "size", "note", "reverses")
    })
    .on_conflict_do_nothing(index_elements=["tenant_id", "ref"])
    .returning(col(LedgerEntry.id))
)  # fmt: skip
_POST = text(
    "INSERT INTO ledger_posting (tenant_id, id, entry_id, account, minor, currency, campaign, gift, pool) "
    "SELECT :tenant, id, :entry, account, minor, currency, campaign, gift, pool "
    "FROM unnest(:ids, :accounts, :minors, :currencies, :campaigns, :gifts, :pools) "
    "AS posting (id, account, minor, currency, campaign, gift, pool)"
).bindparams(
    bindparam("tenant", type_=PGUUID()),
    bindparam("entry", type_=PGUUID()),
    bindparam("minors", type_=ARRAY(BIGINT)),
    *(bindparam(name, type_=ARRAY(TEXT)) for name in ("accounts", "currencies")),
    *(bindparam(name, type_=ARRAY(PGUUID())) for name in ("ids", "campaigns", "gifts", "pools")),
)


def check(entry: Entry) -> list[Posting]:
    """The postings that count. Raises ValueError unless they sum to zero in each currency on accounts of the chart."""
    postings = _counted(entry.postings)
    if not postings:
        raise ValueError(f"{entry.ref}: there is nothing to book")
    if entry.at.tzinfo is None:
        raise ValueError(f"{entry.ref}: a point in time without a zone is none")
    if not (entry.ref and entry.kind):
        raise ValueError("an entry has a reference and a kind")
    sums: dict[str, int] = {}
    for posting in postings:
        account(posting.account)
        if type(posting.minor) is not int:
            raise ValueError(f"{entry.ref}: minor units are whole, not {posting.minor!r}")
        sums[posting.currency] = sums.get(posting.currency, 0) + posting.minor
    if off := {currency: minor for currency, minor in sums.items() if minor}:
        raise ValueError(f"{entry.ref}: the postings don't sum to zero: {off}")
    return postings


async def book(session: Session, entry: Entry) -> UUID:
    """Enter it into the books of the tenant in scope; returns its id.

    Booked again, also at the same moment by somebody else, it is the entry that there is. Postings of nought are left
    out. Raises Conflict when something else stands under its reference, ValueError when it isn't zero-sum, knows no
    account or has no posting at all.
    """
    postings = check(entry)
    key, tenant = new_id(), current_tenant()
    made = await session.execute(
        _ENTER,
        {
            "tenant_id": tenant, "id": key, "ref": entry.ref, "kind": entry.kind, "at": entry.at, "booked_at": now(),
            "size": len(postings), "note": entry.note, "reverses": entry.reverses,
        },
    )  # fmt: skip
    if made.scalar() is None:
        return await _same(session, entry)
    await session.execute(
        _POST,
        {
            "tenant": tenant,
            "entry": key,
            "ids": [new_id() for _ in postings],
            "accounts": [posting.account for posting in postings],
            "minors": [posting.minor for posting in postings],
            "currencies": [posting.currency for posting in postings],
            "campaigns": [posting.campaign for posting in postings],
            "gifts": [posting.gift for posting in postings],
            "pools": [posting.pool for posting in postings],
        },
    )
    return key


async def _same(session: Session, entry: Entry) -> UUID:
    """The id of what stands under the entry's reference. Raises Conflict unless it is the same."""
    row = (await session.exec(select(LedgerEntry).where(LedgerEntry.ref == entry.ref))).one()
    if (await as_booked(session, row)).content() != entry.content():
        raise Conflict(_("Something else is already in the books as %(ref)s. Nothing was booked."), ref=entry.ref)
    return row.id


async def as_booked(session: Session, row: LedgerEntry) -> Entry:
    """A row of the books as the entry that it was made of, its postings in the order in which they were written."""
    return Entry(row.ref, row.kind, row.at, await postings_of(session, row.id), row.note, row.reverses)


async def postings_of(session: Session, entry: UUID) -> list[Posting]:
    """An entry's postings in the order in which they were written."""
    found = select(LedgerPosting).where(LedgerPosting.entry_id == entry).order_by(col(LedgerPosting.id))
    return [
        Posting(row.account, row.minor, row.currency, row.campaign, row.gift, row.pool)
        for row in await session.exec(found)
    ]


async def entry_of(session: Session, key: UUID) -> LedgerEntry:
    """The entry of this id. Raises NotFound."""
    row = (await session.exec(select(LedgerEntry).where(LedgerEntry.id == key))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def reverse(session: Session, entry: UUID, *, ref: str, at: datetime, note: str = "") -> UUID:
    """Take an entry back by one that is its opposite; returns the new one's id.

    Asked again under the same `ref`, it is the reversal that there is. Raises NotFound without such an entry, Conflict
    when it has been taken back under another reference.
    """
    row = await entry_of(session, entry)
    opposite = [
        Posting(each.account, -each.minor, each.currency, each.campaign, each.gift, each.pool)
        for each in await postings_of(session, entry)
    ]
    await session.execute(_LOCK, {"key": f"{current_tenant()}:{entry}"})
    held = (await session.exec(select(LedgerEntry.ref).where(LedgerEntry.reverses == entry))).one_or_none()
    if held is not None and held != ref:
        raise Conflict(_("This entry has been taken back already, as %(ref)s."), ref=held)
    return await book(session, Entry(ref, f"{row.kind}.reversed", at, opposite, note, entry))


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('books.reverse:' || :key, 0))")
