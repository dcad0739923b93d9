"""Open books as people meet them: nothing until the hotline wants it, then each figure leads to what it is made of."""

from datetime import timedelta

import pytest
from sqlmodel import select

from billing.openness.jobs import go_round
from infra.clock import travel
from infra.database import unit_of_work
from infra.jobs import Job
from infra.scope import no_scope, tenant_scope
from tests.billing.openness.history import Life, Month, counted_by, start
from tests.conftest import Browser
from tests.world import World, open_hotline

pytestmark = pytest.mark.usefixtures("ground")


async def test_books_are_laid_open_when_the_hotline_wants_it_and_each_figure_opens(browser: Browser) -> None:
    hotline, owner = await open_hotline(
        "open@example.org", "blank", "Open", "Olga", country="DE", zone="Europe/Berlin", languages=["en"]
    )
    month = Month([(who, False) for who in range(8)], [(who, 10_000 + who, 0) for who in range(6)], 50_000)
    life = Life([month, month, month])
    given = [each for day in life.due().values() for each in day]
    admin, anyone = await browser(owner.account), await browser()
    desk, page = f"/o/{hotline.slug}/money/openness", f"/h/{hotline.slug}/open-books"
    with counted_by(life):
        for place in range(3):
            with travel(start(place) + timedelta(days=4)), tenant_scope(hotline.tenant):
                async with unit_of_work() as session:
                    await life.spend(session, place)
                    for at, who, minor in given[place * 6 : place * 6 + 6]:
                        await life.give(session, at, at, who, minor)
        with travel(start(3) + timedelta(days=20)):
            for path in (page, f"{page}.json", f"{page}/2025-11", f"{page}/2025-11/people"):
                assert (await anyone.get(path)).status_code == 404
            assert "€600.15" in (await admin.get(desk)).text
            giving = f"/h/{hotline.slug}/give"
            assert page not in (await admin.get(giving)).text
            assert (await admin.post(desk, data={"published": "yes"})).status_code == 303
            assert f'href="{page}"' in (await admin.get(giving)).text
            seen = (await anyone.get(page)).text
            for words in ("November 2025", "€600.15", "€500.00", "€50.00", "Not known yet"):
                assert words in seen
            assert f"{page}/2026-01/gifts" in seen
            opened = (await anyone.get(f"{page}/2026-01/people")).text
            assert "January 2026" in opened
            assert "€500.00" in opened
            gifts = (await anyone.get(f"{page}/2026-01/gifts")).text
            assert "€600.15" in gifts
            assert "€100." not in gifts
            assert (await anyone.get(f"{page}/2026-01")).status_code == 200
            for path in ("2026-01/rooms", "2026-02", "never/gifts"):
                assert (await anyone.get(f"{page}/{path}")).status_code == 404
            told = (await anyone.get(f"{page}.json")).json()
            assert [each["in"] for each in told["periods"]] == [{"gifts": 60_015}] * 3
            assert (await admin.post(desk, data={"published": "no"})).status_code == 303
            assert (await anyone.get(page)).status_code == 404


async def test_the_round_owes_each_hotline_a_look_in_its_own_scope(world: World) -> None:
    with no_scope():
        async with unit_of_work() as session:
            await go_round(session)
        async with unit_of_work() as session:
            owed = set(await session.exec(select(Job.tenant).where(Job.name == "openness.look")))
    assert {world.first.tenant, world.second.tenant} <= owed
