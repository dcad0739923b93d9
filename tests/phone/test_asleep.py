"""A hotline that hasn't paid for its plan for ninety days beyond all grace takes every call as it did before."""

from datetime import timedelta

import pytest
from sqlmodel import select

from billing.plans.catalogue import rules
from billing.plans.models import PlanInvoice, PlanPayer, PlanStanding
from billing.plans.service import standing
from hark.switchboard.models import Call, Voicemail
from infra.carriers.protocol import Record
from infra.clock import now
from infra.database import unit_of_work
from infra.scope import tenant_scope
from infra.settings import settings
from tests.phone.conftest import Open, number_for
from tests.phone.network import PaperNetwork
from tests.phone.test_calls import ready
from tests.switchboard.conftest import RING, Hotline


@pytest.fixture
def plans_on(ground: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The installation has plans."""
    monkeypatch.setattr(settings(), "plans", "on")


async def asleep(hotline: Hotline) -> None:
    """Ninety days beyond the grace."""
    due = now().date() - timedelta(days=rules().grace_days + 90)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            payer = PlanPayer(kind="own", state="active", sealed=b"")
            session.add(payer)
            session.add(PlanStanding(id=hotline.tenant, plan="solidarity", since=due, trial_until=due))
            await session.flush()
            owed = PlanInvoice(month=due.replace(day=1), payer=payer.id, way="invoice", currency="EUR", minor=1900,
                               ref="in_1", state="open", due_on=due)  # fmt: skip
            session.add(owed)
            await session.flush()
            assert (await standing(session)).state == "asleep"


async def test_a_sleeping_plan_rings_people_and_joins_them_with_the_caller(
    plans_on: None, open_hotline: Open, network: PaperNetwork
) -> None:
    hotline, e164 = await ready(open_hotline, RING, "mobile", ann="+447400123451")
    await asleep(hotline)
    caller = await network.dial(e164)
    [leg] = network.ringing()
    await network.pick_up(leg)
    await network.press(leg, "1")
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            call = (await session.exec(select(Call))).one()
    assert call.phase == "talking"
    assert leg.room == caller.room == str(call.id)


async def test_a_sleeping_plan_keeps_the_voicemail_that_nobody_was_there_to_take(
    plans_on: None, open_hotline: Open, network: PaperNetwork
) -> None:
    hotline = await open_hotline(RING, "ann")
    e164 = await number_for(hotline)
    await asleep(hotline)
    caller = await network.dial(e164)
    assert isinstance(caller.now, Record)
    await network.speak(caller, 7)
    assert caller.said[-1] == "Thank you"
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            assert (await session.exec(select(Voicemail))).one()
