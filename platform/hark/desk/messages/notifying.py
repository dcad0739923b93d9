"""Writes to those who wish it that a caller left something: that it is there, and nothing of what it says."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from hark.desk.messages.models import MailWish
from hark.desk.messages.service import TABLES
from hark.switchboard.waiting import TELL
from infra.database import Session
from infra.jobs import job
from infra.mail import send
from infra.scope import current_tenant
from infra.settings import settings
from infra.web import gettext as _
from infra.web import speaking
from tenants.directory.service import tenant_by_id
from tenants.members.access import ANSWERS
from tenants.members.models import Account, Member


async def wish_of(session: Session, member: UUID) -> MailWish:
    """What a member wants letters about; nothing where they never said."""
    return (await session.exec(select(MailWish).where(MailWish.id == member))).one_or_none() or MailWish(id=member)


async def wish(session: Session, member: UUID, kind: str, *, wanted: bool) -> None:
    """Want letters about new messages of this kind (`voicemail`, `callback`), or no longer."""
    wishes = {"voicemails": False, "callbacks": False, f"{kind}s": wanted}
    made = insert(MailWish).values(tenant_id=current_tenant(), id=member, **wishes)
    await session.execute(made.on_conflict_do_update(index_elements=["tenant_id", "id"], set_={f"{kind}s": wanted}))


@job(TELL)
async def tell(session: Session, kind: str, key: str) -> None:
    """Write to everybody who wants to know; nobody is written to about what a colleague has taken on meanwhile."""
    table = TABLES.get(kind)
    if table is None:
        return
    found = select(table.id).where(table.id == UUID(key), col(table.status) == "new")
    if (await session.exec(found)).first() is None:
        return
    tenant = await tenant_by_id(session, current_tenant())
    wishes = col(MailWish.voicemails if kind == "voicemail" else MailWish.callbacks)
    readers = (
        select(Member, Account)
        .join(MailWish, (col(MailWish.tenant_id) == Member.tenant_id) & (col(MailWish.id) == Member.id))
        .join(Account, col(Account.id) == Member.account_id)
        .where(wishes.is_(True), col(Member.left_at).is_(None), col(Member.role).in_(ANSWERS))
        .order_by(col(Member.id))
    )
    for member, account in (await session.exec(readers)).all():
        with speaking(member.languages[0] if member.languages else tenant.languages[0]):
            said, where = _words(kind)
            text = _(
                "%(said)s\n\nIt waits here: %(base)s/o/%(slug)s/%(where)s\n\nWhat it says isn't in this letter. You "
                "can turn these letters off on the same page.",
                said=said,
                base=settings().base_url,
                slug=tenant.slug,
                where=where,
            )
            await send(session, to=account.email, subject=f"{tenant.name}: {said}", text=text)


def _words(kind: str) -> tuple[str, str]:
    if kind == "voicemail":
        return _("A caller left a voice message."), "voicemails"
    return _("A caller asked to be called back."), "callbacks"
