"""Who may enter: fetches tenant and member in one call and answers 404 to strangers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from starlette.requests import HTTPConnection

from infra.database import Session, unit_of_work
from infra.errors import Forbidden, NotFound, SignInNeeded
from infra.scope import no_scope, tenant_scope
from infra.web.sessions import SignedIn, read_session
from tenants.directory.models import Tenant
from tenants.directory.service import tenant_by_slug
from tenants.members.models import Account, Member
from tenants.members.service import member_of_account

LEADS = ("owner", "admin")
FUNDS = (*LEADS, "fundraiser")
"""A fundraiser sees gifts and donors, and nothing at all of calls."""
SUPERVISES = (*LEADS, "supervisor")
ANSWERS = (*SUPERVISES, "operator")
READS = (*SUPERVISES, "auditor")
EVERYONE = (*ANSWERS, "auditor")


@dataclass(slots=True)
class Staff:
    """A signed-in member at work in one hotline, inside one unit of work."""

    session: Session
    tenant: Tenant
    member: Member
    account: UUID

    def may(self, *roles: str) -> bool:
        """Whether the member's role is one of these."""
        return self.member.role in roles


async def signed_in(connection: HTTPConnection) -> SignedIn:
    """Whoever holds the session cookie. Raises SignInNeeded."""
    found = await read_session(connection)
    if found is None:
        raise SignInNeeded
    connection.scope.setdefault("state", {})["signed_in"] = found
    return found


async def find_tenant(slug: str) -> Tenant:
    """The usable tenant of this name. Raises NotFound."""
    with no_scope():
        async with unit_of_work() as session:
            tenant = await tenant_by_slug(session, slug)
    if not tenant.usable:
        raise NotFound
    return tenant


def staff(*roles: str) -> Any:
    """The dependency of a staff route: sets the tenant's scope, opens the unit of work, checks the role.

    Nobody signed in: SignInNeeded, whether or not the hotline exists. A stranger: NotFound. A member whose role
    isn't among `roles`: Forbidden. The commit happens before the answer leaves (`scope="function"`).
    """

    async def enter(connection: HTTPConnection, slug: str) -> AsyncIterator[Staff]:
        who = await signed_in(connection)
        tenant = await find_tenant(slug)
        with tenant_scope(tenant.id):
            async with unit_of_work() as session:
                member = await member_of_account(session, who.account)
                if member is None:
                    raise NotFound
                if member.role not in roles:
                    raise Forbidden
                found = Staff(session, tenant, member, who.account)
                connection.scope.setdefault("state", {})["staff"] = found
                yield found

    return Depends(enter, scope="function")


Leads = Annotated[Staff, staff(*LEADS)]
Funds = Annotated[Staff, staff(*FUNDS)]
"""Who looks after gifts, donors and the books."""
Supervises = Annotated[Staff, staff(*SUPERVISES)]
Answers = Annotated[Staff, staff(*ANSWERS)]
Reads = Annotated[Staff, staff(*READS)]
Anyone = Annotated[Staff, staff(*EVERYONE)]


async def _visitor(connection: HTTPConnection) -> AsyncIterator[Session]:
    with no_scope():
        async with unit_of_work() as session:
            yield session


Visitor = Annotated[Session, Depends(_visitor, scope="function")]
"""A route open to everybody: a unit of work that sees platform tables only."""


async def _platform(connection: HTTPConnection) -> AsyncIterator[Session]:
    who = await signed_in(connection)
    with no_scope():
        async with unit_of_work() as session:
            account = await session.get(Account, who.account)
            if account is None or not account.platform_operator:
                raise NotFound
            yield session


PlatformOperator = Annotated[Session, Depends(_platform, scope="function")]
"""A route for the platform's own people; to everybody else it doesn't exist."""


@dataclass(slots=True)
class Caller:
    """Somebody on a hotline's public side: the tenant in scope and a unit of work."""

    session: Session
    tenant: Tenant


async def _caller(connection: HTTPConnection, slug: str) -> AsyncIterator[Caller]:
    tenant = await find_tenant(slug)
    connection.scope.setdefault("state", {})["tenant"] = tenant
    with tenant_scope(tenant.id):
        async with unit_of_work() as session:
            yield Caller(session, tenant)


AtHotline = Annotated[Caller, Depends(_caller, scope="function")]
"""A public route of one hotline."""
