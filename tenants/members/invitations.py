"""Invitations: a place in a hotline offered by e-mail, good for seven days and for one person."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import col, select

from infra.clock import now
from infra.database import Session
from infra.errors import Forbidden, Invalid, NotFound
from infra.mail import send
from infra.settings import settings
from infra.vault import open_platform, seal_platform
from infra.web import gettext as _
from tenants.directory.models import Tenant
from tenants.members.access import ANSWERS
from tenants.members.models import ROLES, Account, Invitation, Member
from tenants.members.people import OWNERS_ONLY, set_teams, teams
from tenants.members.service import account_by_email, add_member, email_hash, member_of_account, normal_email

GOOD_FOR = timedelta(days=7)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def invite(session: Session, tenant: Tenant, by: Member, email: str, role: str) -> Invitation:
    """Write to somebody; an earlier invitation to the same address is replaced. Raises Invalid or Forbidden."""
    address = normal_email(email)
    if role not in ROLES:
        raise Invalid("Choose a role.", field="role")
    if role == "owner" and by.role != "owner":
        raise Forbidden(OWNERS_ONLY)
    account = await account_by_email(session, address)
    if account is not None and await member_of_account(session, account.id) is not None:
        raise Invalid("Somebody with this address is here already.", field="email")
    hashed, token = email_hash(address), secrets.token_urlsafe(24)
    await session.execute(
        delete(Invitation).where(col(Invitation.email_hash) == hashed, col(Invitation.used_at).is_(None))
    )
    row = Invitation(
        token_hash=_hash(token),
        email_hash=hashed,
        email_sealed=seal_platform(address.encode()),
        role=role,
        by=by.id,
        until=now() + GOOD_FOR,
    )
    session.add(row)
    await session.flush()
    text = _(
        "%(who)s invites you to %(name)s.\n\nJoin: %(base)s/o/%(slug)s/join/%(token)s\n\nThe link is good for seven "
        "days and for you alone. If you don't know what this is about, do nothing.",
        who=by.name,
        name=tenant.name,
        base=settings().base_url,
        slug=tenant.slug,
        token=token,
    )
    await send(session, to=address, subject=_("You are invited to %(name)s", name=tenant.name), text=text)
    return row


async def open_invitations(session: Session) -> list[Invitation]:
    """The invitations that can still be taken up, the newest first."""
    good = (col(Invitation.used_at).is_(None), Invitation.until > now())
    return list(await session.exec(select(Invitation).where(*good).order_by(col(Invitation.id).desc())))


def address_of(row: Invitation) -> str:
    """Whom it was sent to."""
    return open_platform(row.email_sealed).decode()


async def invitation(session: Session, token: str) -> Invitation:
    """The invitation behind a link, locked. Raises NotFound when it is used, withdrawn or too old."""
    found = select(Invitation).where(
        Invitation.token_hash == _hash(token), col(Invitation.used_at).is_(None), Invitation.until > now()
    )
    row = (await session.exec(found.with_for_update())).one_or_none()
    if row is None:
        raise NotFound("This invitation is used already, withdrawn or older than seven days. Ask for a new one.")
    return row


async def accept(session: Session, row: Invitation, account: Account, name: str, languages: list[str]) -> Member:
    """Take up an invitation; whoever answers calls is in the hotline's first team from now on."""
    if account.email_hash != row.email_hash:
        raise Forbidden("This invitation is for another address.")
    if not name.strip():
        raise Invalid("Write your name, as your colleagues will know you.", field="name")
    made = await add_member(session, account.id, name.strip()[:80], row.role, languages=languages)
    if row.role in ANSWERS:
        await set_teams(session, made.id, [team.id for team in (await teams(session))[:1]])
    row.used_at = now()
    session.add(row)
    return made
