"""Removes the example hotlines without a trace: nobody's data was in them, so nothing has to rest or be remembered."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select

from billing.monthly.models import MonthlyGift
from billing.processor.models import Payee, PaymentAccount, ProcessorEvent
from hark.demo.invented.cast import DONORS, Hotline, hotlines
from hark.demo.known import examples
from hark.demo.money.till import forget
from infra.database import Session, unit_of_work
from infra.jobs import Job
from infra.mail.send import Mail
from infra.scope import no_scope, tenant_scope
from infra.storage import store
from infra.vault import destroy_key
from infra.vault.keyring import VaultKey
from infra.web.sessions import revoke_all
from provisioning.closing.models import Export
from provisioning.closing.steps import delete_rows
from provisioning.numbers.service import withdraw
from provisioning.signup.models import Application
from provisioning.steps.models import ProvisioningStep
from tenants.directory.models import Host, Tenant
from tenants.members.service import account_by_email, memberships

Say = Callable[[str], None]


async def remove(say: Say) -> int:
    """Take away what is there of the five, each in one transaction; returns how many hotlines were."""
    with no_scope():
        async with unit_of_work() as session:
            found = [(row.id, row.tenant, row.form["name"]) for row in (await examples(session)).values()]
    for application, tenant, name in found:
        assert tenant is not None, "an example without a tenant is none"
        with tenant_scope(tenant):
            async with unit_of_work() as session:
                await _erase(session, application, tenant)
        say(f"{name}: removed")
    addresses = {person.email for hotline in hotlines().values() for person in hotline.people}
    for hotline in hotlines().values():
        await _dismiss(hotline)
    with no_scope():
        async with unit_of_work() as session:
            await _burn_letters(session, addresses)
    return len(found)


async def _erase(session: Session, application: UUID, tenant: UUID) -> None:
    """Everything that bears this tenant's id. Its callers' job stops first: it can't begin without the application."""
    await session.exec(select(Application.id).where(Application.id == application).with_for_update())
    row = await session.get(Tenant, tenant, with_for_update=True)
    if row is not None:
        row.status = "closing"
        await session.flush()
    await withdraw(session, tenant)
    for account in await session.exec(select(PaymentAccount.account)):
        await forget(session, account)
    await session.execute(update(MonthlyGift).values(state="ended"))  # whoever would go on charging was forgotten above
    await session.execute(delete(Payee).where(col(Payee.tenant) == tenant))
    await session.execute(delete(ProcessorEvent).where(col(ProcessorEvent.tenant) == tenant))
    await delete_rows(session, tenant)
    for key in await store().keys(f"exports/{tenant}"):
        await store().delete(key)
    await destroy_key(session)
    await session.execute(delete(VaultKey))
    for model in (Job, ProvisioningStep, Export, Host):
        await session.execute(delete(model).where(col(model.tenant) == tenant))
    await session.execute(delete(Tenant).where(col(Tenant.id) == tenant))


async def _dismiss(hotline: Hotline) -> None:
    """The accounts of the example's people, but for one who has found a place in another hotline meanwhile."""
    for person in hotline.people:
        with no_scope():
            async with unit_of_work() as session:
                account = await account_by_email(session, person.email)
        if account is None or account.platform_operator or await memberships(account.id):
            continue
        with no_scope():
            async with unit_of_work() as session:
                await session.delete(await session.get_one(type(account), account.id))
        await revoke_all(account.id)


async def _burn_letters(session: Session, addresses: set[str]) -> None:
    """The letters to them, and to the donors, in the local outbox."""
    for letter in await session.exec(select(Mail)):
        to = letter.opened()["to"]
        if to in addresses or to.endswith(f"@{DONORS}"):
            await session.delete(letter)
