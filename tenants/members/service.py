"""Accounts, memberships and teams."""

from dataclasses import dataclass
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlmodel import col, select

from infra.database import Session, unit_of_work
from infra.errors import Invalid, NotFound
from infra.scope import account_scope
from infra.vault import platform_fingerprint, seal_platform
from tenants.directory.models import Tenant
from tenants.members.models import Account, Member, Team, TeamMember


@dataclass(frozen=True, slots=True)
class Membership:
    """A hotline that an account belongs to."""

    tenant: Tenant
    member: Member


def normal_email(email: str) -> str:
    """The address in its normal form. Raises Invalid when it isn't one."""
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise Invalid("This doesn't look like an e-mail address.", field="email") from None


def email_hash(email: str) -> bytes:
    """The keyed hash by which an account is found."""
    return platform_fingerprint("email", email)


async def account_by_email(session: Session, email: str) -> Account | None:
    """The account with this (normal) address, if any."""
    found = select(Account).where(Account.email_hash == email_hash(email))
    return (await session.exec(found)).one_or_none()


async def create_account(session: Session, email: str, password_hash: str) -> Account:
    """A new account."""
    account = Account(
        email_hash=email_hash(email), email_sealed=seal_platform(email.encode()), password_hash=password_hash
    )
    session.add(account)
    await session.flush()
    return account


async def memberships(account: UUID) -> list[Membership]:
    """Every hotline that an account belongs to, found under the account's own scope."""
    with account_scope(account):
        async with unit_of_work() as session:
            found = (
                select(Tenant, Member)
                .join(Member, col(Member.tenant_id) == Tenant.id)
                .where(Member.account_id == account, col(Member.left_at).is_(None), Tenant.status != "closed")
                .order_by(Tenant.name)
            )
            return [Membership(tenant, member) for tenant, member in await session.exec(found)]


async def member_of_account(session: Session, account: UUID) -> Member | None:
    """The account's place in the tenant in scope, if it has one."""
    found = select(Member).where(Member.account_id == account, col(Member.left_at).is_(None))
    return (await session.exec(found)).one_or_none()


async def member(session: Session, key: UUID) -> Member:
    """A member of the tenant in scope. Raises NotFound."""
    row = (await session.exec(select(Member).where(Member.id == key))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def members(session: Session) -> list[Member]:
    """Everybody in the tenant in scope who hasn't left."""
    found = select(Member).where(col(Member.left_at).is_(None)).order_by(Member.name)
    return list(await session.exec(found))


async def team(session: Session, key: str) -> Team:
    """The team that flows call `key`. Raises NotFound."""
    row = (await session.exec(select(Team).where(Team.key == key))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def add_to_team(session: Session, team_row: Team, member_row: Member) -> None:
    """Put a member at the end of a team's order, unless they are in it."""
    rows = (await session.exec(select(TeamMember).where(TeamMember.team_id == team_row.id))).all()
    if all(row.member_id != member_row.id for row in rows):
        session.add(TeamMember(team_id=team_row.id, member_id=member_row.id, place=len(rows)))
        await session.flush()


async def add_member(session: Session, account: UUID, name: str, role: str, *, languages: list[str]) -> Member:
    """An account's place in the tenant in scope: made, or taken up again by somebody who had left."""
    row = (await session.exec(select(Member).where(Member.account_id == account))).one_or_none()
    if row is None or row.left_at is not None:
        row = row or Member(account_id=account, name=name, role=role)
        row.name, row.role, row.languages, row.left_at = name, role, languages, None
        session.add(row)
        await session.flush()
    return row


async def owner(session: Session) -> Member:
    """The first of the owners of the tenant in scope. Raises NotFound while there is none."""
    found = select(Member).where(Member.role == "owner", col(Member.left_at).is_(None)).order_by(col(Member.id))
    row = (await session.exec(found)).first()
    if row is None:
        raise NotFound
    return row


async def team_keyed(session: Session, key: str, name: str) -> Team:
    """The team that flows call `key`, made when there is none."""
    row = (await session.exec(select(Team).where(Team.key == key))).one_or_none()
    if row is None:
        row = Team(key=key, name=name)
        session.add(row)
        await session.flush()
    return row
