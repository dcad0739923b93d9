"""The examples live: a simulated call goes its whole way, real callers meet no machine, real volunteers come first."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from hark.contacts.models import Contact
from hark.demo.live.job import keep_calling, look, look_again
from hark.demo.live.scene import FIRST_TO_PEOPLE, survey
from hark.switchboard import calls
from hark.switchboard import clock as switchboard
from hark.switchboard.models import Call, Duty, Offer
from hark.switchboard.offering import duty
from infra import clock
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.jobs import Job, run_job
from infra.scope import no_scope, tenant_scope
from tenants.flows.engine import events as on
from tenants.lines.service import lines
from tests.conftest import Browser
from tests.demo.conftest import Example
from tests.world import Hotline, World, join

Filled = dict[str, Example]


@contextmanager
def later(at: datetime, seconds: float = 0) -> Iterator[None]:
    """So many seconds after a moment."""
    with clock.travel(to=at + timedelta(seconds=seconds)):
        yield


async def lives(example: Example) -> None:
    """What is due at this moment happens: first the switchboard's timers, then the demo's deeds."""
    await switchboard.tick()
    await look(example.told)


async def answered_by_the_cast(example: Example) -> tuple[Call, Contact] | None:
    """The last call that began after the fill, was answered, and is written up."""
    async with unit_of_work() as session:
        found = (
            select(Call, Contact)
            .join(Contact, (col(Contact.tenant_id) == Call.tenant_id) & (col(Contact.call_id) == Call.id))
            .where(
                Call.outcome == "answered",
                Contact.status == "submitted",
                col(Call.started_at) > now() - timedelta(hours=1),
            )
        )
        row = (await session.exec(found)).first()
        return (row[0], row[1]) if row else None


async def test_a_simulated_call_goes_all_its_way_from_the_ring_to_the_record(filled: Filled) -> None:
    example = filled["violence"]
    at = await example.staffed_moment()
    with tenant_scope(example.tenant.id):
        for beat in range(400):
            with later(at, beat * 3):
                await lives(example)
                done = await answered_by_the_cast(example)
            if done:
                break
        else:
            raise AssertionError("no simulated call came to its end")
        call, contact = done
        assert call.simulated
        assert call.answered_at is not None
        assert call.ended_at is not None
        async with unit_of_work() as session:
            cast = (await survey(session, example.told)).cast
        assert contact.member_id in cast


async def test_a_real_caller_is_not_offered_to_simulated_volunteers(filled: Filled, browser: Browser) -> None:
    example = filled["rainbow"]
    at = await example.staffed_moment()
    with tenant_scope(example.tenant.id):
        with later(at):
            await lives(example)
            async with unit_of_work() as session:
                there = (await session.exec(select(Duty).where(Duty.status == "on", col(Duty.simulated)))).all()
                assert len(there) > 1
                call = await real_call(session)
            visitor = await browser()
            page = (await visitor.get(f"/h/{example.tenant.slug}")).text
            assert "on duty" not in page.lower() or "nobody" in page.lower()
        for beat in range(1, 60):
            with later(at, beat * 3):
                await lives(example)
                async with unit_of_work() as session:
                    assert (await session.exec(select(Offer).where(Offer.call_id == call))).first() is None
                    row = (await session.exec(select(Call).where(Call.id == call))).one()
                if row.phase == "ended" or row.state["node"] == "away":
                    return
        raise AssertionError("the real caller was left waiting")


async def real_call(session: Session) -> UUID:
    """Somebody calls in earnest and presses nothing."""
    line = (await lines(session))[0]
    call, _ = await calls.start(session, line, language="en")
    await calls.handle(session, call, on.Arrived({"main": "open"}, {}, "en", at=now()))
    return call


async def test_a_real_volunteer_is_rung_alone_at_first_and_the_simulated_come_only_later(filled: Filled) -> None:
    example = filled["elderly"]
    hotline = Hotline(example.tenant.id, example.tenant.slug, UUID(int=0), UUID(int=0))
    visitor = await join(hotline, "visitor@example.org", "Val", "operator")
    at = await example.staffed_moment()
    with tenant_scope(example.tenant.id):
        for beat in range(60):
            with later(at, beat * 3):
                async with unit_of_work() as session:
                    if beat == 0:
                        await duty.set_duty(session, visitor.member, "on")
                    await duty.seen(session, visitor.member)
                await lives(example)
        async with unit_of_work() as session:
            made = select(Offer).where(col(Offer.made_at) >= at).order_by(col(Offer.made_at))
            offers = (await session.exec(made)).all()
    first = offers[0]
    others = [offer for offer in offers if offer.call_id == first.call_id and offer.member_id != visitor.member]
    assert first.member_id == visitor.member
    assert others
    assert others[0].made_at - first.made_at >= FIRST_TO_PEOPLE - timedelta(seconds=4)


async def test_whoever_opens_the_console_of_an_example_s_volunteer_is_not_played_any_longer(filled: Filled) -> None:
    example = filled["cancer"]
    at = await example.staffed_moment()
    with tenant_scope(example.tenant.id):
        with later(at):
            await lives(example)
            async with unit_of_work() as session:
                member = (await session.exec(select(Duty.id).where(Duty.status == "on", col(Duty.simulated)))).first()
                assert member is not None
                await duty.seen(session, member)
        for beat in range(1, 20):
            with later(at, beat * 3):
                await lives(example)
                async with unit_of_work() as session:
                    row = (await session.exec(select(Duty).where(Duty.id == member))).one()
                    assert (row.status, row.simulated) == ("off", False)


async def test_the_job_owes_itself_one_next_look_and_leaves_no_pile(filled: Filled) -> None:
    example = filled["workplace"]
    own = (Job.name == "demo.call", Job.tenant == example.tenant.id)
    with tenant_scope(example.tenant.id):
        for turn in range(1, 6):
            async with unit_of_work() as session:
                await keep_calling(session)
            with no_scope():
                async with unit_of_work() as session:
                    owed = (await session.exec(select(Job).where(*own, col(Job.done_at).is_(None)))).all()
            assert len(owed) == 1
            with clock.travel(to=owed[0].due_at + timedelta(seconds=1)):
                assert await run_job(owed[0].id), turn
    with no_scope():
        async with unit_of_work() as session:
            rows = (await session.exec(select(Job).where(*own))).all()
    assert len(rows) == 2
    assert sum(row.done_at is None for row in rows) == 1


async def test_the_job_ends_for_good_where_there_is_no_example(world: World) -> None:
    tenant = world.second.tenant
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            await look_again(session)
        async with unit_of_work() as session:
            assert (
                await session.exec(select(Job).where(Job.name == "demo.call", Job.tenant == tenant))
            ).first() is None
