"""The letters to whoever closes a hotline."""

from uuid import UUID

from babel.dates import format_datetime
from sqlmodel import col, select

from infra.database import Session
from infra.mail import send
from infra.settings import settings
from infra.web import gettext as _
from infra.web import speaking
from provisioning.closing.models import Export
from tenants.members.models import Account


async def _closer(session: Session, tenant: UUID) -> tuple[Export, Account]:
    found = (
        select(Export, Account)
        .join(Account, col(Account.id) == Export.account)
        .where(Export.tenant == tenant, col(Export.closing_at).is_not(None))
        .order_by(col(Export.id).desc())
    )
    export, account = (await session.exec(found)).first() or (None, None)
    assert export is not None, "a closing begins with an export"
    assert account is not None
    return export, account


async def tell_done(session: Session, tenant: UUID) -> None:
    """It is over; where the export is, and until when."""
    export, account = await _closer(session, tenant)
    with speaking(export.language):
        until = format_datetime(export.expires_at, "long", locale=export.language.replace("-", "_"))
        subject = _("%(name)s is closed", name=export.hotline)
        text = _(
            "%(name)s is closed. Its number rests, what it kept is deleted, its key is destroyed.\n\nYour export can "
            "be fetched until %(until)s, by you alone: %(base)s/exports/%(id)s",
            name=export.hotline,
            until=until,
            base=settings().base_url,
            id=export.id,
        )
    await send(session, to=account.email, subject=subject, text=text)


async def tell_failed(session: Session, tenant: UUID) -> None:
    """It didn't work, and nothing has changed."""
    export, account = await _closer(session, tenant)
    with speaking(export.language):
        subject = _("%(name)s could not be closed", name=export.hotline)
        text = _(
            "Something on our side kept us from closing %(name)s. What had been done is undone: the line answers as "
            "before and nothing is lost. You can close it again on its settings page.",
            name=export.hotline,
        )
    await send(session, to=account.email, subject=subject, text=text)
