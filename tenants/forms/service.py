"""Keeping forms: a changed form is a new version, for old records are read with the one they were written on."""

from sqlalchemy import func
from sqlmodel import select

from infra.database import Session
from tenants.forms.document import Form
from tenants.forms.models import FormVersion


async def keep_form(session: Session, form: Form, key: str = "contact") -> FormVersion:
    """Put a form into use as the next version."""
    last = await session.exec(select(func.max(FormVersion.number)).where(FormVersion.key == key))
    document = form.model_dump(mode="json", exclude_defaults=True)
    row = FormVersion(key=key, number=(last.one() or 0) + 1, document={"version": form.version, **document})
    session.add(row)
    await session.flush()
    return row
