"""The last step of opening: the page that callers see, and the letters that say how it ended."""

from uuid import UUID

from infra.database import Session
from infra.mail import send
from infra.settings import settings
from infra.vault import open_platform
from infra.web import gettext as _
from infra.web import speaking
from provisioning.signup.models import Application
from provisioning.steps.opening.ground import application_of
from provisioning.steps.step import Kept
from tenants.audit import record
from tenants.directory.service import tenant_by_id
from tenants.members.service import owner

STATUS = {"approved": "open", "waiting": "pending", "asked": "pending", "declined": "declined"}
"""What a hotline is, by what its review says."""


async def open_page(session: Session, tenant: UUID) -> None:
    """Let the public page be seen; until the review has approved the hotline, the page says so."""
    review = (await application_of(session, tenant)).review
    (await tenant_by_id(session, tenant)).status = STATUS[review]
    record(session, "hotline.open", member=(await owner(session)).id)


async def close_page(session: Session, tenant: UUID, _kept: Kept) -> None:
    (await tenant_by_id(session, tenant)).status = "setting_up"


async def tell_done(session: Session, tenant: UUID) -> None:
    """Write to the applicant where their hotline is."""
    application = await application_of(session, tenant)
    row = await tenant_by_id(session, tenant)
    with speaking(application.language):
        subject = _("%(name)s is set up", name=row.name)
        text = _(
            "Your hotline %(name)s is set up.\n\nYour hotline: %(base)s/o/%(slug)s\nIts public page: "
            "%(base)s/h/%(slug)s\n\nCall it yourself first; then invite your volunteers under “People”.",
            name=row.name,
            slug=row.slug,
            base=settings().base_url,
        )
    await send(session, to=_address(application), subject=subject, text=text)


async def tell_failed(session: Session, tenant: UUID) -> None:
    """Write to the applicant that it didn't work, and how to try again."""
    application = await application_of(session, tenant)
    with speaking(application.language):
        name = application.form["name"]
        subject = _("%(name)s could not be set up", name=name)
        text = _(
            "Something on our side kept us from setting up %(name)s. What had been done is undone, so nothing is half "
            "open. Your account and what you wrote are kept.\n\nTry again: %(base)s/sign-up/%(id)s/opening",
            name=name,
            id=application.id,
            base=settings().base_url,
        )
    await send(session, to=_address(application), subject=subject, text=text)


def _address(application: Application) -> str:
    return open_platform(application.email_sealed).decode()
