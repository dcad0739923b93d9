"""A hotline that closes charges nobody any more, for there is no page left on which a donor could stop it."""

from sqlalchemy import update
from sqlmodel import col, select

from billing.monthly.models import MonthlyGift
from infra.database import unit_of_work
from provisioning.closing.steps import delete_rows
from tenants.directory.models import Tenant
from tests.billing.giving.conftest import Line, line  # noqa: F401 - a fixture
from tests.billing.monthly.conftest import work


async def test_monthly_gifts_end_with_the_hotline_and_none_is_begun_after_it(line: Line) -> None:  # noqa: F811 - the fixture
    v1 = line.simulated.client(line.house.account).v1
    giver = await line.donor()
    await giver.see(await giver.give(email="mia@example.org", rhythm="monthly"))
    await line.simulated.deliver()
    await work(line.house)
    other = await line.donor()
    await other.open()
    begun = await other.press(email="tom@example.org", rhythm="monthly")
    with line.scope():
        async with unit_of_work() as session:
            key = (await session.exec(select(MonthlyGift.subscription))).one()
            await session.execute(update(Tenant).where(col(Tenant.id) == line.tenant).values(status="closing"))
        async with unit_of_work() as session:
            await delete_rows(session, line.tenant)
    assert (await v1.subscriptions.retrieve_async(key)).status == "canceled"
    page = begun.headers["location"].rpartition("/")[2]
    assert (await v1.checkout.sessions.retrieve_async(page)).status == "expired"
