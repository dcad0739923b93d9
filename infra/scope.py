"""The one place where tenancy happens: who a transaction acts for, told to PostgreSQL as the transaction begins.

Every tenant table has a row-level policy that compares `tenant_id` with `app.tenant`. The setting travels in the
same message as BEGIN (no extra round trip) and ends with the transaction, so a pooled connection remembers nothing.
No scope, no rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

PLATFORM = UUID(int=0)
"""The platform's own scope: its key in the vault lives under it, no organisation ever has this id."""

PLATFORM_TABLES = {
    "tenant": "the directory: a visitor's host or name is looked up before any tenant is known",
    "host": "finds a tenant by its domain",
    "number": "finds a tenant by the number dialled, and keeps a number with one tenant",
    "account": "a person signs in before any tenant is known",
    "application": "an organisation registers before its tenant exists",
    "application_file": "evidence for a review, read by platform operators only",
    "provisioning_step": "survives the tenant that it opens or closes",
    "export": "is fetched by the owner after the tenant that it came from is gone",
    "outbox": "jobs are claimed for every tenant by one relay; rows carry their tenant and ids only",
    "carried": "a telephone carrier's signal names a leg, and nothing else says whose it is; rows carry ids only",
    "port": "numbers moved here from elsewhere are seen to by the platform's operators, for every hotline",
    "vendor_leg": "a vendor names a leg before anything says whose it is; rows carry names of legs only",
    "carrier_node": "which ways into the house are open, alike for every hotline",
    "timer": "deadlines are watched for every tenant by one clock; rows carry ids only",
    "simulated_object": "the simulated payment processor is outside of every hotline, as the real one is",
    "simulated_answer": "as above: requests name an account of the processor's, not a hotline",
    "simulated_delivery": "as above: an event names an account of the processor's, not a hotline",
    "mail": "the local outbox page of an install without a mail server",
    "payee": "an event of the payment processor names an account, and nothing else says whose it is",
    "processor_event": "an event is heard once, whoever it is for; rows carry names only",
    "alembic_version": "the schema's own version",
}
"""Tables without a tenant, each with the reason. A test fails for any other table without row-level security."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a transaction acts for: a tenant, or an account that looks up its own memberships."""

    tenant: UUID | None = None
    account: UUID | None = None

    def sql(self) -> str:
        """The statement that goes out right behind BEGIN; UUIDs print as hex, so nothing can be injected."""
        tenant = self.tenant or ""
        account = self.account or ""
        return f"SELECT set_config('app.tenant', '{tenant}', true), set_config('app.account', '{account}', true);"


NOBODY = Scope()
_scope: ContextVar[Scope] = ContextVar("scope", default=NOBODY)


def current_scope() -> Scope:
    """The scope that the next transaction begins with."""
    return _scope.get()


def current_tenant() -> UUID:
    """The tenant in scope. Raises RuntimeError outside any: rows never get a tenant by default."""
    tenant = _scope.get().tenant
    if tenant is None:
        raise RuntimeError("no tenant in scope")
    return tenant


@contextmanager
def _entered(scope: Scope) -> Iterator[None]:
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


def tenant_scope(tenant: UUID) -> Any:
    """Transactions begun inside act for this tenant and see no other's rows."""
    return _entered(Scope(tenant=tenant))


def account_scope(account: UUID) -> Any:
    """Transactions begun inside see one account's own memberships, across tenants, and nothing else."""
    return _entered(Scope(account=account))


def no_scope() -> Any:
    """Transactions begun inside see platform tables only."""
    return _entered(Scope())


class ScopedConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
    """A connection whose transactions begin with their scope. There is no other way to begin one."""

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109 - asyncpg's own signature
        if query.startswith("BEGIN"):
            query += _scope.get().sql()
        status: str = await super().execute(query, *args, timeout=timeout)
        return status


def policy_sql(table: str) -> list[str]:
    """The statements that put a tenant table under row-level security."""
    tenant = "nullif(current_setting('app.tenant', true), '')::uuid"
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY tenant ON "{table}" USING (tenant_id = {tenant}) WITH CHECK (tenant_id = {tenant})',
    ]


def account_policy_sql(table: str) -> str:
    """Lets an account read its own rows of `table` (its memberships) without knowing their tenants."""
    return (
        f'CREATE POLICY account ON "{table}" FOR SELECT '
        "USING (account_id = nullif(current_setting('app.account', true), '')::uuid)"
    )
