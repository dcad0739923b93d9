"""Writes to those who asked for the link to their page, if they are donors at all; and to new addresses."""

from uuid import UUID

from billing.donors import keys
from billing.donors.models import DonorKey
from billing.giving.donors import by_email, known
from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue, job
from infra.mail import send
from infra.scope import current_tenant
from infra.settings import settings
from infra.vault import seal
from infra.web import gettext as _
from infra.web import language, speaking
from tenants.directory.service import tenant_by_id


@job("donors.letter")
async def write(session: Session, key: str) -> None:
    """The letter that was wished for. To an address that nobody has given from nothing is sent, and it is forgotten."""
    await keys.forget_old(session)
    row = await session.get(DonorKey, (current_tenant(), UUID(key)), with_for_update=True)
    if row is None or row.sealed is None or row.kind not in ("wish", "address"):
        return
    if row.kind == "address":
        await _to_new_address(session, row, await keys.address_in(session, row))
        return
    donor = await by_email(session, await keys.address_in(session, row))
    if donor is None:
        await session.delete(row)
        return
    said = await known(session, donor)
    row.sealed = None
    secret = keys.make(row, "letter", donor.id)
    session.add(row)
    tenant = await tenant_by_id(session, current_tenant())
    with speaking(row.language):
        subject = _("The page of your gifts to %(hotline)s", hotline=tenant.name)
        text = _(
            "%(hello)s\n\nsomebody, you we think, asked for the page of your gifts to %(hotline)s. This link opens it, "
            "once, within %(minutes)s minutes:\n%(link)s\n\nIf it wasn't you, there is nothing to do: without this "
            "letter nobody gets in.\n\n%(hotline)s",
            hello=_("Dear %(name)s,", name=said.name) if said.name else _("Good day,"),
            hotline=tenant.name,
            minutes=int(keys.GOOD_FOR["letter"].total_seconds() // 60),
            link=f"{settings().base_url}/h/{tenant.slug}/my-gifts/enter/{secret}",
        )
    await send(session, to=said.email, subject=subject, text=text)


async def wish_address(session: Session, donor: UUID, email: str) -> None:
    """A donor wants to be written to at this (normal) address: owe a letter there, whose link confirms it."""
    row = DonorKey(
        kind="address", donor=donor, sealed=await seal(session, email.encode()), language=language(),
        expires_at=now() + keys.GOOD_FOR["address"],
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await enqueue(session, "donors.letter", {"key": str(row.id)})


async def _to_new_address(session: Session, row: DonorKey, email: str) -> None:
    if row.hash is not None or row.donor is None:
        return
    secret = keys.make(row, "address", row.donor)
    session.add(row)
    tenant = await tenant_by_id(session, current_tenant())
    with speaking(row.language):
        subject = _("Is this address yours?")
        text = _(
            "Good day,\n\na donor of %(hotline)s wants receipts and letters to come here from now on. If that is you, "
            "confirm it within two hours:\n%(link)s\n\nIf it isn't, leave this letter be: nothing will come here.\n\n"
            "%(hotline)s",
            hotline=tenant.name,
            link=f"{settings().base_url}/h/{tenant.slug}/my-gifts/address/{secret}",
        )
    await send(session, to=email, subject=subject, text=text)
