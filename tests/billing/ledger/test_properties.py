"""For whatever is booked, in whatever order and however often: the same ledger, summing to zero, as plain sums say."""

import random
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from billing.ledger import Entry, Posting, balance, book, reverse, statement, trial_balance
from billing.ledger.digest.closing import close_days, make_sums_anew
from billing.ledger.models import LedgerDay, LedgerSum
from billing.ledger.rebuild import rebuild
from infra import clock
from infra.database import Session, unit_of_work
from infra.ids import new_id
from tests.billing.ledger.ledger_world import ACCOUNTS, CAMPAIGNS, NOON, POOLS, added_up, entries, gift, new_books

pytestmark = pytest.mark.usefixtures("ground")
tried = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


async def trial(session: Session) -> dict[tuple[str, str], int]:
    return {(line.account, line.currency): line.minor for line in await trial_balance(session)}


@given(entries())
@tried
async def test_entries_sum_to_zero_and_to_what_plain_sums_say(made: list[Entry]) -> None:
    with new_books():
        async with unit_of_work() as session:
            for entry in made:
                await book(session, entry)
        async with unit_of_work() as session:
            found = await trial(session)
            assert found == added_up(made)
            for currency in {currency for _account, currency in found}:
                assert sum(minor for (_account, of), minor in found.items() if of == currency) == 0


@given(entries(), st.randoms(use_true_random=False))
@tried
async def test_any_order_and_any_repetition_gives_the_same_ledger(made: list[Entry], chance: random.Random) -> None:
    async def after(order: list[Entry], nights: bool) -> tuple[object, object]:
        with new_books():
            for place, entry in enumerate(order):
                with clock.travel(by=timedelta(days=place if nights else 0)):
                    async with unit_of_work() as session:
                        await book(session, entry)
                    if nights:
                        async with unit_of_work() as session:
                            await close_days(session)
            async with unit_of_work() as session:
                return await trial(session), (await rebuild(session, made)).nil

    again = [*made, *chance.choices(made, k=4)]
    chance.shuffle(again)
    assert await after(made, nights=False) == await after(again, nights=True) == (added_up(made), True)


@given(entries(), st.integers(-170, 170), st.integers(0, 8))
@tried
async def test_closing_days_changes_no_figure(made: list[Entry], hours: int, closed: int) -> None:
    """Some entries are on closed days and some aren't, some come late; at any moment the sums are as without any."""
    cut = NOON + timedelta(hours=hours, minutes=30)
    with new_books():
        for place, entry in enumerate(made):
            with clock.travel(by=timedelta(days=place // 2)):
                async with unit_of_work() as session:
                    await book(session, entry)
        with clock.travel(by=timedelta(days=closed)):
            async with unit_of_work() as session:
                await close_days(session)
        async with unit_of_work() as session:
            await figures_are_plain_sums(session, made, cut)
            held = await _sums(session)
            await make_sums_anew(session)
            assert await _sums(session) == held
            await figures_are_plain_sums(session, made, cut)


async def figures_are_plain_sums(session: Session, made: list[Entry], cut: datetime) -> None:
    lines = await trial_balance(session, at=cut)
    before = added_up(made, cut)
    assert {(line.account, line.currency): line.minor for line in lines if line.minor} == {
        key: minor for key, minor in before.items() if minor
    }
    for account in ACCOUNTS[:4]:
        for campaign in CAMPAIGNS:
            for pool in {*POOLS}:
                for at in (None, cut):
                    plain = sum(
                        posting.minor
                        for entry in made
                        for posting in entry.postings
                        if (posting.account, posting.currency) == (account, "EUR")
                        and campaign in (None, posting.campaign)
                        and pool in (None, posting.pool)
                        and (at is None or entry.at < at)
                    )
                    found = await balance(session, account, "EUR", campaign=campaign, pool=pool, at=at)
                    assert found == plain


async def _sums(session: Session) -> list[tuple[object, ...]]:
    rows = await session.exec(select(LedgerSum))
    return sorted(
        (row.account, row.currency, row.day, str(row.campaign), str(row.pool), row.minor, row.postings) for row in rows
    )


@given(entries(), st.integers(1, 3))
@tried
async def test_a_statement_leads_from_its_opening_to_its_closing(made: list[Entry], limit: int) -> None:
    since, until = NOON - timedelta(hours=60), NOON + timedelta(hours=60)
    with new_books():
        async with unit_of_work() as session:
            for entry in made:
                await book(session, entry)
        async with unit_of_work() as session:
            after, running, seen = None, None, 0
            while True:
                page = await statement(session, "gifts", "EUR", since=since, until=until, after=after, limit=limit)
                running = page.opening if running is None else running
                for line in page.lines:
                    running += line.minor
                    assert line.balance == running
                seen += len(page.lines)
                if (after := page.after) is None:
                    break
            assert running == page.closing == added_up(made, until).get(("gifts", "EUR"), 0)
            assert page.opening == added_up(made, since).get(("gifts", "EUR"), 0)
            wanted = [
                posting for entry in made if since <= entry.at < until for posting in entry.postings
                if (posting.account, posting.currency) == ("gifts", "EUR")
            ]  # fmt: skip
            assert seen == len(wanted)


@given(entries())
@tried
async def test_what_is_taken_back_leaves_nothing(made: list[Entry]) -> None:
    with new_books():
        async with unit_of_work() as session:
            keys = [await book(session, entry) for entry in made]
        async with unit_of_work() as session:
            for key in keys:
                await reverse(session, key, ref=f"undo:{key}", at=NOON)
        async with unit_of_work() as session:
            assert set((await trial(session)).values()) <= {0}


@given(entries(), st.randoms(use_true_random=False))
@tried
async def test_rebuilding_finds_exactly_what_differs(made: list[Entry], chance: random.Random) -> None:
    with new_books():
        booked = [entry for entry in made if chance.random() < 0.7]
        async with unit_of_work() as session:
            for entry in booked:
                await book(session, entry)
        record = [entry for entry in made if chance.random() < 0.7]
        async with unit_of_work() as session:
            found = await rebuild(session, record)
        refs, known = {entry.ref for entry in booked}, {entry.ref for entry in record}
        assert set(found.missing) == known - refs
        assert set(found.unknown) == refs - known
        assert found.other == []
        ours, theirs = added_up(booked), added_up(record)
        differing = {key: ours.get(key, 0) - theirs.get(key, 0) for key in {*ours, *theirs}}
        assert found.minor == {key: minor for key, minor in differing.items() if minor}


async def test_rebuilding_sees_an_amount_that_differs_and_leaves_others_entries_alone() -> None:
    with new_books():
        async with unit_of_work() as session:
            await book(session, gift("txn:1", 1000))
            await book(session, Entry("cash:1", "cash", NOON, (Posting("cash", 5, "EUR"), Posting("gifts", -5, "EUR"))))
        async with unit_of_work() as session:
            found = await rebuild(session, [gift("txn:1", 900)])
            assert (found.nil, found.other, found.missing, found.unknown) == (False, ["txn:1"], [], [])
            assert found.minor == {("processor", "EUR"): 97, ("processor_fees", "EUR"): 3, ("gifts", "EUR"): -100}
            assert (await rebuild(session, [gift("txn:1", 1000)])).nil


async def test_a_balance_may_be_asked_of_one_gift_or_of_several_accounts() -> None:
    mine, other = new_id(), new_id()
    with new_books():
        async with unit_of_work() as session:
            await book(session, gift("txn:1", 1000, gift=mine))
            await book(session, gift("txn:2", 500, gift=other))
        async with unit_of_work() as session:
            assert await balance(session, "gifts", "EUR", gift=mine) == -1000
            assert await balance(session, "gifts", "EUR", gift=mine, at=NOON) == 0
            assert await balance(session, ("gifts", "processor_fees"), "EUR") == -1500 + 45
            assert await balance(session, "gifts", "USD") == 0
            assert list(await session.exec(select(LedgerDay))) == []
