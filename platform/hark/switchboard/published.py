"""The flow that a call runs on, parsed once per version: a published version never changes."""

from uuid import UUID

from sqlmodel import select

from infra.database import Session
from infra.errors import NotFound
from infra.scope import current_tenant
from tenants.flows.document import Flow, parse
from tenants.flows.models import FlowVersion
from tenants.lines.models import Line

_CACHE_LIMIT = 2000
_parsed: dict[tuple[UUID, UUID], Flow] = {}


async def flow_of(session: Session, version: UUID) -> Flow:
    """The parsed flow of a version of the tenant in scope."""
    key = (current_tenant(), version)
    if key not in _parsed:
        document = (await session.exec(select(FlowVersion.document).where(FlowVersion.id == version))).one()
        if len(_parsed) >= _CACHE_LIMIT:
            _parsed.pop(next(iter(_parsed)))
        _parsed[key] = parse(document)
    return _parsed[key]


async def published_version(session: Session, line: Line) -> UUID:
    """The version that callers of a line meet now. Raises NotFound when nothing is published."""
    found = select(FlowVersion.id).where(FlowVersion.flow_id == line.flow_id, FlowVersion.status == "published")
    version = (await session.exec(found)).one_or_none()
    if version is None:
        raise NotFound
    return version
