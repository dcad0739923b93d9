"""When each line is called: one job per line looks, calls, follows, and owes itself the next look."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from hark.phone.outgoing import calling as outgoing
from hark.watch import calling, verdict
from hark.watch.models import LineCheck
from hark.watch.path import next_check
from infra.clock import now
from infra.database import Session
from infra.errors import HarkError
from infra.jobs import Job, enqueue, job
from infra.scope import current_tenant
from tenants.directory.service import tenant_by_id
from tenants.lines.models import Line
from tenants.lines.settings import LineSetting

NAME = "watch.look"
TO_THE_NETWORK = timedelta(seconds=60)
"""What a promise is given for a call that goes out to the telephone network and comes back."""
A_SECOND = timedelta(seconds=1)
"""Apart by at least so much, two looks never bear the same key."""
ARRIVING = timedelta(seconds=5)
"""So often one looks whether it has arrived on our number."""
LEAST = timedelta(seconds=90)
"""So long a call over the network is waited for, whatever the hurry."""


async def owe(session: Session, line: UUID, due: datetime | None = None) -> None:
    """Owe the next look at a line; asked for twice for the same moment, it is one."""
    due = due or now()
    key = f"{NAME}:{current_tenant()}:{line}:{due:%Y%m%dT%H%M%S}"
    await enqueue(session, NAME, {"line": str(line)}, due=due, key=key)


@job("watch.rearm", background=True)
async def rearm(session: Session) -> None:
    """Once a day: owe a look at each line that is to be checked, in case that its chain of looks was lost."""
    for line in await session.exec(select(LineSetting.id).where(col(LineSetting.check_minutes).is_not(None))):
        await owe(session, line)


@job(NAME)
async def look(session: Session, line: str) -> None:
    """The job. A line that isn't to be checked any more, or a hotline that closes, is left alone for good."""
    key = UUID(line)
    found = select(LineSetting).where(LineSetting.id == key).with_for_update()
    setting = (await session.exec(found)).one_or_none()
    tenant = await tenant_by_id(session, current_tenant())
    due = None
    if setting is not None and setting.check_minutes is not None and tenant.usable:
        due = await _look(session, setting)
    elif setting is not None:
        await _drop(session, key)
    own = (col(Job.name) == NAME, col(Job.tenant) == current_tenant())
    await session.execute(delete(Job).where(*own, col(Job.done_at).is_not(None)))
    if due is not None:
        await owe(session, key, max(due, now() + A_SECOND))


async def _look(session: Session, setting: LineSetting) -> datetime:
    """Do what is due on a line; returns when to look again."""
    check = await verdict.running(session, setting.id)
    if check is not None:
        again = await _follow(session, check, setting)
        if again is not None:
            return again
    before, at = await verdict.last(session, setting.id), now()
    doubtful = before is not None and before.state == "bad" and await verdict.trouble(session, setting.id) is None
    due = next_check(setting.check_minutes or 0, before.at if before else None, doubtful=doubtful, at=at)
    if due > at:
        return due
    line = (await session.exec(select(Line).where(Line.id == setting.id))).one()
    return await _call(session, line)


async def _call(session: Session, line: Line) -> datetime:
    """Call the line: through the telephone network where it has a number there, else through the switchboard alone."""
    await calling.clear(session, line.id)
    if await outgoing.can_dial(session, line):
        check = LineCheck(line_id=line.id, promise=await calling.promise(session, line))
        session.add(check)
        await session.flush()
        try:
            await outgoing.dial_line(session, line, check.id)
        except HarkError:
            await verdict.bad(session, check.id, "failed")
        return check.at + ARRIVING
    return (await calling.begin(session, line)).at + calling.SOON


async def _follow(session: Session, check: LineCheck, setting: LineSetting) -> datetime | None:
    """Go on with a check. One that dialled our number and never arrived there has not been answered."""
    if check.call_id is not None:
        return await calling.follow(session, check, setting.check_keys)
    deadline = check.at + timedelta(seconds=check.promise) + TO_THE_NETWORK
    patience = await verdict.patience(session, check.line_id)
    if patience is not None:
        deadline = min(deadline, max(patience, check.at + LEAST))
    if now() < deadline:
        return min(deadline, now() + ARRIVING)
    await verdict.bad(session, check.id, "no_answer")
    return None


async def _drop(session: Session, line: UUID) -> None:
    """The watch was turned off while a call was under way."""
    check = await verdict.running(session, line)
    if check is not None:
        if check.call_id is not None:
            await calling.forget(session, check.call_id)
        await session.delete(check)
