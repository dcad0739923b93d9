"""Payouts are laid beside the books line by line, and a page says so where one doesn't agree."""

import csv
import io

from sqlmodel import col, select

from billing.fundraising.models import Payout, PayoutLine
from billing.fundraising.payouts.beside import Beside, listed
from billing.money import Money
from billing.processor.refunds import refund
from billing.simulated.paying import refunding
from infra.clock import now
from infra.database import unit_of_work
from infra.jobs import Job, enqueue, run_job
from infra.scope import no_scope
from tests.billing.fundraising.test_gifts import desk, sees
from tests.billing.giving.conftest import Line


async def work(line: Line) -> None:
    """What is owed of payouts is done."""
    await line.house.settled()
    with no_scope():
        async with unit_of_work() as session:
            owed = select(Job.id).where(
                Job.tenant == line.tenant, col(Job.name).startswith("payouts."), col(Job.done_at).is_(None)
            )
            keys = list(await session.exec(owed))
    for key in keys:
        await run_job(key)


async def paid_out(line: Line) -> Payout:
    """Two gifts, a part of one given back, and the payout of what is left."""
    for _ in range(2):
        await (await line.donor()).give()
    await line.house.settled()
    gift = (await line.gifts())[0]
    with line.scope():
        async with unit_of_work() as session:
            await refund(session, gift.id, Money(2000, "HKD"), "duplicate", key="once")
    await line.house.settled()
    await line.simulated.ripen(line.house.account)
    await line.simulated.pay_out(line.house.account, arrive=False)
    await work(line)
    return (await beside(line)).row


async def beside(line: Line) -> Beside:
    """The only payout."""
    with line.scope():
        async with unit_of_work() as session:
            (found,), _older = await listed(session)
    return found


async def test_a_payout_opens_into_lines_that_are_the_books(line: Line) -> None:
    row = await paid_out(line)
    found = await beside(line)
    assert found.agrees is True
    assert {kind.category: kind.lines for kind in found.kinds} == {"charge": 2, "refund": 1}
    assert sum(kind.net.minor for kind in found.kinds) == row.minor == -await line.given("processor_fees") + 8000
    page = await sees(line, f"/payouts/{row.id}")
    assert "It agrees" in page
    assert page.count("the same") == 3
    answer = await (await desk(line)).get(f"/o/{line.slug}/money/payouts/{row.id}/lines.csv")
    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert sum(round(float(each["net"]) * 100) for each in lines) == row.minor
    assert {each["in_the_books"] for each in lines} == {"yes"}
    assert {each["gift"] for each in lines} == {str(gift.id) for gift in await line.gifts()}


async def test_a_payout_says_when_it_has_arrived_or_come_back(line: Line) -> None:
    row = await paid_out(line)
    assert "Expected at the bank" in await sees(line, f"/payouts/{row.id}")
    async with line.simulated.till(line.house.account) as till:
        await refunding.arrive(till, await till.find("payout", row.payout))
    await work(line)
    page = await sees(line, f"/payouts/{row.id}")
    assert "In your bank" in page
    assert "its arrival at the bank" in page
    assert "Agrees with the books" in await sees(line, "/payouts")


async def test_a_line_that_the_books_lack_is_shown_as_a_difference(line: Line) -> None:
    row = await paid_out(line)
    with line.scope():
        async with unit_of_work() as session:
            one = (await session.exec(select(PayoutLine).where(PayoutLine.category == "refund"))).one()
            one.txn = "txn_unknown"
            session.add(one)
    assert (await beside(line)).agrees is False
    assert "missing" in await sees(line, f"/payouts/{row.id}")
    with line.scope():
        async with unit_of_work() as session:
            gone = (await session.exec(select(PayoutLine).where(PayoutLine.txn == "txn_unknown"))).one()
            await session.delete(gone)
    short = (await beside(line)).difference
    assert short is not None
    assert short.minor < 0, "the lines come to more than was paid out"
    assert "There is a difference" in await sees(line, f"/payouts/{row.id}")


async def test_payouts_of_before_are_fetched_when_somebody_asks(line: Line) -> None:
    row = await paid_out(line)
    with line.scope():
        async with unit_of_work() as session:
            await session.delete(await session.get_one(Payout, (line.tenant, row.id)))
            await enqueue(session, "payouts.look")
    for _ in range(2):
        await work(line)
    again = await beside(line)
    assert (again.row.payout, again.agrees) == (row.payout, True)
    assert again.row.looked_at <= now()
