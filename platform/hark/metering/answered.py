"""How many people a hotline answered, for the page that lays its books open: numbers, and nothing of anybody.

Simulated calls are none. Whoever called three times is one person of three contacts, as long as callers are known. On
the telephone is whoever had a connection that is paid for, answered by somebody or not: what it costs tells of it.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from billing.openness.counting import Answered
from hark.contacts.models import Contact
from hark.metering.counting import FREE
from hark.phone.models import Leg
from hark.switchboard.models import Call
from infra.database import Session

_PERSON = func.coalesce(col(Call.caller_id), col(Call.id))


async def answered(session: Session, since: datetime, until: datetime) -> Answered:
    """Calls that somebody answered, and what was written down about meetings and letters."""
    then = (col(Call.started_at) >= since, col(Call.started_at) < until, col(Call.simulated).is_(False))
    calls = select(func.count(), func.count(_PERSON.distinct())).where(*then, col(Call.answered_at).is_not(None))
    contacts, callers = (await session.execute(calls)).one()
    connected = (
        select(func.count(_PERSON.distinct()))
        .join(Leg, (col(Leg.tenant_id) == col(Call.tenant_id)) & (col(Leg.call_id) == col(Call.id)))
        .where(*then, col(Leg.answered_at).is_not(None), col(Leg.device).not_in(FREE))
    )
    telephoned = (await session.execute(connected)).scalar_one()
    met = select(func.count()).where(
        col(Contact.call_id).is_(None), col(Contact.status) == "submitted", col(Contact.at) >= since,
        col(Contact.at) < until,
    )  # fmt: skip
    meetings = int((await session.execute(met)).scalar_one())
    return Answered(contacts + meetings, callers + meetings, telephoned)
