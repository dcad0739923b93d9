"""Reviewing organisations: approve, ask, decline; the applicant is written to and the hotline's status follows."""

from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from infra.clock import now
from infra.database import Session
from infra.errors import Invalid, NotFound
from infra.jobs import enqueue, job
from infra.mail import send
from infra.scope import tenant_scope
from infra.settings import settings
from infra.vault import open_platform
from infra.web import gettext as _
from infra.web import speaking
from provisioning.signup.models import Application
from provisioning.steps.opening.public import STATUS
from tenants.audit import record
from tenants.directory.models import Tenant
from tenants.members.models import Account
from tenants.members.service import account_by_email, normal_email

VERDICTS = ("approved", "asked", "declined")


async def grant(session: Session, email: str) -> Account:
    """Make somebody an operator of the platform. Raises NotFound where nobody has this address."""
    return await _set_operator(session, email, operator=True)


async def revoke(session: Session, email: str) -> Account:
    """Take that away again. Raises NotFound."""
    return await _set_operator(session, email, operator=False)


async def _set_operator(session: Session, email: str, *, operator: bool) -> Account:
    account = await account_by_email(session, normal_email(email))
    if account is None:
        raise NotFound("Nobody here has this e-mail address.")
    account.platform_operator = operator
    session.add(account)
    return account


async def listed(session: Session, state: str) -> list[tuple[Application, Tenant | None]]:
    """The organisations whose review stands like this, the latest first, with their hotlines where there are any."""
    found = (
        select(Application, Tenant)
        .join(Tenant, col(Tenant.id) == Application.tenant, isouter=True)
        .where(Application.review == state, col(Application.verified_at).is_not(None))
        .order_by(col(Application.id).desc())
        .limit(200)
    )
    return [(application, tenant) for application, tenant in await session.exec(found)]


async def counts(session: Session) -> dict[str, int]:
    """How many organisations there are in each state."""
    found = (
        select(Application.review, func.count())
        .where(col(Application.verified_at).is_not(None))
        .group_by(Application.review)
    )
    return {state: count for state, count in await session.exec(found)}  # noqa: C416 - rows aren't pairs to mypy


async def application_of(session: Session, tenant: UUID) -> Application:
    """The application that a hotline came from. Raises NotFound."""
    row = (await session.exec(select(Application).where(Application.tenant == tenant))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def decide(session: Session, application: Application, verdict: str, words: str, by: UUID) -> None:
    """Give a verdict. A question and a refusal need words. Raises Invalid."""
    if verdict not in VERDICTS:
        raise Invalid("Choose one of the three.", field="verdict")
    if verdict != "approved" and not words:
        raise Invalid("Write what you ask, or why you decline: the organisation reads it.", field="words")
    application.review, application.reason = verdict, words or None
    application.reviewed_at, application.reviewed_by = now(), by
    session.add(application)
    tenant = await session.get(Tenant, application.tenant) if application.tenant else None
    if tenant is not None:
        if tenant.status in STATUS.values():
            tenant.status = STATUS[verdict]
            session.add(tenant)
        with tenant_scope(tenant.id):
            await enqueue(session, "review.record", {"verdict": verdict})
    with speaking(application.language):
        subject, text = _letter(verdict, words, application.form["name"], tenant)
    await send(session, to=open_platform(application.email_sealed).decode(), subject=subject, text=text)


def _letter(verdict: str, words: str, name: str, tenant: Tenant | None) -> tuple[str, str]:
    slug = tenant.slug if tenant else ""
    places: dict[str, Any] = {"name": name, "words": words, "base": settings().base_url, "slug": slug}
    if verdict == "approved":
        text = _("%(name)s is approved: its public page is open.\n\n%(base)s/h/%(slug)s", **places)
        return _("%(name)s is approved", **places), text
    if verdict == "asked":
        text = _(
            "Before we approve %(name)s we have a question:\n\n%(words)s\n\nAnswer here, and attach what shows it: "
            "%(base)s/o/%(slug)s/review",
            **places,
        )
        return _("A question about %(name)s", **places), text
    text = _(
        "We don't approve %(name)s, so it doesn't open to the public. The reason:\n\n%(words)s\n\nYou can answer, and "
        "attach what we should know: %(base)s/o/%(slug)s/review",
        **places,
    )
    return _("%(name)s is not approved", **places), text


async def answer(session: Session, application: Application, words: str) -> None:
    """What the organisation says; it waits for a look again."""
    application.answer = words or None
    if application.review in ("asked", "declined"):
        application.review = "waiting"
        tenant = await session.get(Tenant, application.tenant) if application.tenant else None
        if tenant is not None and tenant.status in STATUS.values():
            tenant.status = STATUS["waiting"]
            session.add(tenant)
    session.add(application)


@job("review.record")
async def write_down(session: Session, verdict: str) -> None:
    """Put the verdict into the hotline's own audit trail, which only its own scope may write to."""
    record(session, "review.decide", verdict=verdict)
