"""Keeping workflows: a changed workflow is a new version, for a case goes on with the one it was opened in."""

from sqlalchemy import func
from sqlmodel import select

from infra.database import Session
from tenants.workflows.document import Workflow
from tenants.workflows.models import WorkflowVersion


async def keep_workflow(session: Session, workflow: Workflow) -> WorkflowVersion:
    """Put a workflow into use as the next version."""
    last = await session.exec(select(func.max(WorkflowVersion.number)))
    document = workflow.model_dump(mode="json", exclude_defaults=True)
    row = WorkflowVersion(number=(last.one() or 0) + 1, document={"version": workflow.version, **document})
    session.add(row)
    await session.flush()
    return row
