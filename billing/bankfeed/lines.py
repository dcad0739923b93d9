"""Keeps the lines of statements, each once: sealed, known again by a keyed hash."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.bankfeed.models import BankAccount, BankFile, BankLine
from billing.bankfeed.reading.mapping import Read
from billing.bankfeed.reading.table import plain
from billing.giving.models import Gift
from infra.database import Session
from infra.errors import NotFound
from infra.ids import new_id
from infra.scope import current_tenant
from infra.vault import fingerprint, seal, unseal

BATCH = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What a line says, each "" where it says nothing: who is on the other side, what it is for, the number of their
    account, the bank's own word for it."""

    payer: str = ""
    reference: str = ""
    number: str = ""
    words: str = ""

    @property
    def who(self) -> str:
        """By what one calls the line."""
        return self.payer or self.reference or self.words


async def told_of(session: Session, row: BankLine) -> Told:
    """Open what was sealed with a line."""
    return Told(**json.loads(await unseal(session, row.sealed)))


async def payer_hash(session: Session, told: Told) -> bytes | None:
    """By what a payer's other lines are found: their account's number, else their name, else what they write."""
    by = told.number or plain(told.payer) or plain(told.reference)
    return await fingerprint(session, "bank-payer", by) if by else None


async def keep(session: Session, file: BankFile, account: BankAccount, lines: Sequence[Read]) -> int:
    """Add those lines of a file that aren't there yet; how many that were."""
    hashes = await _hashes(session, account.id, lines)
    seen = await _seen_elsewhere(session, account.id, lines, set(hashes))
    fresh = 0
    for start in range(0, len(lines), BATCH):
        rows = []
        for line, known in zip(lines[start : start + BATCH], hashes[start : start + BATCH], strict=True):
            told = Told(line.payer, line.reference, line.number, line.words)
            rows.append(
                {
                    "tenant_id": current_tenant(), "id": new_id(), "account": account.id, "file": file.id,
                    "day": line.day, "minor": line.minor, "currency": line.currency, "hash": known,
                    "sealed": await seal(session, json.dumps(asdict(told), ensure_ascii=False).encode()),
                    "payer": await payer_hash(session, told), "state": "waiting", "turn": 0,
                    "doubt": (line.day, line.minor, line.currency) in seen,
                }
            )  # fmt: skip
        new = insert(BankLine).values(rows).on_conflict_do_nothing(index_elements=["tenant_id", "hash"])
        fresh += len((await session.execute(new.returning(col(BankLine.id)))).all())
    return fresh


async def _hashes(session: Session, account: UUID, lines: Sequence[Read]) -> list[bytes]:
    """What each line is known again by. Of several that are alike on one day each has its number: whichever file they
    come in, the bank lists them all."""
    counted: Counter[tuple[object, ...]] = Counter()
    made = []
    for line in lines:
        said = (line.day.isoformat(), line.minor, line.currency, plain(line.payer), plain(line.reference))
        counted[said] += 1
        named = json.dumps([str(account), *said, counted[said]], ensure_ascii=False)
        made.append(await fingerprint(session, "bank-line", named))
    return made


async def _seen_elsewhere(
    session: Session, account: UUID, lines: Sequence[Read], hashes: set[bytes]
) -> set[tuple[date, int, str]]:
    """Day and amount of lines that are there from other files in words that this file doesn't have."""
    if not lines:
        return set()
    days = [line.day for line in lines]
    columns = (col(BankLine.day), col(BankLine.minor), col(BankLine.currency), col(BankLine.hash))
    found = select(*columns).where(BankLine.account == account, BankLine.day >= min(days), BankLine.day <= max(days))
    return {(day, minor, code) for day, minor, code, known in await session.exec(found) if bytes(known) not in hashes}


async def forget_words(session: Session, donor: UUID) -> None:
    """Forget who paid the lines that were this donor's gifts, by name, number and words; day and amount stay, and so
    does what knows the line again when its file is brought once more."""
    gifts = select(Gift.id).where(Gift.donor == donor)
    for row in await session.exec(select(BankLine).where(col(BankLine.subject).in_(gifts))):
        told = Told(words=(await told_of(session, row)).words)
        row.sealed, row.payer = await seal(session, json.dumps(asdict(told), ensure_ascii=False).encode()), None
        session.add(row)
    await session.flush()


async def line_of(session: Session, key: UUID, *, lock: bool = False) -> BankLine:
    """One line. Raises NotFound, also for another hotline's."""
    found = select(BankLine).where(BankLine.id == key)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    row = (await session.exec(found)).one_or_none()
    if row is None:
        raise NotFound
    return row
