"""The first steps of opening: a place in the directory, a key, who runs it, what it says and how it looks."""

from uuid import UUID

from sqlalchemy import delete, text
from sqlmodel import col, select

from infra.database import Session
from infra.vault import create_key
from infra.vault.keyring import VaultKey
from provisioning.kits.catalogue import kits
from provisioning.kits.emergency import notice
from provisioning.signup.models import Application
from provisioning.steps.step import Kept
from tenants.directory.models import Tenant
from tenants.directory.service import free_slug
from tenants.members.models import Member
from tenants.members.service import add_member
from tenants.profile.models import Profile
from tenants.profile.service import keep_profile


async def application_of(session: Session, tenant: UUID) -> Application:
    """What the organisation wrote when it registered."""
    return (await session.exec(select(Application).where(Application.tenant == tenant))).one()


async def enter(session: Session, tenant: UUID) -> None:
    """Write the hotline into the directory under a name of its own."""
    form = (await application_of(session, tenant)).form
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('tenant.slug'))"))  # two may want one name
    if await session.get(Tenant, tenant) is None:
        session.add(
            Tenant(
                id=tenant,
                slug=await free_slug(session, form["name"]),
                name=form["name"],
                organisation=form["organisation"],
                kind=form["kind"],
                country=form["country"],
                zone=form["zone"],
                languages=form["languages"],
            )
        )


async def leave(session: Session, tenant: UUID, _kept: Kept) -> None:
    await session.execute(delete(Tenant).where(col(Tenant.id) == tenant))


async def cut_key(session: Session, _tenant: UUID) -> None:
    """Make the key under which notes and identities are sealed."""
    await create_key(session)


async def drop_key(session: Session, tenant: UUID, _kept: Kept) -> None:
    await session.execute(delete(VaultKey).where(col(VaultKey.tenant_id) == tenant))


async def admit(session: Session, tenant: UUID) -> None:
    """Make the applicant the hotline's owner."""
    application = await application_of(session, tenant)
    assert application.account is not None, "a run begins once there is an account"
    form = application.form
    await add_member(session, application.account, form["person"], "owner", languages=form["languages"])


async def dismiss(session: Session, _tenant: UUID, _kept: Kept) -> None:
    await session.execute(delete(Member))


async def dress(session: Session, tenant: UUID) -> None:
    """Give the hotline its kit's words, look and habits."""
    form = (await application_of(session, tenant)).form
    kit = kits()[form["kind"]]
    texts = kit.texts.model_dump()
    texts["emergency"] = {
        language: notice(kit.texts.emergency, form["country"], language) for language in kit.texts.emergency
    }
    defaults = {**kit.defaults.model_dump(), "exit_url": ""}
    await keep_profile(session, texts=texts, theme=kit.theme.model_dump(), defaults=defaults)


async def undress(session: Session, _tenant: UUID, _kept: Kept) -> None:
    await session.execute(delete(Profile))
