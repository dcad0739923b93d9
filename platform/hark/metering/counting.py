"""What there is to count: connections to the telephone network, letters, numbers that are held, files that are kept.

It is looked for anew in all months that are still open, so nothing is lost with a day that was missed; and whatever was
counted before isn't counted again. What is simulated or goes through browsers costs nobody anything.
"""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from billing.usage.service import Used, count, count_all, forget, open_since
from hark.phone.models import Leg
from hark.switchboard.models import Call
from infra.clock import now
from infra.database import Session
from infra.jobs import Job
from infra.scope import current_tenant
from infra.storage import store
from provisioning.closing.archive import FILES
from tenants.directory.models import Number

FREE = ("browser", "desk", "sip")
"""What a volunteer answers on without the telephone network."""
LONGEST = timedelta(days=1)
"""No call is longer; so whatever ended in a month began no earlier than this before it."""
BATCH = 1000


async def count_everything(session: Session) -> None:
    """Count what the hotline in scope has used since the months that are open began; run again, it adds nothing."""
    since = await open_since(session)
    batch: list[Used] = []
    async for each in _connections(session, since):
        batch.append(each)
        if len(batch) == BATCH:
            await count_all(session, "minutes", batch)
            batch = []
    await count_all(session, "minutes", batch)
    await count_all(session, "messages", await _letters(session, since))
    await count_all(session, "numbers", await _numbers(session))
    await count(session, "storage", f"{now().date()}", await _bytes(), now())
    await forget(session)


async def _connections(session: Session, since: datetime) -> AsyncIterator[Used]:
    """Each connection over the telephone network that was answered and is over: callers', volunteers' own telephones,
    numbers outside. In whole seconds, begun ones counted."""
    found = (
        select(col(Leg.id), col(Leg.answered_at), col(Leg.over_at))
        .join(Call, (col(Call.tenant_id) == col(Leg.tenant_id)) & (col(Call.id) == col(Leg.call_id)))
        .where(
            col(Call.started_at) >= since - LONGEST,
            col(Call.simulated).is_(False),
            col(Leg.state) == "over",
            col(Leg.answered_at).is_not(None),
            col(Leg.over_at) >= since,
            col(Leg.device).not_in(FREE),
        )
    )
    for key, begun, over in (await session.execute(found)).all():
        if begun is not None and over is not None:
            yield Used(str(key), max(0, -((begun - over) // timedelta(seconds=1))), over)


async def _letters(session: Session, since: datetime) -> Iterable[Used]:
    """Each letter that went to a mail server."""
    sent = select(col(Job.id), col(Job.done_at)).where(
        col(Job.name) == "mail.send", col(Job.tenant) == current_tenant(), col(Job.done_at) >= since
    )
    return [Used(str(key), 1, at) for key, at in (await session.execute(sent)).all() if at is not None]


async def _numbers(session: Session) -> Iterable[Used]:
    """Each real number that is held today, for today; one on a hotline's own line is paid by itself."""
    held = select(col(Number.id)).where(
        col(Number.tenant) == current_tenant(), col(Number.status) == "held", col(Number.carrier) != "sandbox",
        col(Number.trunk).is_(None),
    )  # fmt: skip
    return [Used(f"{key} {now().date()}", 1, now()) for key in (await session.execute(held)).scalars()]


async def _bytes() -> int:
    """What all its files weigh now."""
    return sum([await store().size(f"{kind}/{current_tenant()}") for kind in FILES])
