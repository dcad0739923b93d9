"""Fills an installation with the example hotlines: opened as any other is, then given people and a past."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from hark.demo.invented.cast import Hotline, hotlines
from hark.demo.known import MARK, examples, password
from hark.demo.live.job import keep_calling
from hark.demo.money.gifts import support
from hark.demo.money.till import at_hand
from hark.demo.past.history import remember
from hark.demo.people import account_of, move_in
from infra.clock import now, travel
from infra.database import Session, unit_of_work
from infra.jobs import Job
from infra.scope import current_tenant, no_scope, tenant_scope
from infra.web import speaking
from provisioning.closing.archive import discard_files
from provisioning.signup.form import SignUp
from provisioning.signup.models import Application
from provisioning.signup.service import apply_as, begin_again
from provisioning.steps.run import carry_out
from tenants.directory.models import Tenant
from tenants.directory.service import tenant_by_id
from tenants.members.passwords import hash_password
from tenants.members.service import members

Say = Callable[[str], None]
MONTH = 30
SETTLING_IN = timedelta(days=12)
"""A hotline is older than its history by as long as it took to find its people."""
GRACE = timedelta(minutes=1)
"""After so long the worker goes on with an opening that we have left."""
A_MOMENT = timedelta(minutes=2)
"""History ends a little before now: what comes next is alive."""


async def fill(say: Say, days: int = MONTH) -> list[Tenant]:
    """Make what is missing of the five, whole or, where an earlier fill was killed, from where it stood."""
    hashed = await hash_password(password())
    filled = []
    async with at_hand() as browser:
        for hotline in hotlines().values():
            key = await _open(hotline, hashed, days)
            with tenant_scope(key), speaking(hotline.languages[0]):
                async with unit_of_work() as session:
                    told = await _settle(session, hotline, hashed, days)
                    await keep_calling(session)
                    tenant = await tenant_by_id(session, key)
                begins = tenant.created_at + SETTLING_IN
                if browser is not None and (gifts := await support(hotline, tenant, begins, days, browser)):
                    told = f"{told}, {gifts} gifts"
            filled.append(tenant)
            say(f"{hotline.name}: {told}")
    return filled


async def _open(hotline: Hotline, hashed: str, days: int) -> UUID:
    """Register the hotline unless it is, and carry its opening out to the end, both as if before its history."""
    with no_scope(), travel(by=-timedelta(days=days) - SETTLING_IN):
        async with unit_of_work() as session:
            row = (await examples(session)).get(hotline.kind) or await _register(session, hotline, hashed)
            await begin_again(session, row)
            await _leave_to_us(session, row)
        assert row.tenant is not None, "an accepted application has a tenant"
        await carry_out("open", row.tenant)
    return row.tenant


async def _leave_to_us(session: Session, row: Application) -> None:
    """The worker opens it only if we don't: its clock wouldn't say that it happened before the history."""
    owed = (col(Job.tenant) == row.tenant, col(Job.name) == "provisioning.run", col(Job.done_at).is_(None))
    await session.execute(update(Job).where(*owed).values(due_at=datetime.now(UTC) + GRACE))


async def _register(session: Session, hotline: Hotline, hashed: str) -> Application:
    owner = hotline.owner
    form = SignUp(
        organisation=hotline.organisation,
        name=hotline.name,
        kind=hotline.kind,
        country=hotline.country,
        zone=hotline.zone,
        languages=list(hotline.languages),
        person=owner.name,
    )
    with speaking(hotline.languages[0]):
        row = await apply_as(session, await account_of(session, owner, hashed), form)
    row.form = row.form | MARK
    row.review, row.reviewed_at = "approved", now()
    session.add(row)
    return row


async def _settle(session: Session, hotline: Hotline, hashed: str, days: int) -> str:
    """People and a past, in one transaction: they are there, or nothing of them is. Returns what there is to say."""
    if len(await members(session)) > 1:
        return "is here already"
    tenant = await tenant_by_id(session, current_tenant())
    await discard_files(tenant.id)
    until = now() - A_MOMENT
    staffed = await move_in(session, hotline, hashed, tenant.created_at)
    calls = await remember(session, hotline, staffed, days, until)
    return f"{len(staffed.members)} people, {calls} calls in {days} days"
