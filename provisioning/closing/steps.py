"""The steps of closing. Until the rows are deleted each can be taken back; from there on there is only forward."""

from uuid import UUID

from sqlalchemy import delete, text, update
from sqlmodel import col, select

from billing.monthly.closing import end_all
from billing.processor.models import Payee, ProcessorEvent
from infra.clock import now
from infra.database import Session
from infra.jobs import Job
from infra.realtime import announce
from infra.vault import destroy_key
from provisioning.closing import letters
from provisioning.closing.archive import discard_files
from provisioning.closing.exports import build
from provisioning.closing.models import Export
from provisioning.closing.tables import KEPT, tenant_tables
from provisioning.numbers.models import Port
from provisioning.numbers.service import release, take_again
from provisioning.review.evidence import discard
from provisioning.signup.models import Application
from provisioning.steps.step import Kept, Run, Step, nothing, register
from tenants.directory.models import Host
from tenants.directory.service import tenant_by_id
from tenants.members.models import Member
from tenants.problems import _


async def hang_up(session: Session, tenant: UUID) -> Kept:
    """Take the line off: neither callers nor staff find the hotline any more."""
    row = await tenant_by_id(session, tenant)
    before, row.status = row.status, "closing"
    return {"status": before}


async def pick_up(session: Session, tenant: UUID, kept: Kept) -> None:
    (await tenant_by_id(session, tenant)).status = kept["status"]


async def keep_export(session: Session, tenant: UUID) -> None:
    """See that whoever closes the hotline has everything it held, as it stands now that nothing is added any more."""
    found = select(Export).where(Export.tenant == tenant, col(Export.closing_at).is_not(None))
    await build(session, (await session.exec(found.order_by(col(Export.id).desc()))).first())


async def free_number(session: Session, tenant: UUID) -> Kept:
    """Give the number back; it rests before anybody else may have it."""
    return dict(await release(session, tenant))


async def regain_number(session: Session, tenant: UUID, kept: Kept) -> None:
    await take_again(session, tenant, kept)


async def drop_hosts(session: Session, tenant: UUID) -> Kept:
    """Let go of the domains."""
    names = list(await session.exec(select(Host.name).where(Host.tenant == tenant)))
    await session.execute(delete(Host).where(col(Host.tenant) == tenant))
    return {"names": names}


async def regain_hosts(session: Session, tenant: UUID, kept: Kept) -> None:
    session.add_all(Host(tenant=tenant, name=name) for name in kept["names"])


async def part(session: Session, tenant: UUID) -> Kept:
    """End everybody's place in the hotline, and tell their open pages."""
    here = list(await session.exec(select(Member.id).where(col(Member.left_at).is_(None))))
    await session.execute(update(Member).where(col(Member.id).in_(here)).values(left_at=now()))
    for member in here:
        announce(session, f"member:{tenant}:{member}", {"type": "revoked"})
    return {"members": [str(member) for member in here]}


async def rejoin(session: Session, _tenant: UUID, kept: Kept) -> None:
    members = [UUID(member) for member in kept["members"]]
    await session.execute(update(Member).where(col(Member.id).in_(members)).values(left_at=None))


async def delete_rows(session: Session, tenant: UUID) -> None:
    """Delete all that the hotline kept: its rows, its files, its application, what is still owed for it. Before that
    monthly gifts end, of which nobody would know any more. Raises Unavailable where they can't be ended just now."""
    await end_all(session)
    for name in await tenant_tables(session):
        if name not in KEPT:
            await session.execute(text(f'DELETE FROM "{name}"'))  # noqa: S608 - a name that the database gave us
    await session.execute(text("SELECT forget_audit()"))
    await session.execute(text("DELETE FROM timer WHERE tenant = :tenant"), {"tenant": tenant})
    await session.execute(delete(Port).where(col(Port.tenant) == tenant))
    await session.execute(delete(Payee).where(col(Payee.tenant) == tenant))
    await session.execute(delete(ProcessorEvent).where(col(ProcessorEvent.tenant) == tenant))
    await session.execute(delete(Job).where(col(Job.tenant) == tenant, col(Job.name) != "provisioning.run"))
    for application in await session.exec(select(Application).where(Application.tenant == tenant)):
        await discard(session, application)
        await session.flush()
        await session.delete(application)
    await discard_files(tenant)


async def leave(session: Session, tenant: UUID) -> None:
    """Leave the directory. The name in addresses stays taken: nobody else is to be reached under it."""
    row = await tenant_by_id(session, tenant)
    row.status, row.closed_at, row.name, row.organisation = "closed", row.closed_at or now(), "", ""


async def destroy(session: Session, _tenant: UUID) -> None:
    """Destroy the key, so that not even a backup's copy of a note can be read."""
    await destroy_key(session)


CLOSE = register(
    Run(
        "close",
        (
            Step("line", _("The line is taken off"), hang_up, pick_up),
            Step("export", _("Your export is complete"), keep_export, nothing),
            Step("number", _("The number goes to rest for 90 days"), free_number, regain_number),
            Step("hosts", _("Its domains are let go"), drop_hosts, regain_hosts),
            Step("people", _("Nobody has access any more"), part, rejoin),
            Step("rows", _("Everything it kept is deleted"), delete_rows, None),
            Step("directory", _("It leaves the directory"), leave, None),
            Step("keys", _("Its key is destroyed"), destroy, None),
        ),
        done=letters.tell_done,
        failed=letters.tell_failed,
    )
)
