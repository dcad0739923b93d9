"""The letters to those who lead a hotline: callers don't get through on a line, and that they do again."""

from sqlmodel import col, select

from hark.watch.models import LineTrouble
from infra.clock import now
from infra.database import Session
from infra.mail import send
from infra.scope import current_tenant
from infra.settings import settings
from infra.web import gettext as _
from infra.web import speaking
from infra.web.pages import localtime
from tenants.directory.service import tenant_by_id
from tenants.lines.models import Line
from tenants.members.access import LEADS
from tenants.members.models import Account, Member
from tenants.problems import _ as mark

REASONS = {
    "stuck": mark("The call stood still: nothing led it on."),
    "late": mark("The call took longer than your flow promises."),
    "broken": mark("The flow led nowhere."),
    "no_answer": mark("The number didn't answer."),
    "failed": mark("The number couldn't be dialled."),
}


async def tell_trouble(session: Session, row: LineTrouble) -> None:
    """A line doesn't keep its promise."""
    tenant = await tenant_by_id(session, current_tenant())
    line = await _line(session, row)
    for member, address in await _leads(session):
        with speaking((member.languages or tenant.languages)[0]):
            subject = _("%(name)s: callers don't get through on “%(line)s”", name=tenant.name, line=line)
            text = _(
                "Since %(since)s two simulated calls in a row didn't get to anybody on “%(line)s”. %(reason)s\n\nWhat "
                "you can do: call the line yourself, look at your flow, and tell whoever runs this platform. You get "
                "another letter when calls get through again.\n\n%(base)s/o/%(slug)s",
                since=localtime(row.since, tenant.zone, "short"),
                line=line,
                reason=_(REASONS.get(row.reason, "")) if row.reason in REASONS else "",
                base=settings().base_url,
                slug=tenant.slug,
            )
        await send(session, to=address, subject=subject, text=text)


async def tell_over(session: Session, row: LineTrouble) -> None:
    """Callers get through again."""
    tenant = await tenant_by_id(session, current_tenant())
    line = await _line(session, row)
    minutes = max(1, round(((row.over_at or now()) - row.since).total_seconds() / 60))
    for member, address in await _leads(session):
        with speaking((member.languages or tenant.languages)[0]):
            subject = _("%(name)s: callers get through again on “%(line)s”", name=tenant.name, line=line)
            text = _(
                "A simulated call got through on “%(line)s” again. The trouble lasted about %(minutes)s minutes.",
                line=line,
                minutes=minutes,
            )
        await send(session, to=address, subject=subject, text=text)


async def _line(session: Session, row: LineTrouble) -> str:
    return (await session.exec(select(Line.name).where(Line.id == row.line_id))).one()


async def _leads(session: Session) -> list[tuple[Member, str]]:
    """Owners and admins with their addresses."""
    found = (
        select(Member, Account)
        .join(Account, col(Account.id) == Member.account_id)
        .where(col(Member.role).in_(LEADS), col(Member.left_at).is_(None))
        .order_by(col(Member.id))
    )
    return [(member, account.email) for member, account in await session.exec(found)]
