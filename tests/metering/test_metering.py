"""What a night's count finds: telephone connections, letters, numbers, files; once, however often it runs."""

from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from sqlmodel import select

from billing.usage.service import by_month
from hark.metering.counting import count_everything
from hark.metering.jobs import go_round
from hark.phone.models import Leg
from hark.switchboard.models import Call
from infra.clock import travel
from infra.database import Session, unit_of_work
from infra.jobs import Job
from infra.scope import no_scope, tenant_scope
from infra.storage import store
from tenants.directory.models import Number
from tenants.flows.models import FlowVersion
from tests.world import World, open_hotline

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
pytestmark = pytest.mark.usefixtures("ground")


async def _call(session: Session, line: object, at: datetime, *legs: tuple[str, int], simulated: bool = False) -> None:
    version = (await session.exec(select(FlowVersion))).first()
    assert version is not None
    call = Call(
        line_id=line, flow_version_id=version.id, phase="ended", token_hash=b"", started_at=at, ended_at=at,
        simulated=simulated,
    )  # fmt: skip
    session.add(call)
    await session.flush()
    for device, seconds in legs:
        over = at + timedelta(seconds=seconds)
        session.add(Leg(call_id=call.id, ref=device, device=device, state="over", answered_at=at, over_at=over))


async def test_a_night_counts_what_costs_money_and_another_night_adds_only_what_is_new() -> None:
    hotline, _owner = await open_hotline("metered@example.org", "blank", "Metered", "Olga")
    with tenant_scope(hotline.tenant), travel(NOW):
        async with unit_of_work() as session:
            at = NOW - timedelta(days=3)
            await _call(session, hotline.line, at, ("trunk", 61), ("mobile", 40), ("browser", 500), ("sip", 500))
            await _call(session, hotline.line, at, ("trunk", 1000), simulated=True)
            await _call(session, hotline.line, at)
            session.add(Job(tenant=hotline.tenant, name="mail.send", done_at=NOW))
            session.add(Number(e164="+442079460999", carrier="twilio", status="held", tenant=hotline.tenant))
        await store().put(f"prompt/{hotline.tenant}/one", b"12345")
        for _night in range(2):
            async with unit_of_work() as session:
                await count_everything(session)
        async with unit_of_work() as session:
            found = await by_month(session, NOVEMBER, DECEMBER)
        assert found == {
            ("minutes", NOVEMBER): 101, ("messages", NOVEMBER): 1, ("numbers", NOVEMBER): 1, ("storage", NOVEMBER): 5,
        }  # fmt: skip
    with tenant_scope(hotline.tenant), travel(NOW + timedelta(days=1)):
        async with unit_of_work() as session:
            await _call(session, hotline.line, NOW, ("trunk", 9))
            await count_everything(session)
        async with unit_of_work() as session:
            found = await by_month(session, NOVEMBER, DECEMBER)
        assert [found[kind, NOVEMBER] for kind in ("minutes", "numbers", "storage")] == [110, 2, 10]


async def test_nothing_that_was_counted_can_be_laid_beside_a_call(world: World, superuser: asyncpg.Connection) -> None:
    """Not by an id, not by the moment in an id, not by a length, not by the order of rows."""
    hotline, _owner = await open_hotline("apart@example.org", "blank", "Apart", "Olga")
    with tenant_scope(hotline.tenant), travel(NOW):
        async with unit_of_work() as session:
            for seconds in range(20, 40):
                await _call(session, hotline.line, NOW - timedelta(hours=seconds), ("trunk", seconds))
        async with unit_of_work() as session:
            await count_everything(session)
    rows = await superuser.fetch("SELECT * FROM usage_event WHERE tenant_id = $1 ORDER BY ctid", hotline.tenant)
    minutes = [row for row in rows if row["kind"] == "minutes"]
    assert len(minutes) == 20
    assert {row["id"].version for row in rows} == {4}
    assert set(rows[0].keys()) == {"tenant_id", "id", "kind", "source", "month"}
    assert [row["source"] for row in minutes] == sorted(row["source"] for row in minutes)
    known = await superuser.fetch("SELECT id::text AS key FROM leg UNION SELECT id::text FROM call")
    told = " ".join(str(value) for row in rows for value in row.values())
    assert not [each["key"] for each in known if each["key"] in told]


async def test_the_round_owes_each_hotline_a_count_in_its_own_scope(world: World) -> None:
    with no_scope():
        async with unit_of_work() as session:
            await go_round(session)
        async with unit_of_work() as session:
            owed = set(await session.exec(select(Job.tenant).where(Job.name == "metering.count")))
    assert {world.first.tenant, world.second.tenant} <= owed
