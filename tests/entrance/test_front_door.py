"""The front door: a hotline's own domain leads to it, and what only the platform's people see."""

from infra.database import unit_of_work
from infra.scope import no_scope
from provisioning.review.service import grant, revoke
from tenants.directory.models import Host
from tests.conftest import Browser
from tests.world import World


async def test_a_hotlines_own_domain_leads_to_its_page(browser: Browser, world: World) -> None:
    with no_scope():
        async with unit_of_work() as session:
            session.add(Host(tenant=world.first.tenant, name="help.example.org"))
    visitor = await browser()
    answer = await visitor.get("/", headers={"host": "help.example.org:8000"})
    assert answer.headers["location"] == f"/h/{world.first.slug}"
    assert (await visitor.get("/", headers={"host": "elsewhere.example.org"})).status_code == 200


async def test_the_style_guide_exists_for_platform_operators_alone(browser: Browser, world: World) -> None:
    charlie = await browser(world.charlie.account)
    assert (await charlie.get("/platform/guide")).status_code == 404
    with no_scope():
        async with unit_of_work() as session:
            await grant(session, world.charlie.email)
    assert (await charlie.get("/platform/guide")).status_code == 200
    with no_scope():
        async with unit_of_work() as session:
            await revoke(session, world.charlie.email)
    assert (await charlie.get("/platform/guide")).status_code == 404
