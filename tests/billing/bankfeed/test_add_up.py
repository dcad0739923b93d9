"""Whatever is read, said and undone, in whatever order and however often: the books have what was said, once."""

from contextlib import suppress
from datetime import date
from itertools import count
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func
from sqlmodel import col, select

from billing.bankfeed.deciding import Choice, decide, undo
from billing.bankfeed.files import account_named
from billing.bankfeed.lines import keep
from billing.bankfeed.models import BankFile, BankLine
from billing.bankfeed.reading.mapping import Read
from billing.giving.models import Gift
from billing.ledger import trial_balance
from billing.money import Money, share
from billing.receipts.models import Receipt
from infra.database import Session, unit_of_work
from infra.errors import Conflict, Invalid
from infra.scope import tenant_scope
from tenants.directory.models import Tenant
from tenants.directory.service import tenant_by_id
from tests.world import open_hotline

pytestmark = pytest.mark.usefixtures("ground")
tried = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
MINORS = st.sampled_from([500, 500, 2500, -1200, -500, 99_999])
WHO = st.sampled_from(["Ann", "Ben", ""])
LINES = st.lists(st.tuples(st.integers(1, 3), MINORS, WHO), min_size=1, max_size=7)
STEPS = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(["gift", "grant", "cost", "cash", "ignored", "undo", "undo"])),
    max_size=14,
)


def reads(facts: list[tuple[int, int, str]]) -> list[Read]:
    """Lines as a file has them, by day."""
    return [Read(date(2026, 3, day), minor, "EUR", who, "For you", "", "") for day, minor, who in sorted(facts)]


async def bring(session: Session, lines: list[Read]) -> int:
    """Keep a file's lines, as `files.take` does."""
    file = BankFile(sealed_name=b"", hash=b"", state="read")
    session.add(file)
    await session.flush()
    return await keep(session, file, await account_named(session, "Main", "EUR"), lines)


async def sums(session: Session) -> dict[str, int]:
    """What is on each account."""
    return {line.account: line.minor for line in await trial_balance(session) if line.minor}


@given(LINES, st.integers(0, 3), STEPS)
@tried
async def test_the_bank_in_the_books_is_what_was_said_of_its_lines(
    facts: list[tuple[int, int, str]], split: int, steps: list[tuple[int, str]]
) -> None:
    bank = await _hotline()
    lines = reads(facts)
    early = [line for line in lines if line.day.day <= split]
    with tenant_scope(bank.id):
        async with unit_of_work() as session:
            assert await bring(session, early) == len(early)
        async with unit_of_work() as session:
            assert await bring(session, lines) == len(lines) - len(early)
        async with unit_of_work() as session:
            assert await bring(session, lines) == 0
            keys = list(await session.exec(select(BankLine.id).order_by(col(BankLine.day), col(BankLine.id))))
        assert len(keys) == len(lines)
        for place, what in steps:
            await _step(bank, keys[place % len(keys)], what)
        async with unit_of_work() as session:
            rows = list(await session.exec(select(BankLine)))
            found = await sums(session)
            gifts = (await session.exec(select(func.count()).where(Gift.state == "paid"))).one()
            slips = (await session.exec(select(func.count()).where(Receipt.state == "issued"))).one()
            numbers = sorted(await session.exec(select(Receipt.number)))
    said: dict[str, int] = {}
    for row in rows:
        into = {"gift": "gifts", "grant": "grants", "cost": "cost.rooms", "cash": "cash"}.get(row.state)
        if into:
            said["bank"] = said.get("bank", 0) + row.minor
            said[into] = said.get(into, 0) - row.minor
    assert found == {account: minor for account, minor in said.items() if minor}
    assert gifts == slips == sum(row.state == "gift" for row in rows)
    assert numbers == list(range(1, len(numbers) + 1))


_numbers = count(1)


async def _hotline() -> Tenant:
    """A hotline of its own for each example."""
    number = next(_numbers)
    hotline, _owner = await open_hotline(f"adds{number}@example.org", "rainbow", f"Adds {number}", "Olive")
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            return await tenant_by_id(session, hotline.tenant)


async def _step(tenant: Tenant, key: UUID, what: str) -> None:
    """One thing that somebody does; what can't be is refused and changes nothing."""
    with suppress(Conflict, Invalid):
        async with unit_of_work() as session:
            if what == "undo":
                await undo(session, key, "Not so")
            else:
                await decide(session, tenant, key, Choice(what, cost="cost.rooms", name="Ann"), by=None)


@given(st.integers(1, 10**12), st.lists(st.integers(0, 1000), min_size=1, max_size=9).filter(any))
@settings(max_examples=60, deadline=None)
def test_what_is_shared_out_adds_up(minor: int, parts: list[int]) -> None:
    assert sum(each.minor for each in share(Money(minor, "EUR"), parts)) == minor
