"""A hotline's life drawn at random: who called and gave in which month, what was given back, entered late, spent."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st

from billing.giving.models import Donor, Gift
from billing.ledger import Entry, Posting, book
from billing.openness import counting
from billing.openness.counting import Answered
from infra.database import Session
from infra.ids import new_id

FIRST = date(2025, 11, 1)
PEOPLE = 12


def start(month: int) -> datetime:
    """When the month with this number begins; they are 30 to 31 days apart, and all in UTC."""
    years, months = divmod(FIRST.month - 1 + month, 12)
    return datetime(FIRST.year + years, months + 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Month:
    """Callers by number, whether each telephoned; givers by number with what they gave, below nought if they had it
    back; and how many days late each gift was entered; what people cost."""

    callers: list[tuple[int, bool]]
    gifts: list[tuple[int, int, int]]
    cost: int


months = st.builds(
    Month,
    st.lists(st.tuples(st.integers(0, PEOPLE), st.sampled_from([True, False, False, False])), max_size=14),
    st.lists(
        st.tuples(st.integers(0, PEOPLE), st.integers(-50, 400).filter(bool), st.sampled_from([0, 0, 0, 25, 70])),
        max_size=9,
    ),
    st.integers(1, 300),
)
histories = st.lists(months, min_size=2, max_size=9)


@dataclass
class Life:
    """Plays a history in the tenant in scope, day by day, and remembers what a posting is really about."""

    history: list[Month]
    donors: dict[int, UUID] = field(default_factory=dict)
    booked: list[tuple[datetime, date, int, int]] = field(default_factory=list)
    """(when it happened, when it was entered, who gave, how much)"""

    async def answered(self, _session: Session, since: datetime, until: datetime) -> Answered:
        """What the hotline would count."""
        found = [each for place, month in enumerate(self.history) if since <= start(place) < until
                 for each in month.callers]  # fmt: skip
        return Answered(len(found), len({who for who, _phone in found}), len({who for who, phone in found if phone}))

    def due(self) -> dict[datetime, list[tuple[datetime, int, int]]]:
        """Moment of entering → what is entered then: when it happened, who, how much."""
        made: dict[datetime, list[tuple[datetime, int, int]]] = {}
        for place, month in enumerate(self.history):
            for number, (who, minor, late) in enumerate(month.gifts):
                at = start(place) + timedelta(days=3 + number)
                made.setdefault(at + timedelta(days=late), []).append((at, who, minor))
        return dict(sorted(made.items()))

    async def give(self, session: Session, entered: datetime, at: datetime, who: int, minor: int) -> None:
        """Book a gift, or that it was given back, of whoever this is."""
        if who not in self.donors:
            donor = Donor(hash=who.to_bytes(2), sealed=b"", language="en")
            session.add(donor)
            await session.flush()
            self.donors[who] = donor.id
        gift = Gift(
            ticket=str(uuid4()), donor=self.donors[who], currency="EUR", amount_minor=abs(minor), sealed=b"",
            language="en", state="paid", paid_at=at,
        )  # fmt: skip
        session.add(gift)
        await session.flush()
        income = "gifts" if minor > 0 else "refunds"
        lines = (Posting("bank", minor, "EUR", gift=gift.id), Posting(income, -minor, "EUR", gift=gift.id))
        await book(session, Entry(f"gift:{gift.id}", "charge", at, lines))
        self.booked.append((at, entered.date(), who, minor))

    async def spend(self, session: Session, place: int) -> None:
        """Book what a month cost, in its first days: its people, and a hundredth for each call on the telephone."""
        month = self.history[place]
        lines = [Posting("cost.people", month.cost, "EUR"), Posting("bank", -month.cost, "EUR")]
        if calls := sum(phone for _who, phone in month.callers):
            lines += [Posting("cost.minutes", calls, "EUR"), Posting("payable", -calls, "EUR")]
        await book(session, Entry(f"cost:{new_id()}", "cost", start(place) + timedelta(days=2), lines))


@contextmanager
def counted_by(life: Life) -> Iterator[None]:
    """Let this life say how many were answered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "_counters", [life.answered])
        yield
