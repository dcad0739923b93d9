"""Forgets a donor: all that is kept of them goes, but for the receipts that law wants kept and the books' figures."""

import json
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select

from billing.bankfeed import lines
from billing.donors.given import hashes_of
from billing.giving.models import Donor, Gift
from billing.monthly.models import MonthlyGift
from billing.monthly.service import stop
from billing.offline.donors import forget_words
from billing.receipts.models import ReceiptYear
from billing.receipts.service import write_to
from infra.database import Session, after_commit
from infra.errors import NotFound
from infra.scope import current_tenant
from infra.storage import store
from infra.vault import seal
from tenants.audit import record

NOTHING = dict.fromkeys(("name", "email", "honour", "message"), "")


async def forget(session: Session, key: UUID, *, member: UUID | None = None) -> None:
    """Forget a donor by the wish of theirs, which `member` carries out, or they themselves. What is given every month
    ends, reminders end, gifts become somebody's. Receipts keep the name on them but lose the address; whoever holds
    the link to one can still read it. Raises NotFound."""
    donor = await session.get(Donor, (current_tenant(), key))
    if donor is None:
        raise NotFound
    running = select(MonthlyGift.id).where(MonthlyGift.donor == key, MonthlyGift.state != "ended")
    for monthly in await session.exec(running):
        await stop(session, monthly, token="forgotten")  # noqa: S106 - names a wish, so that it is carried out once
    await drop_statements(session, await hashes_of(session, key))
    await write_to(session, list(await session.exec(select(Gift.id).where(Gift.donor == key))), "")
    await lines.forget_words(session, key)
    await forget_words(session, key)
    nobodys = {"donor": None, "anonymous": True, "sealed": await seal(session, json.dumps(NOTHING).encode())}
    await session.execute(update(Gift).where(col(Gift.donor) == key).values(**nobodys))
    await session.execute(update(MonthlyGift).where(col(MonthlyGift.donor) == key).values(donor=None))
    await session.execute(delete(Donor).where(col(Donor.id) == key))  # its keys and reminders go with it
    record(session, "donor.forget", member=member, subject=key)


async def drop_statements(session: Session, hashes: list[bytes]) -> None:
    """The links to statements of a year, and the papers themselves once it is done."""
    gone = delete(ReceiptYear).where(col(ReceiptYear.donor_hash).in_(hashes))
    years = (await session.execute(gone.returning(col(ReceiptYear.id)))).scalars().all()
    tenant = current_tenant()

    async def burn() -> None:
        for year in years:
            for name in await store().keys(f"receipts/{tenant}/{year}"):
                await store().delete(name)

    after_commit(session, burn)
