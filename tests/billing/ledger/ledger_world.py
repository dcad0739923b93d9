"""Books to try things on: one of nobody's, so that no test meets another's entries; and entries drawn at random."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from billing.ledger import Entry, Posting
from infra.ids import new_id
from infra.scope import tenant_scope

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
CAMPAIGNS = (None, UUID(int=11), UUID(int=12))
POOLS = (None, None, UUID(int=21))
ACCOUNTS = ("processor", "bank", "gifts", "refunds", "processor_fees", "pool", "cost.minutes")


@contextmanager
def new_books() -> Iterator[UUID]:
    """The scope of a tenant whose books are empty."""
    tenant = new_id()
    with tenant_scope(tenant):
        yield tenant


def gift(ref: str = "txn:1", minor: int = 1000, at: datetime = NOON, currency: str = "EUR", **of: UUID) -> Entry:
    """A gift of so much, of which the processor keeps three in a hundred."""
    fee = minor * 3 // 100
    parts = (("processor", minor - fee), ("processor_fees", fee), ("gifts", -minor))
    return Entry(ref, "charge", at, tuple(Posting(account, part, currency, **of) for account, part in parts))


@st.composite
def postings(draw: st.DrawFn) -> tuple[Posting, ...]:
    """Two to five in one currency or two, that sum to zero in each."""
    made: list[Posting] = []
    for currency in draw(st.sampled_from([("EUR",), ("JPY",), ("EUR", "CNY")])):
        minors = draw(st.lists(st.integers(1, 10**9).map(lambda n: n * (-1) ** (n % 2)), min_size=1, max_size=4))
        if sum(minors):
            minors.append(-sum(minors))
        else:
            minors += [7, -7]
        made += [
            Posting(
                draw(st.sampled_from(ACCOUNTS)),
                minor,
                currency,
                campaign=draw(st.sampled_from(CAMPAIGNS)),
                pool=draw(st.sampled_from(POOLS)),
            )
            for minor in minors
        ]
    return tuple(made)


@st.composite
def entries(draw: st.DrawFn, most: int = 8) -> list[Entry]:
    """Entries with references of their own, within two weeks."""
    drawn = draw(st.lists(postings(), min_size=1, max_size=most))
    return [
        Entry(f"txn:{place}", "charge", NOON + timedelta(hours=draw(st.integers(-170, 170)), seconds=place), each)
        for place, each in enumerate(drawn)
    ]


def added_up(made: list[Entry], before: datetime | None = None) -> dict[tuple[str, str], int]:
    """(account, currency) → what the entries come to, reckoned in the plainest way."""
    found: dict[tuple[str, str], int] = {}
    for entry in made:
        for posting in entry.postings:
            if before is None or entry.at < before:
                key = (posting.account, posting.currency)
                found[key] = found.get(key, 0) + posting.minor
    return found
