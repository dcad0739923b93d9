"""Closing a hotline: its people get everything first, then nothing of it can be read, and nobody else notices."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from infra import clock
from infra.database import unit_of_work
from infra.jobs import Job, run_job
from infra.scope import tenant_scope
from infra.services.throwaway import Throwaway
from infra.storage import store
from infra.vault import seal, unseal
from infra.vault.keyring import Erased
from provisioning.closing.models import Export
from provisioning.closing.steps import CLOSE
from provisioning.numbers.service import claim
from provisioning.steps.run import carry_out
from provisioning.steps.step import RUNS
from tenants.directory.models import Host, Number, Tenant
from tenants.forms.models import FormVersion
from tenants.members.models import Member
from tests.conftest import Browser
from tests.provisioning.census import census
from tests.provisioning.test_signup import letters
from tests.provisioning.test_steps import job_of, kill_at_each_step
from tests.world import Hotline, Person, World, join, open_hotline

NOTE = "She is staying with her sister in the north."
STEPS = [step.name for step in CLOSE.steps]
AFTER = {"export": 1, "outbox": 2, "provisioning_step": 12 + len(STEPS), "tenant": 1, "vault_key": 1}
"""What is left: that there was a hotline, what was done, two jobs done, a key that is no more."""


async def busy_hotline(name: str) -> tuple[Hotline, Person, Person]:
    """A hotline with a volunteer, a sealed note, a voicemail and a domain."""
    email = f"{name.lower().replace(' ', '-')}@example.org"
    hotline, owner = await open_hotline(email, "blank", name, "Olga")
    volunteer = await join(hotline, f"volunteer-{email}", "Vera", "operator")
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            form = (await session.exec(select(FormVersion.id))).one()
            row = {
                "tenant": hotline.tenant,
                "form": form,
                "member": volunteer.member,
                "sealed": await seal(session, json.dumps({"note": NOTE, "formula": "=1+1"}).encode()),
                "at": clock.now(),
            }
            await session.execute(
                text(
                    "INSERT INTO contact (tenant_id, id, member_id, form_version_id, sealed, revision, status, at) "
                    "VALUES (:tenant, gen_random_uuid(), :member, :form, :sealed, 0, 'draft', :at)"
                ),
                row,
            )
            for part, sound in enumerate((b"\x1aE\xdf\xa3first ", b"second")):
                await store().put(f"voicemail/{hotline.tenant}/call/001/{part:05}", await seal(session, sound))
            session.add(Host(tenant=hotline.tenant, name=f"{hotline.slug}.example.org"))
    return hotline, owner, volunteer


async def run_owed(name: str, tenant: UUID) -> None:
    async with unit_of_work() as session:
        owed = select(Job.id).where(Job.name == name, Job.tenant == tenant, col(Job.done_at).is_(None))
        found = list(await session.exec(owed))
    for job in found:
        assert await run_job(job)


async def closed(browser: Browser, hotline: Hotline, owner: Person, name: str) -> str:
    """Close a hotline as its owner does; returns the address of the export."""
    client = await browser(owner.account)
    page = f"/o/{hotline.slug}/settings/close"
    await client.post(f"{page}/export")
    await run_owed("closing.export", hotline.tenant)
    answer = await client.post(page, data={"name": name})
    assert answer.headers["location"] == f"/closing/{hotline.tenant}"
    await run_owed("provisioning.run", hotline.tenant)
    async with unit_of_work() as session:
        export = (await session.exec(select(Export.id).where(Export.tenant == hotline.tenant))).one()
    return f"/exports/{export}"


async def test_nothing_of_it_can_be_read_and_nobody_else_notices(
    browser: Browser, services: Throwaway, world: World
) -> None:
    hotline, owner, volunteer = await busy_hotline("Ending line")
    neighbour = await census(services, world.first.tenant)
    async with unit_of_work() as session:
        number = (await session.exec(select(Number).where(Number.tenant == hotline.tenant))).one()
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            blob = await seal(session, NOTE.encode())

    fetch = await closed(browser, hotline, owner, "Ending line")

    assert await census(services, hotline.tenant) == AFTER
    assert await store().keys(f"voicemail/{hotline.tenant}") == []
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            with pytest.raises(Erased):
                await unseal(session, blob)
    async with unit_of_work() as session:
        row = await session.get(Tenant, hotline.tenant)
        assert row
        assert (row.status, row.name, row.organisation) == ("closed", "", "")
        assert list(await session.exec(select(Host).where(Host.tenant == hotline.tenant))) == []
        rests = (await session.exec(select(Number).where(Number.id == number.id))).one()
        assert (rests.status, rests.tenant, rests.line) == ("resting", None, None)
        assert rests.rests_until
        assert rests.rests_until - clock.now() > timedelta(days=89)
    for person in (owner, volunteer, None):
        client = await browser(person.account if person else None)
        assert (await client.get(f"/h/{hotline.slug}")).status_code == 404
        assert (await client.get(f"/o/{hotline.slug}/settings/close")).status_code in (303, 404)
    assert await census(services, world.first.tenant) == neighbour

    keeper = await browser(owner.account)
    assert "It is closed" in (await keeper.get(f"/closing/{hotline.tenant}")).text
    assert (await letters(owner.email))[-1]["subject"] == "Ending line is closed"
    assert (await keeper.get(fetch)).status_code == 200
    await carry_out("close", hotline.tenant)
    assert await census(services, hotline.tenant) == AFTER


async def test_the_export_holds_everything_opened_and_is_for_its_owner_alone(browser: Browser, world: World) -> None:
    hotline, owner, volunteer = await busy_hotline("Export line")
    fetch = await closed(browser, hotline, owner, "Export line")
    client = await browser(owner.account)
    for stranger in (world.alice, volunteer):
        assert (await (await browser(stranger.account)).get(fetch)).status_code == 404
        assert (await (await browser(stranger.account)).get(f"/closing/{hotline.tenant}")).status_code == 404

    answer = await client.get(fetch)
    assert answer.headers["content-disposition"].startswith('attachment; filename="export-line-')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        contact = json.loads(archive.read("json/contact.json"))[0]
        assert contact["contents"]["note"] == NOTE
        assert NOTE in archive.read("csv/contact.csv").decode()
        assert archive.read("files/voicemail/call-001.webm") == b"\x1aE\xdf\xa3first second"
        assert json.loads(archive.read("hotline.json"))["name"] == "Export line"
        assert {"json/flow_version.json", "json/audit_entry.json", "csv/member.csv"} <= set(archive.namelist())
        assert "json/vault_key.json" not in archive.namelist()

    with clock.travel(by=timedelta(minutes=30)):
        assert (await client.get(fetch)).status_code == 200
    with clock.travel(by=timedelta(minutes=61)):
        assert (await client.get(fetch)).status_code == 404
        async with unit_of_work() as session:
            owed = list(await session.exec(select(Job.id).where(Job.name == "closing.forget")))
        for job in owed:
            await run_job(job)
    assert await store().keys(f"exports/{hotline.tenant}") == []


async def test_a_number_rests_ninety_days_before_anybody_has_it_again(browser: Browser) -> None:
    hotline, owner, _ = await busy_hotline("Resting line")
    async with unit_of_work() as session:
        e164 = (await session.exec(select(Number.e164).where(Number.tenant == hotline.tenant))).one()
    await closed(browser, hotline, owner, "Resting line")
    other, line = UUID(int=7), UUID(int=8)
    for days, again in ((89, False), (91, True)):
        with clock.travel(by=timedelta(days=days)):
            async with unit_of_work() as session:
                got = set()
                while (number := await claim(session, other, line)).status == "held" and number.e164 not in got:
                    got.add(number.e164)
                    number.tenant = UUID(int=9)
                    session.add(number)
                    await session.flush()
                    if len(got) > 40:
                        break
                await session.rollback()
        assert (e164 in got) is again


@pytest.mark.parametrize("name", STEPS)
async def test_a_step_that_keeps_failing_is_taken_back_until_there_is_no_way_back(
    browser: Browser, services: Throwaway, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    hotline, owner, _ = await busy_hotline(f"Stuck {name}")
    before = await census(services, hotline.tenant)

    async def broken(*_: Any) -> None:
        raise RuntimeError("the ground gave way")

    steps = tuple(replace(step, do=broken) if step.name == name else step for step in CLOSE.steps)
    monkeypatch.setitem(RUNS, "close", replace(CLOSE, steps=steps))
    client = await browser(owner.account)
    page = f"/o/{hotline.slug}/settings/close"
    await client.post(f"{page}/export")
    await run_owed("closing.export", hotline.tenant)
    await client.post(page, data={"name": f"Stuck {name}"})
    way_back = STEPS.index(name) <= STEPS.index("rows")
    for _ in range(2 if way_back else 5):
        with pytest.raises(RuntimeError):
            await carry_out("close", hotline.tenant)
    if way_back:
        await carry_out("close", hotline.tenant)
        assert "could not be closed" in (await letters(owner.email))[-1]["subject"]
        assert "That didn't work" in (await client.get(f"/closing/{hotline.tenant}")).text
        after = await census(services, hotline.tenant)
        assert {table: n for table, n in after.items() if before.get(table) != n} == {
            "audit_entry": 2,
            "export": 1,
            "outbox": 5,
            "provisioning_step": 12 + len(STEPS),
        }
        assert (await client.get(f"/h/{hotline.slug}")).status_code == 200
        with tenant_scope(hotline.tenant):
            async with unit_of_work() as session:
                assert list(await session.exec(select(Member.left_at))) == [None, None]
        assert (await client.post(page, data={"name": f"Stuck {name}"})).status_code == 303
    monkeypatch.setitem(RUNS, "close", CLOSE)
    await carry_out("close", hotline.tenant)
    assert (await census(services, hotline.tenant))["vault_key"] == 1
    async with unit_of_work() as session:
        row = await session.get(Tenant, hotline.tenant)
    assert row
    assert row.status == "closed"


async def test_killed_at_every_step_it_is_closed_by_itself(browser: Browser, services: Throwaway) -> None:
    hotline, owner, _ = await busy_hotline("Killed closing")
    client = await browser(owner.account)
    page = f"/o/{hotline.slug}/settings/close"
    await client.post(f"{page}/export")
    await run_owed("closing.export", hotline.tenant)
    await client.post(page, data={"name": "Killed closing"})
    died = await kill_at_each_step(await job_of(hotline.tenant), "close")
    assert died.stdout.split() == STEPS, died.stderr
    await run_owed("provisioning.run", hotline.tenant)
    assert await census(services, hotline.tenant) == AFTER
    assert [letter["subject"] for letter in await letters(owner.email)].count("Killed closing is closed") == 1
    async with unit_of_work() as session:
        export = (await session.exec(select(Export.id).where(Export.tenant == hotline.tenant))).one()
    with zipfile.ZipFile(io.BytesIO((await client.get(f"/exports/{export}")).content)) as archive:
        assert json.loads(archive.read("json/contact.json"))[0]["contents"]["note"] == NOTE


async def test_only_the_owner_closes_with_the_right_name_and_an_export(browser: Browser) -> None:
    hotline, owner, volunteer = await busy_hotline("Staying line")
    page = f"/o/{hotline.slug}/settings/close"
    admin = await join(hotline, "admin-staying@example.org", "Ada", "admin")
    for person in (volunteer, admin):
        client = await browser(person.account)
        assert (await client.get(page)).status_code == 403
        assert (await client.post(page, data={"name": "Staying line"})).status_code == 403
    client = await browser(owner.account)
    assert (await client.post(page, data={"name": "Staying line"})).status_code == 409
    await client.post(f"{page}/export")
    assert "being built" in (await client.get(f"{page}/export")).text
    await run_owed("closing.export", hotline.tenant)
    assert "Fetch the export" in (await client.get(f"{page}/export")).text
    wrong = await client.post(page, data={"name": "staying"})
    assert wrong.status_code == 422
    assert "That isn&#39;t the hotline&#39;s name" in wrong.text
    async with unit_of_work() as session:
        row = await session.get(Tenant, hotline.tenant)
    assert row
    assert row.status == "open"


async def test_nobody_on_the_line_is_cut_off(browser: Browser) -> None:
    hotline, owner, _ = await busy_hotline("Talking line")
    client = await browser(owner.account)
    page = f"/o/{hotline.slug}/settings/close"
    await client.post(f"{page}/export")
    await run_owed("closing.export", hotline.tenant)
    assert (await (await browser()).post(f"/h/{hotline.slug}/call")).status_code == 303
    answer = await client.post(page, data={"name": "Talking line"})
    assert answer.status_code == 409
    assert "Somebody is on the line" in answer.text
