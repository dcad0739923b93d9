"""Numbers have no gap and none is taken twice, whatever becomes of those who take them."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from random import Random
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col, select

from billing.receipts.models import Receipt
from billing.receipts.service import replace, void
from infra.ids import new_id
from tests.billing.receipts.given import at, receipt_for
from tests.world import Hotline, World

CHANCE = Random(20)
HOLDER = """
import asyncio, sys
from uuid import UUID
from infra.vault import warm
from tests.billing.receipts.given import at, receipt_for

async def hold():
    await warm()
    async with at(UUID(sys.argv[1])) as session:
        print((await receipt_for(session, series="K")).number, flush=True)
        await asyncio.sleep(600)

asyncio.run(hold())
"""


class GoneWrong(Exception):
    """What comes after the receipt in its transaction fails."""


async def _numbers(line: Hotline, series: str) -> list[int]:
    async with at(line.tenant) as session:
        found = select(Receipt.number).where(Receipt.series == series).order_by(col(Receipt.number))
        return list(await session.exec(found))


async def test_a_hundred_at_once_of_which_some_fail_and_some_are_killed(
    line: Hotline, superuser: asyncpg.Connection
) -> None:
    fates = ["kept"] * 60 + ["undone"] * 25 + ["killed"] * 15
    CHANCE.shuffle(fates)
    lock = asyncio.Lock()

    async def give(fate: str) -> None:
        with suppress(GoneWrong, DBAPIError):
            async with at(line.tenant) as session:
                await receipt_for(session)
                if fate == "undone":
                    raise GoneWrong
                if fate == "killed":
                    process = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
                    async with lock:  # one connection speaks for the superuser
                        await superuser.execute("SELECT pg_terminate_backend($1)", process)

    await asyncio.gather(*(give(fate) for fate in fates))
    assert await _numbers(line, "G") == list(range(1, 61))


async def test_a_process_killed_while_it_holds_a_number_gives_it_back(line: Hotline) -> None:
    async with at(line.tenant) as session:
        assert (await receipt_for(session, series="K")).number == 1
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(line.tenant), stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[3]), *sys.path])},
    )  # fmt: skip
    assert holder.stdout is not None
    assert (await holder.stdout.readline()).strip() == b"2"
    holder.send_signal(signal.SIGKILL)
    await holder.wait()
    async with at(line.tenant) as session:
        assert (await receipt_for(session, series="K")).number == 2
    assert await _numbers(line, "K") == [1, 2]


async def test_a_gift_has_one_receipt_however_often_and_however_many_at_once_ask(line: Hotline) -> None:
    gift = new_id()

    async def ask() -> UUID:
        async with at(line.tenant) as session:
            return (await receipt_for(session, gift, series="O")).id

    assert len(set(await asyncio.gather(*(ask() for _ in range(12))))) == 1
    assert await _numbers(line, "O") == [1]


async def test_a_gift_asked_for_in_two_series_at_once_has_one(line: Hotline) -> None:
    gift = new_id()

    async def ask(series: str) -> UUID:
        async with at(line.tenant) as session:
            return (await receipt_for(session, gift, series=series)).id

    asked = await asyncio.gather(ask("P"), ask("Q"), return_exceptions=True)
    assert sum(isinstance(one, UUID) for one in asked) >= 1
    assert all(isinstance(one, UUID | IntegrityError) for one in asked)
    assert len(await _numbers(line, "P")) + len(await _numbers(line, "Q")) == 1


async def test_replacements_take_numbers_of_their_own_and_one_at_most_wins(line: Hotline) -> None:
    async with at(line.tenant) as session:
        first = await receipt_for(session, series="R")

    async def again(name: str) -> int:
        async with at(line.tenant) as session:
            return (await replace(session, first.id, "The name was wrong", name=name)).number

    numbers = await asyncio.gather(*(again(f"Ann {turn}") for turn in range(6)), return_exceptions=True)
    assert [number for number in numbers if isinstance(number, int)] == [2]
    assert await _numbers(line, "R") == [1, 2]


async def test_void_ones_keep_their_numbers(line: Hotline) -> None:
    async with at(line.tenant) as session:
        held = await receipt_for(session, series="V")
        await void(session, held.id, "Given back")
    async with at(line.tenant) as session:
        assert (await receipt_for(session, series="V")).number == 2


async def test_each_hotline_counts_for_itself(line: Hotline, world: World) -> None:
    async with at(line.tenant) as session:
        await receipt_for(session, series="T")
    async with at(world.second.tenant) as session:
        assert (await receipt_for(session, series="T")).number == 1


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM receipt WHERE id = :id",
        "UPDATE receipt SET minor = minor + 1 WHERE id = :id",
        "UPDATE receipt SET number = number + 100 WHERE id = :id",
        "UPDATE receipt SET given_on = given_on - 365 WHERE id = :id",
        "UPDATE receipt SET state = 'issued' WHERE id = :id",
    ],
)
async def test_the_database_lets_nobody_change_one_or_take_it_back(line: Hotline, change: str) -> None:
    async with at(line.tenant) as session:
        held = await receipt_for(session, series="D")
        await void(session, held.id, "Given back")
    with pytest.raises(DBAPIError, match="never changed nor taken back"):
        async with at(line.tenant) as session:
            await session.execute(text(change), {"id": held.id})


async def test_the_database_refuses_a_gap(line: Hotline) -> None:
    async with at(line.tenant) as session:
        await receipt_for(session, series="E")
        await session.execute(text("UPDATE receipt_series SET next = 7 WHERE series = 'E'"))
    with pytest.raises(DBAPIError, match="would leave a gap"):
        async with at(line.tenant) as session:
            await receipt_for(session, series="E")
