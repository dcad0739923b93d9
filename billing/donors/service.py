"""A donor as they know themselves: found by their address, called by their name, reached in their language."""

import json
from dataclasses import asdict, replace

from sqlalchemy import update
from sqlmodel import col, select

from billing.donors.forgetting import drop_statements
from billing.donors.keys import lock_out
from billing.giving.donors import Known, by_email, known
from billing.giving.models import Donor, Gift
from billing.receipts.service import donor_hash, plain, write_to
from billing.reminders.models import GiftReminder
from infra.database import Session
from infra.errors import Conflict, Invalid
from infra.errors import _ as sentence
from infra.mail import send
from infra.scope import current_tenant
from infra.settings import settings
from infra.vault import fingerprint, seal
from infra.web import gettext as _
from infra.web import speaking
from tenants.directory.service import tenant_by_id

LONGEST_NAME = 120


async def describe(session: Session, donor: Donor, *, name: str, language: str) -> None:
    """Let a donor be called and written to otherwise from now on. Receipts keep the name that they were issued for.
    Raises Invalid."""
    if len(name.strip()) > LONGEST_NAME:
        raise Invalid(sentence("That is too long. Shorten it to 120 characters."), field="name")
    await _keep(session, donor, replace(await known(session, donor), name=plain(name) or ""))
    donor.language = language
    mine = update(GiftReminder).where(col(GiftReminder.donor) == donor.id)
    await session.execute(mine.values(language=language))


async def move(session: Session, donor: Donor, email: str, *, visit: str = "") -> None:
    """Write to a donor at this (normal) address from now on, which they have shown to be theirs; other visits than
    that with the secret `visit` end. Raises Conflict for an address that has gifts of its own."""
    if (other := await by_email(session, email)) is not None and other.id != donor.id:
        raise Conflict(sentence("This address has a page of its own already. Nothing was changed."))
    said = await known(session, donor)
    donor.hash = await fingerprint(session, "donor", email)
    await _keep(session, donor, replace(said, email=email))
    if left := await donor_hash(session, said.email):
        await drop_statements(session, [left])  # whoever has that address next gets links of their own
    await write_to(session, list(await session.exec(select(Gift.id).where(Gift.donor == donor.id))), email)
    await lock_out(session, donor.id, but=visit)
    if said.email and said.email != email:
        await _tell_the_old(session, said.email, donor.language)


async def _tell_the_old(session: Session, email: str, spoken: str) -> None:
    """Say at the address that was left that it was: else whoever sits at an open page could take it unnoticed."""
    tenant = await tenant_by_id(session, current_tenant())
    with speaking(spoken):
        subject = _("Letters of %(hotline)s go to another address", hotline=tenant.name)
        text = _(
            "Good day,\n\nreceipts and letters of %(hotline)s go to another address from now on, which was confirmed "
            "there. If that was you, there is nothing to do. If it wasn't, write to %(organisation)s: %(page)s\n\n"
            "%(hotline)s",
            hotline=tenant.name,
            organisation=tenant.organisation,
            page=f"{settings().base_url}/h/{tenant.slug}",
        )
    await send(session, to=email, subject=subject, text=text)


async def _keep(session: Session, donor: Donor, said: Known) -> None:
    donor.sealed = await seal(session, json.dumps(asdict(said), ensure_ascii=False).encode())
    session.add(donor)
    await session.flush()
