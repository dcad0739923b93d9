"""A donor's row opened: their name, their address, and how they are found by it."""

import json
from dataclasses import dataclass

from sqlmodel import select

from billing.giving.models import Donor
from infra.database import Session
from infra.vault import fingerprint, unseal


@dataclass(frozen=True, slots=True)
class Known:
    """What a hotline keeps of a donor beside their gifts, each "" where nothing is known."""

    name: str = ""
    email: str = ""


async def known(session: Session, donor: Donor) -> Known:
    """Open what is sealed."""
    said = json.loads(await unseal(session, donor.sealed))
    return Known(said.get("name", ""), said.get("email", ""))


async def by_email(session: Session, email: str) -> Donor | None:
    """The donor of this (normal) address."""
    hashed = await fingerprint(session, "donor", email)
    return (await session.exec(select(Donor).where(Donor.hash == hashed))).one_or_none()
