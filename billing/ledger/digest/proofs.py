"""What a donor is shown: the entries about their gift, and the way from each to the digest of its day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from billing.ledger.digest.leaves import Leaf, leaves_of, leaves_of_gift
from billing.ledger.digest.tree import Step, proof_of
from billing.ledger.models import LedgerDay
from infra.database import Session
from infra.errors import NotFound
from tenants.profile.models import Profile

PAGE = 30


def wanted(row: Profile) -> bool:
    """Whether the hotline wants its books to be checked in public; it does unless it has said otherwise."""
    return bool(row.defaults.get("books_page", True))


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry, its day's digest (None until the day is closed) and the steps that lead there."""

    leaf: Leaf
    day: LedgerDay | None
    steps: Sequence[Step]

    def told(self) -> dict[str, Any]:
        """As programs read it."""
        return {
            "day": self.leaf.day.isoformat(),
            "entry": self.leaf.content.decode(),
            "steps": [(side, beside.hex()) for side, beside in self.steps],
            "root": self.day.root if self.day else None,
        }


async def proofs_of_gift(session: Session, gift: UUID) -> list[Proof]:
    """Every entry about one gift, oldest first. Raises NotFound when the books know of none."""
    found = await leaves_of_gift(session, gift)
    if not found:
        raise NotFound
    days = {leaf.day for leaf in found}
    closed = {row.day: row for row in await session.exec(select(LedgerDay).where(col(LedgerDay.day).in_(days)))}
    trees = {day: [leaf.hash for leaf in await leaves_of(session, day)] for day in closed}
    return [
        Proof(leaf, closed.get(leaf.day), proof_of(trees[leaf.day], leaf.hash) if leaf.day in closed else [])
        for leaf in found
    ]


async def closed_days(session: Session, *, before: date | None = None) -> tuple[list[LedgerDay], date | None]:
    """A page of closed days, newest first, and before which day the next page begins, if there is one."""
    found = select(LedgerDay).order_by(col(LedgerDay.day).desc()).limit(PAGE + 1)
    if before is not None:
        found = found.where(LedgerDay.day < before)
    rows = list(await session.exec(found))
    return rows[:PAGE], rows[PAGE - 1].day if len(rows) > PAGE else None


async def whole_chain(session: Session) -> list[dict[str, str]]:
    """Every closed day, oldest first, as programs read it."""
    rows = await session.exec(select(LedgerDay).order_by(col(LedgerDay.day)))
    return [{"day": row.day.isoformat(), "root": row.root, "chain": row.chain} for row in rows]
