"""The step that lets a hotline write down what it hears: the contact form and the stages of a case."""

from uuid import UUID

from sqlalchemy import delete

from infra.database import Session
from provisioning.kits.catalogue import kits
from provisioning.steps.opening.ground import application_of
from provisioning.steps.step import Kept
from tenants.forms.models import FormVersion
from tenants.forms.service import keep_form
from tenants.workflows.models import WorkflowVersion
from tenants.workflows.service import keep_workflow


async def hand_out(session: Session, tenant: UUID) -> None:
    """Put the kit's form and workflow into use."""
    kit = kits()[(await application_of(session, tenant)).form["kind"]]
    await keep_form(session, kit.form)
    await keep_workflow(session, kit.workflow)


async def take_in(session: Session, _tenant: UUID, _kept: Kept) -> None:
    await session.execute(delete(FormVersion))
    await session.execute(delete(WorkflowVersion))
