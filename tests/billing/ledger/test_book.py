"""Booking: zero-sum, once for each reference, never changed, taken back by its opposite; each tenant's apart."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from billing.ledger import Entry, Posting, balance, book, reverse, trial_balance
from billing.ledger.service import postings_of
from infra.database import unit_of_work
from infra.errors import Conflict, NotFound
from infra.ids import new_id
from infra.scope import PLATFORM, no_scope, tenant_scope
from tests.billing.ledger.ledger_world import NOON, gift, new_books
from tests.world import World

pytestmark = pytest.mark.usefixtures("ground")


async def booked(entry: Entry) -> UUID:
    async with unit_of_work() as session:
        return await book(session, entry)


async def test_an_entry_stands_with_all_its_postings() -> None:
    with new_books():
        key = await booked(gift())
        async with unit_of_work() as session:
            assert await postings_of(session, key) == list(gift().postings)
            lines = {line.account: (line.debit, line.credit) for line in await trial_balance(session)}
    assert lines == {"processor": (970, 0), "processor_fees": (30, 0), "gifts": (0, 1000)}


@pytest.mark.parametrize(
    "wrong",
    [
        (Posting("processor", 100, "EUR"), Posting("gifts", -99, "EUR")),
        (Posting("processor", 100, "EUR"), Posting("gifts", -100, "USD")),
        (Posting("processor", 100, "EUR"), Posting("presents", -100, "EUR")),
        (Posting("cost.", 100, "EUR"), Posting("gifts", -100, "EUR")),
        (Posting("processor", 0, "EUR"),),
        (),
    ],
)
async def test_what_isnt_zero_sum_or_knows_no_account_is_no_entry(wrong: tuple[Posting, ...]) -> None:
    with new_books():
        with pytest.raises(ValueError, match=r"sum to zero|no account|nothing to book"):
            await booked(Entry("txn:1", "charge", NOON, wrong))
        with pytest.raises(ValueError, match="zone"):
            await booked(gift(at=datetime(2026, 3, 14)))  # noqa: DTZ001 - what this refuses


async def test_nought_is_no_posting() -> None:
    with new_books():
        padded = Entry("txn:1", "charge", NOON, (*gift().postings, Posting("platform_fees", 0, "EUR")))
        key = await booked(padded)
        assert await booked(gift()) == key
        async with unit_of_work() as session:
            assert len(await postings_of(session, key)) == 3


async def test_the_same_again_is_the_same_entry_and_something_else_is_refused() -> None:
    with new_books():
        key = await booked(gift())
        shuffled = Entry("txn:1", "charge", NOON, tuple(reversed(gift().postings)))
        assert await booked(shuffled) == key
        for other in (gift(minor=999), gift(at=NOON + timedelta(seconds=1)), gift(currency="USD"), gift(gift=new_id())):
            with pytest.raises(Conflict):
                await booked(other)
        async with unit_of_work() as session:
            assert await balance(session, "gifts", "EUR") == -1000


async def test_twenty_at_once_book_one_entry() -> None:
    with new_books():
        keys = await asyncio.gather(*(booked(gift()) for _ in range(20)))
        assert len(set(keys)) == 1
        got = await asyncio.gather(*(booked(gift("txn:2", 1000 + n % 2)) for n in range(12)), return_exceptions=True)
        refused = [each for each in got if isinstance(each, Conflict)]
        assert len({each for each in got if isinstance(each, UUID)}) == 1
        assert len(refused) == 6
        async with unit_of_work() as session:
            assert await balance(session, "gifts", "EUR") in (-2000, -2001)


async def test_a_transaction_that_is_undone_books_nothing_and_leaves_the_reference_free() -> None:
    with new_books():

        async def killed() -> None:
            async with unit_of_work() as session:
                await book(session, gift())
                raise RuntimeError("lost")

        with pytest.raises(RuntimeError, match="lost"):
            await killed()
        await booked(gift(minor=500))
        async with unit_of_work() as session:
            assert await balance(session, "gifts", "EUR") == -500


async def test_a_reversal_is_the_opposite_and_there_is_one() -> None:
    with new_books():
        key = await booked(gift())
        async with unit_of_work() as session:
            back = await reverse(session, key, ref="undo:1", at=NOON, note="Booked by mistake")
        async with unit_of_work() as session:
            assert await reverse(session, key, ref="undo:1", at=NOON, note="Booked by mistake") == back
            assert {line.minor for line in await trial_balance(session)} == {0}
            with pytest.raises(Conflict):
                await reverse(session, key, ref="undo:2", at=NOON)
            with pytest.raises(NotFound):
                await reverse(session, new_id(), ref="undo:3", at=NOON)


async def test_two_who_take_the_same_entry_back_at_once_take_it_back_once() -> None:
    with new_books():
        key = await booked(gift())

        async def undo(ref: str) -> UUID:
            async with unit_of_work() as session:
                return await reverse(session, key, ref=ref, at=NOON)

        got = await asyncio.gather(*(undo(f"undo:{n}") for n in range(6)), return_exceptions=True)
        assert sum(isinstance(each, UUID) for each in got) == 1
        assert sum(isinstance(each, Conflict) for each in got) == 5
        async with unit_of_work() as session:
            assert await balance(session, "gifts", "EUR") == 0


HALF = (
    "INSERT INTO ledger_posting (tenant_id, id, entry_id, account, minor, currency) "
    "VALUES (:tenant, gen_random_uuid(), :entry, 'bank', 5, 'EUR')"
)
BARE = (
    "INSERT INTO ledger_entry (tenant_id, id, ref, kind, at, booked_at, size, note) "
    "VALUES (:tenant, gen_random_uuid(), 'bare', 'charge', now(), now(), 2, '')"
)


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        (HALF, "does not sum to zero"),
        (HALF.replace("5", "0"), "ck_ledger_posting_minor"),
        (f"{HALF}, (:tenant, gen_random_uuid(), :entry, 'bank', -5, 'EUR')", "is not whole"),
        (BARE, "is not whole"),
        ("UPDATE ledger_posting SET minor = -minor", "permission denied"),
        ("UPDATE ledger_entry SET note = 'another'", "permission denied"),
        ("DELETE FROM ledger_posting", "only ever added to"),
        ("DELETE FROM ledger_entry", "only ever added to"),
        ("TRUNCATE ledger_posting", "permission denied"),
    ],
)
async def test_the_database_itself_holds_the_books(statement: str, complaint: str) -> None:
    with new_books() as tenant:
        key = await booked(gift())
        with pytest.raises(DBAPIError, match=complaint):
            async with unit_of_work() as session:
                await session.execute(
                    text(statement), {"tenant": tenant, "entry": key} if ":tenant" in statement else {}
                )
        async with unit_of_work() as session:
            assert await balance(session, "gifts", "EUR") == -1000
            assert await balance(session, "bank", "EUR") == 0


async def test_not_even_the_tables_owner_changes_the_books_of_a_living_hotline(
    superuser: asyncpg.Connection, world: World
) -> None:
    """The superuser stands in for the owner: triggers hold for both, policies for neither."""
    with tenant_scope(world.first.tenant):
        await booked(gift("txn:kept"))
    for statement in (
        "UPDATE ledger_posting SET minor = -minor",
        "DELETE FROM ledger_posting",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry CASCADE",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await superuser.execute(statement)


async def test_no_row_crosses_tenants() -> None:
    with new_books() as mine:
        key = await booked(gift())
    with new_books() as theirs:
        assert await booked(gift(minor=7)) != key
        async with unit_of_work() as session:
            assert await balance(session, "gifts", "EUR") == -7
            with pytest.raises(NotFound):
                await reverse(session, key, ref="undo", at=NOON)
        for tenant, complaint in ((theirs, "null value|foreign key|violates"), (mine, "row-level security")):
            with pytest.raises(DBAPIError, match=complaint):
                async with unit_of_work() as session:
                    await session.execute(text(HALF), {"tenant": tenant, "entry": key})
    with no_scope(), pytest.raises(RuntimeError, match="no tenant in scope"):
        await booked(gift())


async def test_the_platforms_books_are_its_own() -> None:
    with tenant_scope(PLATFORM):
        before = await _platform_fees()
        await booked(
            Entry(f"plan:{new_id()}", "plan", NOON, (Posting("bank", 500, "EUR"), Posting("plans", -500, "EUR")))
        )
        assert await _platform_fees() == before - 500
    with new_books():
        assert await _platform_fees() == 0


async def _platform_fees() -> int:
    async with unit_of_work() as session:
        return await balance(session, "plans", "EUR")
