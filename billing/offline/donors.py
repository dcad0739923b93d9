"""Knows a donor again who came another way than by the page: by e-mail, by bank account, by name and postal address."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.giving.models import Donor, Gift
from billing.offline.facts import facts_of
from billing.offline.models import OfflineGift
from infra.database import Session
from infra.errors import NotFound
from infra.ids import new_id
from infra.scope import current_tenant
from infra.vault import fingerprint, seal, unseal


async def donor_known_by(
    session: Session, *, name: str, email: str, postal: str = "", account: str = "", language: str, at: datetime
) -> UUID | None:
    """The donor's row, made when there is none: found by e-mail, else by the number of their bank account, else by
    name and postal address together. None for whoever left none of these: two of the same name aren't one."""
    if email:
        by = email
    elif account:
        by = f"account:{account}"
    elif name and postal:
        by = f"postal:{' '.join(f'{name} {postal}'.casefold().split())}"
    else:
        return None
    known = json.dumps({"name": name, "email": email}, ensure_ascii=False).encode()
    new = insert(Donor).values(
        tenant_id=current_tenant(), id=new_id(), hash=await fingerprint(session, "donor", by),
        sealed=await seal(session, known), language=language, first_at=at, last_at=at,
    )  # fmt: skip
    later: dict[str, Any] = {
        "first_at": func.least(col(Donor.first_at), new.excluded.first_at),
        "last_at": func.greatest(col(Donor.last_at), new.excluded.last_at),
    }
    if name:
        later["sealed"] = new.excluded.sealed
    made = new.on_conflict_do_update(index_elements=["tenant_id", "hash"], set_=later).returning(col(Donor.id))
    return UUID(str((await session.execute(made)).scalar_one()))


async def name_and_email(session: Session, donor: UUID) -> tuple[str, str]:
    """What a donor is called and where they are written to, each "" where it isn't known. Raises NotFound."""
    row = (await session.exec(select(Donor).where(Donor.id == donor))).one_or_none()
    if row is None:
        raise NotFound
    known = json.loads(await unseal(session, row.sealed))
    return known.get("name", ""), known.get("email", "")


async def forget_words(session: Session, donor: UUID) -> None:
    """Forget who gave what was entered by hand: name, addresses, and whatever was written beside it that may name
    them. What was given in kind, who valued it and who counted cash is the organisation's own and stays."""
    found = select(OfflineGift).join(Gift, col(Gift.id) == col(OfflineGift.id)).where(Gift.donor == donor)
    for row in await session.exec(found):
        facts = await facts_of(session, row.sealed)
        row.sealed = await replace(facts, name="", email="", postal="", purpose="", reference="", why="").sealed(
            session
        )
        session.add(row)
    await session.flush()
