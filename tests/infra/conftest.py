"""Two tenants as small as tenants can be: a team and a member each, and a key in the vault."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from infra.database import unit_of_work
from infra.ids import new_id
from infra.scope import tenant_scope
from infra.vault import create_key
from tenants.members.models import Member, Team


@dataclass(frozen=True, slots=True)
class Small:
    """A tenant and what is in it."""

    tenant: UUID
    team: UUID
    member: UUID
    account: UUID


async def small(account: UUID) -> Small:
    """A new tenant of which this account is a member."""
    tenant = new_id()
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            await create_key(session)
            team, member = Team(key="main", name="Main"), Member(account_id=account, name="Ann", role="owner")
            session.add_all([team, member])
    return Small(tenant, team.id, member.id, account)


@pytest.fixture
async def pair(ground: None) -> tuple[Small, Small]:
    """Two tenants of one person: nothing but the scope keeps them apart."""
    account = new_id()
    return await small(account), await small(account)
