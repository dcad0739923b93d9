"""What a hotline wrote about people goes by itself, and nothing goes too early."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import select

from hark.cases.models import Case
from hark.contacts.models import Contact
from hark.retention import jobs
from hark.retention.service import sweep
from hark.switchboard.left import part_key
from hark.switchboard.models import Call, Callback, CallerRow, CallEvent, Voicemail
from infra.clock import now, travel
from infra.database import unit_of_work
from infra.jobs.outbox import Job
from infra.scope import no_scope, tenant_scope
from infra.storage import store
from infra.vault import seal
from tenants.flows.models import FlowVersion
from tenants.forms.models import FormVersion
from tenants.profile.models import Profile
from tenants.workflows.models import WorkflowVersion
from tests.world import World


async def _call(session, world: World, days: int) -> Call:
    version = (await session.exec(select(FlowVersion.id))).first()
    caller = CallerRow(hash=f"caller {days}".encode(), first_at=now() - timedelta(days=days))
    session.add(caller)
    await session.flush()
    at = now() - timedelta(days=days)
    call = Call(
        line_id=world.first.line, flow_version_id=version, caller_id=caller.id, token_hash=b"", phase="ended",
        started_at=at, ended_at=at, state={"phase": "ended", "language": "en"}, outcome="answered",
    )  # fmt: skip
    session.add(call)
    await session.flush()
    session.add(CallEvent(call_id=call.id, at=at, event={"type": "arrived"}))
    session.add(Voicemail(call_id=call.id, at=at, status="done", parts=1))
    session.add(Callback(call_id=call.id, at=at, sealed=await seal(session, b"{}")))
    await store().put(part_key(call.id, 1, 0), b"sealed sound")
    return call


async def _contact(session, world: World, call: UUID | None, days: int) -> Contact:
    form = (await session.exec(select(FormVersion.id))).first()
    contact = Contact(
        call_id=call, member_id=world.bob.member, form_version_id=form, sealed=await seal(session, b"{}"),
        at=now() - timedelta(days=days), status="submitted",
    )  # fmt: skip
    session.add(contact)
    await session.flush()
    return contact


async def test_what_is_older_than_the_hotlines_time_goes_and_the_rest_stays(world: World) -> None:
    """chatwoot#5583, zammad#4838: no automatic deletion."""
    with tenant_scope(world.first.tenant):
        async with unit_of_work() as session:
            profile = (await session.exec(select(Profile))).one()
            days = int(profile.defaults["retention_days"])
            old, young = await _call(session, world, days + 1), await _call(session, world, days - 1)
            gone = await _contact(session, world, old.id, days + 1)
            kept = await _contact(session, world, young.id, days - 1)
            held = await _contact(session, world, None, days + 1)
            workflow = (await session.exec(select(WorkflowVersion.id))).first()
            session.add(
                Case(
                    number=9001,
                    contact_id=held.id,
                    workflow_version_id=workflow,
                    stage="new",
                    sealed_title=await seal(session, b"still open"),
                    opened_by=world.bob.member,
                )
            )
        async with unit_of_work() as session:
            assert (await sweep(session))["contacts"] == 1
        async with unit_of_work() as session:
            left = set(await session.exec(select(Contact.id)))
            assert gone.id not in left
            assert {kept.id, held.id} <= left
            assert set(await session.exec(select(Voicemail.call_id))) == {young.id}
            assert set(await session.exec(select(Callback.call_id))) == {young.id}
            assert set(await session.exec(select(CallEvent.call_id))) == {young.id}
            assert set(await session.exec(select(CallerRow.hash))) == {f"caller {days - 1}".encode()}
            counted = (await session.exec(select(Call).where(Call.id == old.id))).one()
            assert counted.caller_id is None
            assert await store().keys(f"voicemail/{world.first.tenant}/{old.id}") == []
            assert await store().keys(f"voicemail/{world.first.tenant}/{young.id}") != []


async def test_a_round_owes_each_hotline_one_sweep_and_tomorrows_round(world: World) -> None:
    with no_scope(), travel(by=timedelta(days=3)):
        for _ in range(2):
            async with unit_of_work() as session:
                await jobs.go_round(session)
        async with unit_of_work() as session:
            fresh = select(Job).where(Job.name == "retention.sweep", Job.created_at > now() - timedelta(minutes=1))
            owed = (await session.exec(fresh)).all()
            rounds = (await session.exec(select(Job).where(Job.name == "retention.round", Job.due_at > now()))).all()
        assert {row.tenant for row in owed} >= {world.first.tenant, world.second.tenant}
        assert len({row.tenant for row in owed}) == len(owed)
        assert len(rounds) == 1
