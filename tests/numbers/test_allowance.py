"""What a hotline telephones outwards stays within its limits, also when everybody rings at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from infra import clock
from infra.clock import now
from infra.database import unit_of_work
from infra.ids import new_id
from infra.scope import tenant_scope
from infra.vault import fingerprint, seal
from tenants.allowance.models import Allowance
from tenants.allowance.service import LONGEST, NotAllowed, Permit, Used, allowance, give_back, locked, take, used
from tenants.devices.models import Device
from tests.world import Hotline, Person, open_hotline

MOBILE = "+8613800138000"


@pytest.fixture
async def house(ground: None) -> tuple[Hotline, Person]:
    """A hotline of its own, in China, and its owner."""
    return await open_hotline(f"{new_id()}@example.org", "blank", "Limits", "Lin")


async def limit(hotline: Hotline, **limits: object) -> None:
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            session.add(Allowance(id=hotline.tenant, **limits))


async def ring(hotline: Hotline, to: str = MOBILE, kind: str = "caller", **more: object) -> Permit:
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            leg = more.pop("leg", None) or new_id()
            return await take(session, kind, to, leg=leg, **more)  # type: ignore[arg-type]  # one of the kinds


async def over(hotline: Hotline, leg: UUID, seconds: int, cost: int | None = None) -> None:
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            await give_back(session, leg, seconds, cost)


async def so_far(hotline: Hotline) -> Used:
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            return await used(session)


async def refused(hotline: Hotline, *given: str, **more: object) -> str:
    with pytest.raises(NotAllowed) as no:
        await ring(hotline, *given, **more)
    return no.value.why


async def device(person: Person, hotline: Hotline, number: str, *, verified: bool) -> UUID:
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            row = Device(
                member_id=person.member, kind="mobile", sealed=await seal(session, number.encode()),
                hash=await fingerprint(session, "device", number), verified_at=now() if verified else None,
            )  # fmt: skip
            session.add(row)
            await session.flush()
            return row.id


async def test_of_many_that_ring_at_once_no_more_get_through_than_may(house: tuple[Hotline, Person]) -> None:
    hotline, _ = house
    await limit(hotline, legs=3)
    said = await asyncio.gather(*(ring(hotline) for _ in range(12)), return_exceptions=True)
    assert sum(isinstance(each, Permit) for each in said) == 3
    assert {each.why for each in said if isinstance(each, NotAllowed)} == {"legs"}
    assert (await so_far(hotline)).legs == 3


async def test_racing_calls_can_not_spend_the_last_minute_twice(house: tuple[Hotline, Person]) -> None:
    hotline, _ = house
    await limit(hotline, legs=50, minutes=4)
    said = await asyncio.gather(*(ring(hotline) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(each, Permit) for each in said) == 4
    assert await refused(hotline) == "minutes"


async def test_racing_calls_can_not_spend_the_last_money_twice(house: tuple[Hotline, Person]) -> None:
    hotline, _ = house
    await limit(hotline, legs=50, spend=30, a_minute=10)
    said = await asyncio.gather(*(ring(hotline) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(each, Permit) for each in said) == 3
    assert await refused(hotline) == "spend"


async def test_the_first_two_of_a_hotline_without_limits_of_its_own_race_safely(house: tuple[Hotline, Person]) -> None:
    hotline, _ = house
    await asyncio.gather(*(ring(hotline) for _ in range(3)))
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            assert (await allowance(session)).legs == 6
    assert (await so_far(hotline)).legs == 3


async def test_a_connection_asked_for_again_counts_once_and_given_back_counts_no_more(
    house: tuple[Hotline, Person],
) -> None:
    hotline, _ = house
    await limit(hotline, legs=1, a_minute=7)
    leg = new_id()
    assert await ring(hotline, leg=leg) == await ring(hotline, leg=leg)
    assert await refused(hotline) == "legs"
    await over(hotline, leg, 61)
    await over(hotline, leg, 9999)
    assert await so_far(hotline) == Used(legs=0, minutes=2, spend=14)
    again = (await ring(hotline)).leg
    await over(hotline, again, 0)
    assert await so_far(hotline) == Used(legs=0, minutes=2, spend=14), "nobody answered, nothing was used"
    third = (await ring(hotline)).leg
    await over(hotline, third, 60, cost=33)
    assert (await so_far(hotline)).spend == 47, "what the carrier says counts"


async def test_minutes_come_back_after_a_day_and_money_with_the_month(house: tuple[Hotline, Person]) -> None:
    hotline, _ = house
    await limit(hotline, minutes=10, spend=100, a_minute=10)
    with clock.travel(to=datetime(2026, 1, 31, 12, tzinfo=UTC)):
        await over(hotline, (await ring(hotline)).leg, 600)
        assert await so_far(hotline) == Used(0, 10, 100)
        assert await refused(hotline) == "minutes"
    with clock.travel(to=datetime(2026, 1, 31, 15, 59, tzinfo=UTC)):
        assert (await so_far(hotline)).spend == 100, "in Shanghai January ends at 16:00 UTC"
    with clock.travel(to=datetime(2026, 1, 31, 16, 1, tzinfo=UTC)):
        assert await so_far(hotline) == Used(0, 10, 0)
        assert await refused(hotline) == "minutes"
    with clock.travel(to=datetime(2026, 2, 1, 12, 1, tzinfo=UTC)):
        await ring(hotline)


async def test_a_connection_that_nobody_gave_back_ends_by_itself(house: tuple[Hotline, Person]) -> None:
    hotline, _ = house
    await limit(hotline, legs=1)
    await ring(hotline)
    with clock.travel(by=timedelta(minutes=30)):
        assert await so_far(hotline) == Used(1, 30, 150)
        assert await refused(hotline) == "legs"
    with clock.travel(by=LONGEST + timedelta(minutes=1)):
        await ring(hotline)


async def test_emergency_and_dear_numbers_are_refused_before_anything_is_counted(
    house: tuple[Hotline, Person],
) -> None:
    hotline, _ = house
    for number in ("110", "+864001234567", "+8816123456789", "+99920413735", "nonsense"):
        assert await refused(hotline, number) == "number"
    assert (await so_far(hotline)).legs == 0


async def test_abroad_is_refused_unless_the_platform_allows_it(house: tuple[Hotline, Person]) -> None:
    hotline, _ = house
    assert await refused(hotline, "+442071838750") == "country"
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            (await locked(session)).countries = ["GB"]
    assert (await ring(hotline, "+442071838750")).e164 == "+442071838750"


async def test_only_a_telephone_proven_to_be_a_volunteers_is_rung_for_a_call(house: tuple[Hotline, Person]) -> None:
    hotline, owner = house
    unproven = await device(owner, hotline, "+8613800138001", verified=False)
    proven = await device(owner, hotline, "+4915112345678", verified=True)
    assert await refused(hotline, MOBILE, "member") == "unproven"
    assert await refused(hotline, "+8613800138001", "member", device=unproven) == "unproven"
    assert await refused(hotline, MOBILE, "member", device=proven) == "unproven"
    assert await refused(hotline, MOBILE, "member", device=new_id()) == "unproven"
    assert (await ring(hotline, "+4915112345678", "member", device=proven)).e164 == "+4915112345678"
    other, _ = await open_hotline(f"{new_id()}@example.org", "blank", "Other", "Oda")
    assert await refused(other, "+4915112345678", "member", device=proven) == "unproven"


async def test_a_simulated_number_is_rung_in_the_simulated_network_only(house: tuple[Hotline, Person]) -> None:
    hotline, _ = house
    assert (await ring(hotline, "+99920413735", sandbox=True)).e164 == "+99920413735"
    assert await refused(hotline, "+99920413735") == "number"
    assert await refused(hotline, "110", sandbox=True) == "number"


async def test_one_hotlines_calls_count_for_no_other(house: tuple[Hotline, Person]) -> None:
    hotline, _ = house
    other, _ = await open_hotline(f"{new_id()}@example.org", "blank", "Quiet", "Quin")
    await ring(hotline)
    assert await so_far(other) == Used(0, 0, 0)
