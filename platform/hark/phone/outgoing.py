"""Calls that we make ourselves: to somebody who asked to be called back, and to one of our own lines to try it."""

from sqlmodel import col, select

from hark.switchboard.models import Callback
from infra.database import Session
from infra.errors import Conflict
from infra.scope import current_tenant
from tenants.devices.models import Device
from tenants.directory.models import Number
from tenants.lines.models import Line
from tenants.members.models import Member

DIALLING: frozenset[str] = frozenset()
"""The carriers through which we can ring out."""


async def can_dial(session: Session, line: Line | None = None) -> bool:
    """Whether the hotline (or this line) has a number at a carrier through which we can ring out."""
    found = select(Number.id).where(Number.tenant == current_tenant(), col(Number.carrier).in_(DIALLING))
    if line is not None:
        found = found.where(Number.line == line.id)
    return (await session.exec(found)).first() is not None


async def call_back(session: Session, _callback: Callback, _member: Member) -> None:
    """Ring the member, then the caller, with the hotline's number shown. The caller may be called now: whoever asks
    has seen to that. Raises Conflict where the hotline has no telephone."""
    if not await can_dial(session):
        raise Conflict("This hotline has no telephone number to call from.")


async def verify(session: Session, _device: Device) -> None:
    """Ring a member's mobile that is to be verified: what is typed on it is asked of `tenants.devices.service.typed`.
    Raises Conflict where the hotline has no telephone."""
    if not await can_dial(session):
        raise Conflict("This hotline has no telephone number to call from.")
