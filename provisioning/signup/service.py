"""From the form to a hotline being opened."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from infra.clock import now
from infra.database import Session
from infra.errors import NotFound
from infra.ids import new_id
from infra.jobs import enqueue, job
from infra.settings import settings
from infra.vault import open_platform, seal_platform
from infra.web import language
from provisioning.signup.codes import Verdict, send_code, try_code
from provisioning.signup.form import SignUp
from provisioning.signup.models import Application
from provisioning.steps.models import ProvisioningStep
from provisioning.steps.opening import OPEN
from provisioning.steps.run import begin, finished, steps_of, taken_back
from tenants.members.models import Account
from tenants.members.passwords import hash_password
from tenants.members.service import create_account, email_hash, normal_email

FORGOTTEN_AFTER = timedelta(days=1)


def _secret_hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


async def apply(session: Session, form: SignUp, password: str) -> tuple[Application, str]:
    """Keep what a stranger wrote and send their code. Returns the application and the secret that their browser keeps.
    Raises TooMany."""
    address = normal_email(form.email)
    secret = secrets.token_urlsafe(32)
    application = Application(
        form=form.kept,
        email_hash=email_hash(address),
        email_sealed=seal_platform(address.encode()),
        password_hash=await hash_password(password),
        secret_hash=_secret_hash(secret),
        language=language(),
    )
    session.add(application)
    await session.flush()
    await send_code(session, application)
    await enqueue(session, "signup.forget", {"application": str(application.id)}, due=now() + FORGOTTEN_AFTER)
    return application, secret


async def apply_as(session: Session, account: Account, form: SignUp) -> Application:
    """Register a further hotline for somebody who is signed in, and begin to open it: no new account, no code."""
    application = Application(
        form=form.kept,
        email_hash=account.email_hash,
        email_sealed=account.email_sealed,
        secret_hash=_secret_hash(secrets.token_urlsafe(32)),
        language=language(),
    )
    session.add(application)
    await session.flush()
    await _accept(session, application, account)
    return application


async def correct_address(session: Session, application: Application, email: str) -> None:
    """Send the code elsewhere. Raises Invalid or TooMany."""
    address = normal_email(email)
    application.email_hash, application.email_sealed = email_hash(address), seal_platform(address.encode())
    await send_code(session, application)


async def verify(session: Session, application: Application, typed: str) -> Verdict:
    """Try a code. When it is right there is an account, and the hotline is being opened."""
    verdict = try_code(application, typed)
    session.add(application)
    if verdict is Verdict.RIGHT:
        assert application.password_hash is not None, "whoever gets a code has chosen a password"
        account = await create_account(session, address_of(application), application.password_hash)
        await _accept(session, application, account)
    return verdict


async def _accept(session: Session, application: Application, account: Account) -> None:
    application.account, application.verified_at = account.id, now()
    application.code_hash = application.password_hash = None
    application.tenant = new_id()
    if settings().auto_approve:
        application.review, application.reviewed_at = "approved", now()
    await begin(session, OPEN.name, application.tenant)


async def begin_again(session: Session, application: Application) -> None:
    """After a failure: open it anew, under a new id, so that nothing of the first attempt can be mistaken for it."""
    if application.tenant and taken_back(await steps_of(session, OPEN.name, application.tenant)):
        application.tenant = new_id()
        session.add(application)
        await begin(session, OPEN.name, application.tenant)


async def application(session: Session, key: UUID, *, lock: bool = False) -> Application:
    """An application. Raises NotFound."""
    found = select(Application).where(Application.id == key)
    row = (await session.exec(found.with_for_update() if lock else found)).one_or_none()
    if row is None:
        raise NotFound
    return row


def belongs_to(row: Application, secret: str | None, account: UUID | None) -> bool:
    """Whether it is the applicant who asks: by their browser's secret, or signed in as the account that came of it."""
    by_browser = secret is not None and hmac.compare_digest(row.secret_hash, _secret_hash(secret))
    return by_browser or (account is not None and row.account == account)


def address_of(row: Application) -> str:
    """The applicant's e-mail in clear."""
    return open_platform(row.email_sealed).decode()


async def opening(session: Session, row: Application) -> list[ProvisioningStep]:
    """How far the opening has got; empty before the code."""
    return await steps_of(session, OPEN.name, row.tenant) if row.tenant else []


@job("signup.forget")
async def forget(session: Session, application: str) -> None:
    """What was registered and never proven is forgotten after a day."""
    unproven = col(Application.verified_at).is_(None)
    await session.execute(delete(Application).where(col(Application.id) == UUID(application), unproven))


__all__ = ["address_of", "application", "apply", "apply_as", "begin_again", "belongs_to", "finished", "verify"]
