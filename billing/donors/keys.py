"""Lets a donor in: a link in a letter that is good once, and the visit it opens, kept apart from staff sessions."""

import hashlib
import secrets
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import col, or_, select

from billing.donors.models import DonorKey
from billing.giving.models import Donor
from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue
from infra.vault import seal, unseal
from infra.web import language

Kind = Literal["wish", "letter", "visit", "address"]
GOOD_FOR: dict[Kind, timedelta] = {
    "wish": timedelta(minutes=30),
    "letter": timedelta(minutes=30),
    "visit": timedelta(hours=1),
    "address": timedelta(hours=2),
}


async def wish(session: Session, email: str) -> None:
    """Somebody asks for the link to their page at this (normal) address. Whether it is a donor's is looked up by a job
    later on: what happens now, and how long it takes, is the same for everybody."""
    row = DonorKey(
        kind="wish",
        sealed=await seal(session, email.encode()),
        language=language(),
        expires_at=now() + GOOD_FOR["wish"],
    )
    session.add(row)
    await session.flush()
    await enqueue(session, "donors.letter", {"key": str(row.id)})


def make(row: DonorKey, kind: Kind, donor: UUID) -> str:
    """Let the row be a key of this kind from now on; its secret, which is seen this once."""
    secret = secrets.token_urlsafe(24)
    row.kind, row.donor, row.hash, row.expires_at = kind, donor, _hash(secret), now() + GOOD_FOR[kind]
    return secret


async def open_visit(session: Session, donor: UUID) -> str:
    """A visit of a donor who was let in; the secret for their browser."""
    row = DonorKey(kind="visit", expires_at=now())
    secret = make(row, "visit", donor)
    session.add(row)
    return secret


async def good(session: Session, kind: Kind, secret: str) -> DonorKey | None:
    """The key with this secret, if it may be used now; it stays usable."""
    return (await session.exec(select(DonorKey).where(*_good(kind, secret)))).one_or_none()


async def spend(session: Session, kind: Kind, secret: str) -> DonorKey | None:
    """Use a key that is good once; None for one that isn't, or isn't any more, however many ask at the same time."""
    spent = update(DonorKey).where(*_good(kind, secret)).values(used_at=now()).returning(col(DonorKey.id))
    key = (await session.execute(spent)).scalar_one_or_none()
    return None if key is None else (await session.exec(select(DonorKey).where(DonorKey.id == key))).one()


async def address_in(session: Session, key: DonorKey) -> str:
    """The address that a key is about."""
    return (await unseal(session, key.sealed or b"")).decode()


async def visitor(session: Session, secret: str) -> Donor | None:
    """The donor whose browser holds this secret."""
    if not secret:
        return None
    found = select(Donor).join(
        DonorKey, (col(DonorKey.tenant_id) == Donor.tenant_id) & (col(DonorKey.donor) == Donor.id)
    )
    return (await session.exec(found.where(*_good("visit", secret)))).one_or_none()


async def leave(session: Session, secret: str) -> None:
    """End a visit."""
    await session.execute(delete(DonorKey).where(col(DonorKey.kind) == "visit", col(DonorKey.hash) == _hash(secret)))


async def lock_out(session: Session, donor: UUID, *, but: str = "") -> None:
    """End every visit of a donor but the one with this secret, and let no letter that is on its way open another."""
    others = or_(col(DonorKey.hash).is_(None), col(DonorKey.hash) != _hash(but))
    await session.execute(delete(DonorKey).where(col(DonorKey.donor) == donor, others))


async def forget_old(session: Session) -> None:
    """Forget keys that open nothing any more, and the addresses that were typed for them."""
    await session.execute(delete(DonorKey).where(col(DonorKey.expires_at) < now()))


def _good(kind: Kind, secret: str) -> list[ColumnElement[bool]]:
    return [
        col(DonorKey.kind) == kind,
        col(DonorKey.hash) == _hash(secret),
        col(DonorKey.used_at).is_(None),
        col(DonorKey.expires_at) > now(),
    ]


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
