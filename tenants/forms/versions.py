"""The form that records are written on, parsed once per version: a version never changes."""

from uuid import UUID

from sqlmodel import col, select

from infra.database import Session
from infra.errors import NotFound
from infra.scope import current_tenant
from tenants.forms.document import Form
from tenants.forms.models import FormVersion

_CACHE_LIMIT = 2000
_parsed: dict[tuple[UUID, UUID], Form] = {}


async def form_of(session: Session, version: UUID) -> Form:
    """The form of one version of the tenant in scope."""
    key = (current_tenant(), version)
    if key not in _parsed:
        document = (await session.exec(select(FormVersion.document).where(FormVersion.id == version))).one()
        if len(_parsed) >= _CACHE_LIMIT:
            _parsed.pop(next(iter(_parsed)))
        _parsed[key] = Form.model_validate(document)
    return _parsed[key]


async def newest_form(session: Session, key: str = "contact") -> UUID:
    """The version that new records are written on. Raises NotFound before the hotline has a form."""
    found = select(FormVersion.id).where(FormVersion.key == key).order_by(col(FormVersion.number).desc()).limit(1)
    version = (await session.exec(found)).first()
    if version is None:
        raise NotFound
    return version
