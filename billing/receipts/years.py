"""A donor's year: the receipts of one donor that stand, and the link under which their statement is found."""

import hashlib
import secrets
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.receipts.facts import Facts, facts_of
from billing.receipts.models import Receipt, ReceiptYear
from billing.receipts.service import donor_hash
from infra.database import Session
from infra.errors import NotFound
from infra.ids import new_id
from infra.scope import current_tenant
from infra.vault import seal


def _standing(year: int) -> list[ColumnElement[bool]]:
    """What a statement counts: the year's receipts that are neither void nor replaced."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    return [col(Receipt.given_on) >= first, col(Receipt.given_on) < after, col(Receipt.state) == "issued"]


async def years(session: Session) -> list[int]:
    """The years from the first gift with a receipt to the newest, newest first."""
    ends = (await session.execute(select(func.min(col(Receipt.given_on)), func.max(col(Receipt.given_on))))).one()
    return list(range(ends[1].year, ends[0].year - 1, -1)) if ends[0] else []


async def donors_of(session: Session, year: int) -> list[bytes]:
    """By their hashes, the donors of a year who can be written to."""
    found = select(Receipt.donor_hash).where(*_standing(year), col(Receipt.donor_hash).is_not(None)).distinct()
    return [donor for donor in await session.exec(found) if donor]


async def year_of(session: Session, donor: bytes, year: int) -> ReceiptYear:
    """A donor's year, made when it is first asked for; its link stays the same."""
    token = secrets.token_urlsafe(24)
    made = {
        "id": new_id(), "tenant_id": current_tenant(), "donor_hash": donor, "year": year,
        "sealed": await seal(session, token.encode()), "token_hash": hashlib.sha256(token.encode()).digest(),
    }  # fmt: skip
    await session.execute(
        insert(ReceiptYear).values(made).on_conflict_do_nothing(index_elements=["tenant_id", "donor_hash", "year"])
    )
    found = select(ReceiptYear).where(ReceiptYear.donor_hash == donor, ReceiptYear.year == year)
    return (await session.exec(found)).one()


async def year_by_token(session: Session, token: str) -> ReceiptYear:
    """The year to which a donor's link leads. Raises NotFound."""
    found = select(ReceiptYear).where(ReceiptYear.token_hash == hashlib.sha256(token.encode()).digest())
    row = (await session.exec(found)).one_or_none()
    if row is None:
        raise NotFound
    return row


async def year_by_id(session: Session, key: UUID) -> ReceiptYear | None:
    """A donor's year by its id."""
    return (await session.exec(select(ReceiptYear).where(ReceiptYear.id == key))).one_or_none()


async def entries_of(session: Session, row: ReceiptYear, email: str = "") -> list[tuple[Receipt, Facts]]:
    """The receipts that a statement lists, in the order of the gifts, with what stands on them: those that are sent to
    `email` by now. Without one, those of whoever has the address that the row is about; else, where they have moved to
    another one, theirs. Two people who had one address after the other are never on one paper."""
    found = select(Receipt).where(Receipt.donor_hash == row.donor_hash, *_standing(row.year))
    rows = await session.exec(found.order_by(col(Receipt.given_on), col(Receipt.number)))
    told = [(each, await facts_of(session, each.sealed)) for each in rows]
    homes = [await donor_hash(session, facts.email) for _row, facts in told]
    home = await donor_hash(session, email) if email else row.donor_hash
    if not email and homes and home not in homes:
        home = homes[-1]
    return [each for each, its in zip(told, homes, strict=True) if its == home]


async def has_moved(session: Session, row: ReceiptYear, facts: Facts) -> bool:
    """Whether a receipt is sent to another address by now than that which the row is about. The row's own link isn't
    told to whoever has moved: it is the next one's who has the address."""
    return await donor_hash(session, facts.email) != row.donor_hash
