"""No receipt that stands is for more than what was left of the gift."""

from dataclasses import replace as but
from uuid import UUID

from sqlmodel import col, select

from billing.giving.arriving import follow
from billing.money import Money
from billing.processor import payments
from billing.processor.payments import Payment
from billing.receipts.facts import facts_of
from billing.receipts.given_back import fit
from billing.receipts.models import Receipt
from billing.receipts.service import receipt_of_gift, replace, void
from hark.routes import ROUTERS
from tests.billing.receipts.given import at, receipt_for
from tests.world import Hotline

NOUGHT = Money(0, "CNY")


def paid(gift: UUID) -> Payment:
    """A payment of 128 yuan that has come."""
    return Payment(gift, Money(12_800, "CNY"), "paid", None, NOUGHT, NOUGHT, None, "card", "CN")


async def _states(line: Hotline, gift: UUID) -> list[tuple[str, int]]:
    async with at(line.tenant) as session:
        found = select(Receipt).where(Receipt.gift == gift).order_by(col(Receipt.number))
        return [(row.state, row.minor) for row in await session.exec(found)]


async def _told(line: Hotline, payment: Payment) -> None:
    async with at(line.tenant) as session:
        await fit(session, payment)


async def test_what_is_given_back_in_part_and_then_whole_is_followed_and_told_twice_changes_nothing(
    line: Hotline,
) -> None:
    async with at(line.tenant) as session:
        gift = (await receipt_for(session)).gift
    await _told(line, paid(gift))
    assert await _states(line, gift) == [("issued", 12_800)]
    for _ in range(2):
        await _told(line, but(paid(gift), refunded=Money(2_800, "CNY")))
        assert await _states(line, gift) == [("replaced", 12_800), ("issued", 10_000)]
    for _ in range(2):
        await _told(line, but(paid(gift), refunded=Money(12_800, "CNY")))
        assert await _states(line, gift) == [("replaced", 12_800), ("void", 10_000)]
    async with at(line.tenant) as session:
        row = await receipt_of_gift(session, gift)
        assert row is not None
        assert (await facts_of(session, row.sealed)).reason == "The gift was given back."


async def test_a_dispute_that_was_won_puts_the_gift_on_a_receipt_again(line: Hotline) -> None:
    async with at(line.tenant) as session:
        gift = (await receipt_for(session)).gift
    await _told(line, but(paid(gift), disputed=Money(12_800, "CNY")))
    assert await _states(line, gift) == [("void", 12_800)]
    for _ in range(2):
        await _told(line, paid(gift))
        assert await _states(line, gift) == [("replaced", 12_800), ("issued", 12_800)]


async def test_what_a_person_has_decided_stays(line: Hotline) -> None:
    async with at(line.tenant) as session:
        ended, smaller = await receipt_for(session), await receipt_for(session)
        await void(session, ended.id, "Entered twice")
        await replace(session, smaller.id, "A shared gift", money=Money(6_400, "CNY"))
    for gift in (ended.gift, smaller.gift):
        before = await _states(line, gift)
        await _told(line, paid(gift))
        assert await _states(line, gift) == before


async def test_a_gift_without_a_receipt_and_one_that_hasnt_come_are_left_alone(line: Hotline) -> None:
    async with at(line.tenant) as session:
        row = await receipt_for(session)
        await fit(session, but(paid(row.gift), state="processing"))
        await fit(session, paid(row.id))
    assert await _states(line, row.gift) == [("issued", 12_800)]


def test_a_payments_receipt_is_issued_before_it_is_fitted() -> None:
    """Both are told of one payment by turns: the first look may see what was given back already."""
    assert ROUTERS
    assert payments.listeners.index(follow) < payments.listeners.index(fit)
