"""Files that somebody brought: looked at, read as they confirm, and forgotten once their lines are kept."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.bankfeed.lines import keep
from billing.bankfeed.models import BankAccount, BankFile, BankLayout
from billing.bankfeed.reading.decode import decode
from billing.bankfeed.reading.guess import guess
from billing.bankfeed.reading.mapping import Mapping, mapping_of, read
from billing.bankfeed.reading.table import Table, table_of
from billing.bankfeed.reading.values import forms_of
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Invalid, NotFound, _
from infra.ids import new_id
from infra.scope import current_tenant
from infra.vault import fingerprint, seal, unseal

LARGEST = 3 * 2**20
UNREAD_KEPT = timedelta(days=7)


async def bring(session: Session, data: bytes, name: str, *, by: UUID | None) -> BankFile:
    """Keep a file until somebody has said how it is read; what was brought a week ago and never read is forgotten.
    Raises Invalid for what is no statement."""
    if not data:
        raise Invalid(_("Choose a file first."), field="file")
    if len(data) > LARGEST:
        raise Invalid(_("That is more than 3 MB. Save a shorter stretch."), field="file")
    table_of(decode(data)[0])
    await session.execute(
        delete(BankFile).where(col(BankFile.state) == "brought", col(BankFile.at) < now() - UNREAD_KEPT)
    )
    known = await fingerprint(session, "bank-file", hashlib.sha256(data).hexdigest())
    row = BankFile(
        sealed_name=await seal(session, name[:200].encode()), sealed=await seal(session, data), hash=known, by=by
    )
    session.add(row)
    await session.flush()
    return row


async def file_of(session: Session, key: UUID, *, lock: bool = False) -> BankFile:
    """One file. Raises NotFound."""
    found = select(BankFile).where(BankFile.id == key)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    row = (await session.exec(found)).one_or_none()
    if row is None:
        raise NotFound
    return row


async def read_before(session: Session, row: BankFile) -> datetime | None:
    """When the very same file was read, if it was."""
    found = select(BankFile.at).where(BankFile.hash == row.hash, BankFile.state == "read").limit(1)
    return (await session.exec(found)).first()


async def table_in(session: Session, row: BankFile, encoding: str = "") -> tuple[Table, str]:
    """The table in a file and what it is written in. Raises Conflict for a file that was read already, Invalid."""
    if row.sealed is None:
        raise Conflict(_("This file was read already. Its lines are kept."))
    text, found = decode(await unseal(session, row.sealed), encoding)
    return table_of(text), found


@dataclass(frozen=True, slots=True)
class Suggestion:
    """How a file seems to be read; `forms` are the orders of a day's parts that fit, `account` whose it was the last
    time. `remembered`: a file with this header was read before."""

    mapping: Mapping
    forms: tuple[str, ...]
    account: UUID | None
    remembered: bool


async def suggestion(session: Session, table: Table) -> Suggestion:
    """As a file with this header was read the last time, else as it looks."""
    found = guess(table)
    held = (await session.exec(select(BankLayout).where(BankLayout.header == table.digest))).one_or_none()
    if held is None or not any(table.header):
        return Suggestion(found.mapping, tuple(found.forms), None, False)
    mapping = mapping_of(held.columns, len(table.header))
    days = [row[mapping.date] for row in table.rows] if mapping.date is not None else []
    forms = forms_of(days)
    sound = mapping.form in forms or not forms
    return Suggestion(
        mapping if sound else found.mapping, (mapping.form,) if sound else tuple(forms), held.account, True
    )


async def accounts(session: Session) -> list[BankAccount]:
    """The organisation's accounts, by name."""
    return list(await session.exec(select(BankAccount).order_by(col(BankAccount.name))))


async def account_named(session: Session, name: str, currency: str) -> BankAccount:
    """The account of this name, made when there is none. Raises Invalid without a name."""
    if not (name := " ".join(name.split())[:80]):
        raise Invalid(_("Choose an account, or give a new one a name, such as its bank's."), field="new_account")
    made = {"tenant_id": current_tenant(), "id": new_id(), "name": name, "currency": currency, "made_at": now()}
    await session.execute(insert(BankAccount).values(made).on_conflict_do_nothing(index_elements=["tenant_id", "name"]))
    return (await session.exec(select(BankAccount).where(BankAccount.name == name))).one()


async def take(session: Session, key: UUID, table: Table, mapping: Mapping, account: BankAccount) -> BankFile:
    """Keep the lines of a file as this mapping reads them, remember the mapping, forget the file. Taken twice, it was
    taken once. Raises Invalid where no row can be read."""
    row = await file_of(session, key, lock=True)
    if row.state == "read":
        return row
    outcome = read(table, mapping, account.currency)
    if not outcome.lines:
        raise Invalid(_("No line can be read like this. Look at the columns again."), field="date")
    row.lines, row.account, row.state, row.sealed = len(outcome.lines), account.id, "read", None
    session.add(row)
    await session.flush()
    row.fresh = await keep(session, row, account, outcome.lines)
    new = insert(BankLayout).values(
        tenant_id=current_tenant(), id=new_id(), header=table.digest, account=account.id, columns=mapping.document(),
        used_at=now(),
    )  # fmt: skip
    later = {"account": new.excluded.account, "columns": new.excluded.columns, "used_at": new.excluded.used_at}
    await session.execute(new.on_conflict_do_update(index_elements=["tenant_id", "header"], set_=later))
    await session.flush()
    return row


async def drop(session: Session, key: UUID) -> None:
    """Forget a file that wasn't read. Raises NotFound, Conflict for one that was."""
    row = await file_of(session, key, lock=True)
    if row.state == "read":
        raise Conflict(_("This file was read already. Its lines are kept."))
    await session.delete(row)
