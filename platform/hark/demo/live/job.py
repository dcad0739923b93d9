"""The job that keeps an example hotline alive: looks, does what is due, and owes itself the next look."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from hark.demo.invented.cast import Hotline
from hark.demo.known import example_of
from hark.demo.live import callers, volunteers
from hark.demo.live.scene import Deed, survey
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.errors import HarkError
from infra.jobs import Job, enqueue, job
from infra.scope import current_tenant

log = logging.getLogger(__name__)
NAME = "demo.call"
SOON = timedelta(seconds=2)
CALLING = timedelta(seconds=8)
"""While somebody is on the line, so long at most: a caller who isn't seen for 40 seconds counts as gone."""
IDLE = timedelta(seconds=30)


async def keep_calling(session: Session, due: datetime | None = None) -> None:
    """Owe the next look at the tenant in scope; there is never more than one."""
    await enqueue(session, NAME, key=_key(), due=due)


def _key() -> str:
    return f"{NAME}:{current_tenant()}"


@job(NAME)
async def look_again(session: Session) -> None:
    """The job. A hotline that is no example, or no longer, is left alone for good."""
    hotline = await example_of(session, current_tenant())
    if hotline is None:
        return
    due = await look(hotline)
    own = (col(Job.name) == NAME, col(Job.tenant) == current_tenant())
    await session.execute(delete(Job).where(*own, col(Job.done_at).is_not(None)))
    await session.execute(update(Job).where(*own, col(Job.done_at).is_(None)).values(done_at=now()))
    await keep_calling(session, due)


async def look(hotline: Hotline) -> datetime:
    """Do what is due in the tenant in scope, each deed in a transaction of its own. Returns when to look again."""
    async with unit_of_work() as session:
        scene = await survey(session, hotline)
        if not scene.tenant.usable:
            return scene.at + IDLE
        deeds = [*volunteers.deeds(scene), *await callers.deeds(session, scene)]
    for deed in deeds:
        if deed.due <= scene.at:
            await _do(deed)
    if any(deed.due <= scene.at and not deed.quiet for deed in deeds):
        return now() + SOON
    later = [deed.due for deed in deeds if deed.due > scene.at]
    latest = scene.at + (CALLING if scene.calls else IDLE)
    return max(min([*later, latest]), scene.at + SOON)


async def _do(deed: Deed) -> None:
    """What can't be done is let be: somebody was faster, the caller has gone."""
    try:
        async with unit_of_work() as session:
            await deed.do(session)
    except HarkError as refused:
        log.debug("a simulated deed came to nothing: %s", refused)
    except SQLAlchemyError as error:
        log.warning("a simulated deed failed: %s", str(error).splitlines()[0])
