"""Digests: each closed day's entries as one number, chained; a donor's proof holds, and nothing changes unnoticed."""

import asyncio
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from billing.ledger import Entry, Posting, book
from billing.ledger.digest import jobs
from billing.ledger.digest.closing import close_days
from billing.ledger.digest.leaves import leaves_of
from billing.ledger.digest.proofs import proofs_of_gift, whole_chain
from billing.ledger.digest.tree import climbed, leaf_hash, proof_of, root_of
from billing.ledger.models import LedgerDay, LedgerEntry
from infra import clock
from infra.database import unit_of_work
from infra.errors import NotFound
from infra.ids import new_id
from infra.jobs import Job, run_job
from infra.scope import PLATFORM, no_scope, tenant_scope
from tests.billing.ledger.ledger_world import NOON, gift, new_books
from tests.conftest import Browser
from tests.world import World

pytestmark = pytest.mark.usefixtures("ground")
LEAVES = st.lists(st.binary(max_size=4).map(leaf_hash), min_size=1, max_size=40, unique=True)


@given(LEAVES, st.randoms(use_true_random=False))
def test_every_leaf_leads_up_to_the_root_and_no_other_does(leaves: list[bytes], chance) -> None:
    root = root_of(leaves)
    chance.shuffle(leaves)
    assert root_of(leaves) == root
    for leaf in leaves:
        assert climbed(leaf, proof_of(leaves, leaf)) == root
        assert climbed(leaf_hash(leaf), proof_of(leaves, leaf)) != root
    assert root_of([*leaves, leaf_hash(b"another")]) != root


async def _book(day: int, entry: Entry) -> UUID:
    with clock.travel(by=timedelta(days=day)):
        async with unit_of_work() as session:
            return await book(session, entry)


async def _close(day: int) -> list[str]:
    with clock.travel(by=timedelta(days=day)):
        async with unit_of_work() as session:
            return [each.isoformat() for each in await close_days(session)]


def _date(day: int) -> str:
    return (clock.now() + timedelta(days=day)).date().isoformat()


async def test_days_are_closed_once_in_order_and_todays_stays_open() -> None:
    with new_books():
        await _book(0, gift("txn:1"))
        await _book(2, gift("txn:2"))
        await _book(3, gift("txn:3"))
        assert await _close(3) == [_date(0), _date(2)]
        assert await _close(3) == []
        assert await _close(9) == [_date(3)]
        async with unit_of_work() as session:
            assert [day["day"] for day in await whole_chain(session)] == [_date(0), _date(2), _date(3)]


async def test_what_is_booked_with_a_clock_that_is_behind_is_on_the_first_open_day() -> None:
    with new_books():
        await _book(0, gift("txn:1"))
        await _close(1)
        late = await _book(0, gift("txn:2"))
        async with unit_of_work() as session:
            row = (await session.exec(select(LedgerEntry).where(LedgerEntry.id == late))).one()
            assert row.booked_at.date().isoformat() == _date(1)
            assert row.at == NOON
        assert await _close(2) == [_date(1)]


async def test_whoever_is_booking_as_the_day_is_closed_is_in_its_digest() -> None:
    """The closing waits for a transaction that began before it, and what begins meanwhile comes after."""
    # the two travel at once, and the last one home puts back what it found: the outer journey ends that
    with clock.travel(), new_books():
        async with unit_of_work() as session:
            await book(session, gift("txn:1"))
            closing = asyncio.create_task(_close(1))
            await asyncio.sleep(0.2)
            assert not closing.done()
            after = asyncio.create_task(_book(0, gift("txn:2")))
            await asyncio.sleep(0.2)
            assert not after.done()
        assert await closing == [_date(0)]
        await after
        async with unit_of_work() as session:
            day = (await session.exec(select(LedgerDay))).one()
            assert day.entries == 1
            assert len(await leaves_of(session, day.day)) == 1
            assert (
                await session.exec(select(LedgerEntry.booked_at).where(LedgerEntry.ref == "txn:2"))
            ).one().date() > (day.day)


async def _files(client, base: str, key: UUID, folder: Path) -> list[str]:
    """What the page tells a donor to save."""
    for name, address in (
        ("check.py", "check.py"), ("proof.json", f"gifts/{key}/proof.json"), ("days.json", "days.json")
    ):  # fmt: skip
        answer = await client.get(f"{base}/{address}")
        assert answer.status_code == 200
        (folder / name).write_bytes(answer.content)
    return [sys.executable, "-I", "check.py", "proof.json", "days.json"]


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


async def test_a_donor_checks_a_gift_with_the_published_program(
    world: World, browser: Browser, tmp_path: Path, superuser: asyncpg.Connection
) -> None:
    mine, base = new_id(), f"/h/{world.first.slug}/books"
    with tenant_scope(world.first.tenant):
        await _book(-3, gift("txn:mine", 2500, gift=mine))
        for number in range(6):
            await _book(-3, gift(f"txn:other:{number}", 100 + number, gift=new_id()))
        back = [Posting("refunds", 500, "EUR", gift=mine), Posting("processor", -500, "EUR", gift=mine)]
        await _book(-2, Entry("refund:mine", "refund", NOON, back))
        await _close(0)
    client = await browser()
    command = await _files(client, base, mine, tmp_path)
    good = await asyncio.to_thread(_run, command, tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.count("In the books of") == 2
    assert '"gifts","EUR",-2500' in good.stdout

    proof = json.loads((tmp_path / "proof.json").read_text())
    (tmp_path / "proof.json").write_text(json.dumps(proof).replace("-2500", "-2400"))
    forged = await asyncio.to_thread(_run, command, tmp_path)
    assert (forged.returncode, forged.stderr) == (1, f"An entry is not in the digest of {_date(-3)}.\n")

    days = json.loads((tmp_path / "days.json").read_text())
    days["days"][0]["root"] = days["days"][1]["root"]
    (tmp_path / "days.json").write_text(json.dumps(days))
    broken = await asyncio.to_thread(_run, command, tmp_path)
    assert (broken.returncode, broken.stderr) == (1, f"The chain is broken on {days['days'][0]['day']}.\n")

    async with superuser.transaction():  # whoever has the whole database in hand changes an old entry
        await superuser.execute("SET LOCAL session_replication_role = replica")
        await superuser.execute("UPDATE ledger_posting SET minor = minor / 5 WHERE gift = $1", mine)
    command = await _files(client, base, mine, tmp_path)
    noticed = await asyncio.to_thread(_run, command, tmp_path)
    assert (noticed.returncode, noticed.stderr) == (1, f"An entry is not in the digest of {_date(-3)}.\n")


async def test_a_donor_sees_their_own_gift_alone() -> None:
    mine, theirs = new_id(), new_id()
    with new_books():
        await _book(0, gift("txn:1", gift=mine))
        both = (
            Posting("cash", 30, "EUR"),
            Posting("gifts", -10, "EUR", gift=mine),
            Posting("gifts", -20, "EUR", gift=theirs),
        )
        await _book(0, Entry("cash:box", "cash", NOON, both, note="A box at the door"))
        async with unit_of_work() as session:
            found = await proofs_of_gift(session, mine)
            assert [each.leaf.kind for each in found] == ["charge"]
            assert found[0].day is None
            with pytest.raises(NotFound):
                await proofs_of_gift(session, theirs)
            leaf = (await leaves_of(session, clock.now().date()))[0]
            assert b"door" not in leaf.content


async def test_every_night_each_hotlines_books_and_the_platforms_are_closed(world: World) -> None:
    for tenant in (world.first.tenant, PLATFORM):
        with tenant_scope(tenant):
            await _book(
                0,
                Entry(f"night:{new_id()}", "cost", NOON, (Posting("cost.rooms", 5, "EUR"), Posting("bank", -5, "EUR"))),
            )
    with clock.travel(by=timedelta(days=1)):
        with no_scope():
            async with unit_of_work() as session:
                await jobs.begin(session)
            async with unit_of_work() as session:
                owed = (
                    await session.exec(
                        select(Job.id).where(Job.name == "books.round", Job.key == f"books:{clock.now().date()}")
                    )
                ).one()
            assert await run_job(owed)
            async with unit_of_work() as session:
                due = (await session.exec(select(Job.due_at).where(Job.key == f"books:{_date(1)}"))).one()
                assert due.isoformat() == f"{_date(1)}T00:10:00+00:00"
                closings = {
                    job.tenant: job.id for job in await session.exec(select(Job).where(Job.name == "books.close"))
                }
        for tenant in (world.first.tenant, PLATFORM):
            assert await run_job(closings[tenant])
            with tenant_scope(tenant):
                async with unit_of_work() as session:
                    assert (await whole_chain(session))[-1]["day"] == _date(-1)
