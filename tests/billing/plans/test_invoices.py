"""One invoice a month, in both books, paid by page, by card, outside or by a sponsor; and whatever goes wrong on the
way, one."""

from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import func, select

from billing.plans import rounds
from billing.plans.invoices import drawing
from billing.plans.models import PlanInvoice
from billing.plans.service import Address, extend_trial, payer_of, row_of
from billing.plans.sponsoring import service as sponsoring
from billing.processor.invoicing.service import paid_outside, withdraw
from billing.usage.service import count
from infra import clock
from infra.database import Session, unit_of_work
from infra.jobs import Job
from infra.mail.send import Mail
from infra.scope import PLATFORM, no_scope
from tenants.directory.service import tenant_by_id
from tenants.members.service import add_member
from tests.billing.plans.conftest import House
from tests.world import account_for

DECEMBER, JANUARY = date(2026, 12, 2), date(2027, 1, 2)


async def sent(house: House, kind: str) -> list[dict[str, Any]]:
    """What the processor has of a kind that belongs to this hotline, the oldest first."""
    async with house.simulated.till() as till:
        return [one for one in await till.all(kind) if one["metadata"].get("hotline") == str(house.tenant)]


async def before(house: House) -> dict[str, int]:
    """The platform's books, which all tests share, and earlier events told."""
    await house.work()
    return await house.books(PLATFORM)


def grown(after: dict[str, int], than: dict[str, int]) -> dict[str, int]:
    """What has changed."""
    changed = {name: after.get(name, 0) - than.get(name, 0) for name in {*after, *than}}
    return {name: minor for name, minor in changed.items() if minor}


async def test_an_invoice_is_owed_in_both_books_and_settled_when_its_page_is_paid(house: House) -> None:
    ours = await before(house)
    await house.on()
    await house.day(date(2026, 12, 1))
    assert await house.invoices() == []
    await house.day(DECEMBER)
    await house.day(date(2026, 12, 3))
    [row] = await house.invoices()
    assert (row.state, row.minor, row.currency, row.due_on) == ("open", 1600, "GBP", date(2026, 12, 16))
    assert await house.books() == {"cost.plan": 1600, "payable": -1600}
    assert grown(await house.books(PLATFORM), ours) == {"receivable": 1600, "plans": -1600}
    assert await house.pay(row) == 303
    await house.work()
    [row] = await house.invoices()
    assert (row.state, row.outside) == ("paid", False)
    assert await house.books() == {"cost.plan": 1600, "bank": -1600}
    now = grown(await house.books(PLATFORM), ours)
    assert now["plans"] == -1600
    assert now["processor"] + now["processor_fees"] == 1600
    assert set(now) == {"plans", "processor", "processor_fees"}
    await house.day(date(2026, 12, 20))
    assert len(await sent(house, "invoice")) == 1
    name = house.owner.name
    assert sorted(await house.letters()) == [f"Invoice for {name}, December 2026", f"Paid: {name}, December 2026"]


async def test_what_was_used_beyond_the_plan_is_on_the_next_invoice_once(house: House) -> None:
    await house.on()

    async def use(session: Session) -> None:
        for call in range(3):
            await count(session, "minutes", f"call-{call}", 50_000, datetime(2026, 12, 9, tzinfo=UTC))
        await count(session, "messages", "letters", 3_005, datetime(2026, 12, 9, tzinfo=UTC))

    await house.day(DECEMBER)
    with clock.travel(datetime(2026, 12, 10, tzinfo=UTC)):
        await house.run(use)
    await house.day(JANUARY)
    await house.day(date(2027, 1, 9))
    await house.pay((await house.invoices())[0])
    await house.work()
    await house.day(date(2027, 2, 2))
    rows = await house.invoices()
    minutes = 150_000 // 60 - 2_000
    assert [row.minor for row in rows] == [1600, 1600 + 2 * minutes + 5, 1600]
    assert [(line["kind"], line["units"]) for line in rows[1].lines] == [
        ("plan", 1), ("minutes", minutes), ("messages", 5),
    ]  # fmt: skip
    assert [one["total"] for one in await sent(house, "invoice")] == [row.minor for row in rows]


async def test_answers_that_are_lost_and_events_that_come_twice_make_one_invoice(house: House) -> None:
    await house.on()
    await house.simulated.faults(lose=50, double=60, shuffle=60, drop=20)
    with clock.travel(datetime(2026, 12, 2, 12, tzinfo=UTC)):
        row = await house.run(_written_down)
        await house.run(lambda session: drawing.owe(session, row))
        await house.work(patience=12)
        await house.simulated.faults()
        await house.work(patience=12)
    await house.day(date(2026, 12, 3))
    [row] = await house.invoices()
    [made] = await sent(house, "invoice")
    assert (made["id"], made["total"], len(made["lines"]["data"])) == (row.ref, 1600, 1)
    assert await house.books() == {"cost.plan": 1600, "payable": -1600}


async def _written_down(session: Session) -> PlanInvoice:
    row = await drawing.of_month(session, await tenant_by_id(session, drawing.current_tenant()))
    assert row is not None
    return row


async def test_a_card_is_charged_by_itself_and_one_that_refuses_leaves_the_page(house: House) -> None:
    await house.on(way="card")

    async def keep(card: str) -> None:
        payer = await house.run(lambda session: payer_of(session, "own"))
        portal = await house.simulated.client().v1.billing_portal.sessions.create_async(
            {"customer": payer.customer, "return_url": "http://hark.test"}
        )
        async with house.simulated.browser() as browser:
            form = {"number": card, "expiry": "12 / 34", "cvc": "123"}
            assert (await browser.post(f"{portal.url}/card", data=form)).status_code == 303

    await house.day(DECEMBER)
    [first] = await house.invoices()
    assert first.state == "open", "nobody has kept a card yet"
    assert await house.pay(first, card="4000000000000002") == 422
    assert await house.pay(first) == 303
    await house.work()
    await keep("4242424242424242")
    await house.day(JANUARY)
    assert [row.state for row in await house.invoices()] == ["paid", "paid"]
    await keep("4000000000000341")
    await house.day(date(2027, 2, 2))
    [*_paid, last] = await house.invoices()
    assert last.state == "open"
    assert (await house.stands(date(2027, 2, 20))).state == "grace"


async def test_paid_into_the_bank_or_withdrawn(house: House) -> None:
    ours = await before(house)
    await house.on()
    await house.day(DECEMBER)
    await house.day(JANUARY)
    december, january = await house.invoices()
    with house.scope():
        await paid_outside(december.ref or "")
        await paid_outside(december.ref or "")
        await withdraw(january.ref or "")
    await house.work()
    assert [(row.state, row.outside) for row in await house.invoices()] == [("paid", True), ("void", False)]
    assert await house.books() == {"cost.plan": 1600, "bank": -1600}
    assert grown(await house.books(PLATFORM), ours) == {"bank": 1600, "plans": -1600}


async def test_a_sponsor_gets_the_name_of_the_line_and_the_sum(house: House) -> None:
    await house.on()

    async def invite(session: Session) -> None:
        await sponsoring.ask(session, Address("Friends", "friends@example.org"), language="en")
        row = await sponsoring.sponsor(session)
        assert row is not None
        await sponsoring.answer(session, row, yes=True)

    await house.run(invite)
    await house.day(DECEMBER)
    [row] = await house.invoices()
    [made] = await sent(house, "invoice")
    assert made["customer_email"] == "friends@example.org"
    assert [line["description"] for line in made["lines"]["data"]] == [f"{house.owner.name} on Hark, December 2026"]
    assert await house.books() == {}
    assert (await house.stands(DECEMBER)).state == "sponsored"
    await house.pay(row)
    await house.work()
    assert await house.books() == {"cost.plan": 1600, "grants": -1600}

    async def stop(session: Session) -> None:
        found = await sponsoring.sponsor(session)
        assert found is not None
        await sponsoring.answer(session, found, yes=False)

    await house.run(stop)
    await house.day(JANUARY)
    _oldest, newest = await sent(house, "invoice")
    assert newest["customer_email"] == f"{house.slug}@example.org"


async def test_who_sleeps_is_asked_for_nothing_more_and_wakes_by_paying(house: House) -> None:
    await house.on()
    await house.day(DECEMBER)
    for when in (date(2026, 12, 18), date(2027, 1, 17), date(2027, 1, 28), date(2027, 1, 31)):
        await house.day(when)
    await house.day(date(2027, 2, 2))
    await house.day(date(2027, 3, 2))
    december, january = await house.invoices()
    assert (await house.stands(date(2027, 3, 2))).state == "asleep"
    name = house.owner.name
    told = [letter for letter in await house.letters() if "Invoice" not in letter]
    assert told == [
        f"{name}: an invoice isn't paid yet",
        f"{name}: extras fall asleep after 30 January 2027",
        f"{name}: extras fall asleep after 30 January 2027",
        f"{name}: extras sleep, the line goes on",
    ]
    with clock.travel(datetime(2027, 3, 3, tzinfo=UTC)):
        await house.pay(december)
        await house.pay(january)
        await house.work()
    assert (await house.stands(date(2027, 3, 3))).state == "active"
    assert f"{name}: everything is awake again" in await house.letters()


async def test_a_round_owes_each_hotline_its_day_once(house: House) -> None:
    async def days() -> int:
        with no_scope():
            async with unit_of_work() as session:
                owed = select(func.count()).where(Job.name == "plans.day", Job.tenant == house.tenant)
                return (await session.exec(owed)).one()

    for _twice in range(2):
        with no_scope():
            async with unit_of_work() as session:
                await rounds.begin(session)
                await rounds.go_round(session)
    assert await days() == 1


async def test_a_trial_ends_with_two_letters_before_and_one_after(house: House) -> None:
    async def begin(session: Session) -> None:
        await extend_trial(session, date(2027, 1, 31))

    await house.run(begin)
    for when in (date(2027, 1, 10), date(2027, 1, 17), date(2027, 1, 18), date(2027, 1, 29), date(2027, 2, 2)):
        await house.day(when)
    name = house.owner.name
    assert await house.letters() == [
        f"{name}: the trial ends on 31 January 2027",
        f"{name}: the trial ends on 31 January 2027",
        f"{name}: the trial is over",
    ]
    assert await house.invoices() == []
    assert (await house.stands(date(2027, 2, 2))).plan.free


async def test_who_has_left_reads_no_letter_about_a_plan(house: House) -> None:
    address = f"gone-{house.slug}@example.org"
    account = await account_for(address)

    async def leaves(session: Session) -> None:
        row = await add_member(session, account.id, "Gone", "admin", languages=["en"])
        row.left_at = clock.now()
        session.add(row)
        await extend_trial(session, date(2027, 1, 31))

    await house.run(leaves)
    await house.day(date(2027, 1, 18))
    with no_scope():
        async with unit_of_work() as session:
            told = [one.opened() for one in await session.exec(select(Mail))]
    assert [one["to"] for one in told if "the trial ends" in one["subject"] and house.owner.name in one["subject"]]
    assert not [one for one in told if one["to"] == address]


async def test_a_smaller_plan_waits_for_the_next_month_and_nobody_pays_for_a_free_one(house: House) -> None:
    await house.on("standard")
    await house.day(DECEMBER)
    await house.on("free")
    with clock.travel(datetime(2026, 12, 9, tzinfo=UTC)):
        row = await house.run(_standing_row)
    assert (row.plan, row.later, row.later_from) == ("standard", "free", date(2026, 12, 1))
    await house.day(JANUARY)
    await house.day(date(2027, 2, 2))
    assert [row.minor for row in await house.invoices()] == [5900]


async def _standing_row(session: Session) -> Any:
    return await row_of(session, await tenant_by_id(session, drawing.current_tenant()))
