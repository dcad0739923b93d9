"""A pool adds what its sponsor promised and never more, however many gifts come at once and whatever goes back."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from billing.campaigns.models import Campaign
from billing.campaigns.thermometer import thermometer
from billing.ledger import balance
from billing.matching.models import Pool
from billing.matching.pools import close_pool, figures, open_pool, pay_back, pay_in
from billing.matching.service import earned, settle
from billing.money import Money
from infra.clock import now, travel
from infra.database import unit_of_work
from infra.errors import Conflict, Invalid
from tests.billing.ledger.ledger_world import new_books
from tests.billing.matching import pool_world
from tests.billing.matching.pool_world import a_gift, a_pool, kept, stands

pytestmark = pytest.mark.usefixtures("ground")
tried = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


async def test_forty_gifts_at_once_take_no_more_than_the_pool_has() -> None:
    with new_books():
        async with unit_of_work() as session:
            pool = await a_pool(session, 10_500)
        await asyncio.gather(*(pool_world.given(1000) for _ in range(40)))
        found = await stands(pool.id)
        assert (found.left, found.matched) == (0, 10_500)
        assert sorted(found.to.values(), reverse=True) == [*[1000] * 10, 500, *[0] * 29]


async def test_the_same_gift_settled_by_many_at_once_is_matched_once() -> None:
    with new_books():
        async with unit_of_work() as session:
            pool, gift = await a_pool(session), await a_gift(session)
        await asyncio.gather(*(kept(gift, 1000) for _ in range(12)))
        assert (await stands(pool.id)).to == {gift: 1000}


@given(
    st.integers(1, 3000),
    st.sampled_from([50, 100, 200, 333]),
    st.sampled_from([None, 300, 700]),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1000)), max_size=14),
)
@tried
async def test_whatever_comes_and_goes_a_pool_is_never_overspent(
    minor: int, percent: int, most: int | None, looks: list[tuple[int, int]]
) -> None:
    """Each look finds so much of one of six gifts kept."""
    with new_books():
        async with unit_of_work() as session:
            pool = await a_pool(session, minor, percent=percent, most_per_gift_minor=most)
            gifts = [await a_gift(session) for _ in range(6)]
        lately: dict[int, int] = {}
        for which, so_much in looks:
            await kept(gifts[which], so_much)
            found = await stands(pool.id)
            await kept(gifts[which], so_much)
            assert await stands(pool.id) == found
            lately[which] = so_much
            for place, of in lately.items():
                assert found.to.get(gifts[place], 0) <= earned(pool, Money(of, "EUR"))


@given(st.lists(st.lists(st.integers(0, 1000), min_size=1, max_size=5), min_size=1, max_size=3), st.data())
@tried
async def test_while_there_is_enough_only_what_is_kept_in_the_end_counts(
    looks: list[list[int]], data: st.DataObject
) -> None:
    """Gifts are looked at in any order between each other, with any detours."""
    with new_books():
        async with unit_of_work() as session:
            pool = await a_pool(session, 10**6, percent=150, most_per_gift_minor=900)
            gifts = [await a_gift(session) for _ in looks]
        order = data.draw(st.permutations([place for place, of in enumerate(looks) for _ in of]))
        turns = [iter(of) for of in looks]
        for place in order:
            await kept(gifts[place], next(turns[place]))
        to = (await stands(pool.id)).to
        for gift, of in zip(gifts, looks, strict=True):
            assert to.get(gift, 0) == min(of[-1] * 150 // 100, 900)


async def test_a_part_given_back_gives_its_match_back_and_a_won_dispute_restores_what_is_there() -> None:
    with new_books():
        async with unit_of_work() as session:
            pool = await a_pool(session, 1500)
        gift = await pool_world.given(1000)
        await kept(gift, 400)
        assert (await stands(pool.id)).to == {gift: 400}
        await kept(gift, 0)
        assert (await stands(pool.id)).left == 1500
        other = await pool_world.given(1200)
        await kept(gift, 1000)
        assert (await stands(pool.id)).to == {gift: 300, other: 1200}


async def test_a_campaigns_own_pool_comes_first_and_two_sponsors_never_match_the_same_part() -> None:
    with new_books():
        async with unit_of_work() as session:
            campaign = Campaign(slug="night", currency="EUR", state="open", goal_minor=5000)
            session.add(campaign)
            await session.flush()
            general = await a_pool(session)
            own = await a_pool(session, 600, campaign=campaign.id)
            gift = await a_gift(session)
            await settle(session, gift=gift, campaign=campaign.id, kept=Money(1000, "EUR"), at=now())
        elsewhere = await pool_world.given(500)
        assert (await stands(own.id)).to == {gift: 600}
        assert (await stands(general.id)).to == {gift: 400, elsewhere: 500}
        async with unit_of_work() as session:
            meter = await thermometer(session, campaign)
        assert (meter.raised.minor, meter.matched.minor) == (1000, 1000)


async def test_what_isnt_promised_isnt_matched() -> None:
    """Another currency, another campaign, a draft, the time before and after."""
    with new_books():
        async with unit_of_work() as session:
            campaign = Campaign(slug="day", currency="EUR", state="open")
            session.add(campaign)
            await session.flush()
            pools = [
                await a_pool(session, currency="HKD"),
                await a_pool(session, campaign=campaign.id),
                await a_pool(session, opened=False),
            ]
            open_since = await a_pool(session, since=now() + timedelta(days=2))
        with travel(by=-timedelta(days=1)):
            await pool_world.given()
        await pool_world.given()
        with travel(by=timedelta(days=40)):
            await pool_world.given()
        for pool in (*pools, open_since):
            assert (await stands(pool.id)).to == {}


async def test_a_gift_that_found_a_pool_used_up_isnt_matched_when_something_comes_back() -> None:
    with new_books():
        async with unit_of_work() as session:
            pool = await a_pool(session, 1000)
        first, late = await pool_world.given(1000), await pool_world.given(700)
        await kept(first, 0)
        await kept(late, 700)
        found = await stands(pool.id)
        assert (found.left, found.to) == (1000, {first: 0, late: 0})


async def test_a_gift_that_was_given_back_and_then_disputed_as_well_has_no_match() -> None:
    """A donor's bank may take back the whole of what was refunded already: less than nothing is kept then."""
    with new_books():
        async with unit_of_work() as session:
            pool = await a_pool(session, 1000)
        gift = await pool_world.given(700)
        await kept(gift, -700)
        assert (await stands(pool.id)).to == {gift: 0}
        await kept(gift, 0)
        await kept(gift, 700)
        assert (await stands(pool.id)).to == {gift: 700}


async def test_what_is_left_at_the_end_goes_where_the_sponsor_wants_it() -> None:
    with new_books():
        async with unit_of_work() as session:
            returned, stayed = await a_pool(session, 1000), await a_pool(session, 1000, currency="USD")
            await pay_in(session, returned.id, Money(900, "EUR"), account="bank", at=now(), ref="a")
        gift = await pool_world.given(700)
        async with unit_of_work() as session:
            await close_pool(session, returned.id, "returns")
            await close_pool(session, stayed.id, "stays")
        async with unit_of_work() as session:
            told = await figures(session, returned)
            assert [m.minor for m in (told.matched, told.left, told.owed, told.owing)] == [700, 0, 0, 200]
            told = await figures(session, stayed)
            assert [m.minor for m in (told.matched, told.left, told.owed, told.stayed)] == [0, 0, 1000, 1000]
        await kept(gift, 500)
        await kept(gift, 700)
        async with unit_of_work() as session:
            told = await figures(session, returned)
            assert [m.minor for m in (told.matched, told.left, told.owing)] == [500, 0, 400]
            await pay_back(session, returned.id, Money(400, "EUR"), account="bank", at=now(), ref="b")
            assert (await figures(session, returned)).owing.minor == 0
            assert await balance(session, "bank", "EUR") == 500


async def test_a_payment_is_booked_once_and_never_beyond_what_is_owed() -> None:
    with new_books():
        async with unit_of_work() as session:
            pool, at = await a_pool(session, 1000), now()
            for _ in range(2):
                await pay_in(session, pool.id, Money(600, "EUR"), account="bank", at=at, ref="slip-1")
            with pytest.raises(Invalid):
                await pay_in(session, pool.id, Money(401, "EUR"), account="bank", at=at, ref="slip-2")
            with pytest.raises(Conflict):
                await open_pool(session, pool.id)
            assert (await figures(session, pool)).owed.minor == 400


async def test_the_database_itself_refuses_a_match_beyond_the_promise() -> None:
    with new_books():
        async with unit_of_work() as session:
            pool = await a_pool(session, 1000)
        with pytest.raises(IntegrityError, match="ck_pool_used"):
            await _overspend(pool)


async def _overspend(pool: Pool) -> None:
    async with unit_of_work() as session:
        row = (await session.exec(select(Pool).where(Pool.id == pool.id))).one()
        row.used_minor = row.amount_minor + 1
        session.add(row)
