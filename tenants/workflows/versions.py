"""The workflow that a case goes through, parsed once per version: a version never changes."""

from uuid import UUID

from sqlmodel import col, select

from infra.database import Session
from infra.errors import NotFound
from infra.scope import current_tenant
from tenants.workflows.document import Workflow
from tenants.workflows.models import WorkflowVersion

_CACHE_LIMIT = 2000
_parsed: dict[tuple[UUID, UUID], Workflow] = {}


async def workflow_of(session: Session, version: UUID) -> Workflow:
    """The workflow of one version of the tenant in scope."""
    key = (current_tenant(), version)
    if key not in _parsed:
        found = select(WorkflowVersion.document).where(WorkflowVersion.id == version)
        document = (await session.exec(found)).one()
        if len(_parsed) >= _CACHE_LIMIT:
            _parsed.pop(next(iter(_parsed)))
        _parsed[key] = Workflow.model_validate(document)
    return _parsed[key]


async def newest_workflow(session: Session) -> tuple[UUID, Workflow]:
    """The version that new cases are opened in. Raises NotFound before the hotline has one."""
    found = select(WorkflowVersion.id).order_by(col(WorkflowVersion.number).desc()).limit(1)
    version = (await session.exec(found)).first()
    if version is None:
        raise NotFound
    return version, await workflow_of(session, version)
