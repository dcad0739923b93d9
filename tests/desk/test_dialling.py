"""The dial button over a telephone network: within the caller's hours it rings, outside them nothing leaves."""

import json
import re
import secrets
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from hark.desk.messages.models import Attempt
from hark.phone import turns
from hark.switchboard.models import Callback
from hark.switchboard.offering import duty
from infra.clock import travel
from infra.database import unit_of_work
from infra.scope import no_scope
from infra.vault import seal
from tenants.directory.models import Number
from tests.conftest import Browser
from tests.desk.house import House, open_house
from tests.phone.conftest import answers_on, network
from tests.phone.network import PaperNetwork

__all__ = ["network"]
MONDAY = datetime(2026, 3, 2, 15, tzinfo=ZoneInfo("Asia/Shanghai"))
WINDOW = {"days": ["mon"], "from": "14:00", "until": "16:00"}
ANN, CALLER = "+8613800138001", "+8613800138000"


@pytest.fixture
async def house(network: PaperNetwork) -> House:
    """A hotline with a telephone number, whose operator answers on their mobile."""
    house = await open_house()
    with no_scope():
        async with unit_of_work() as session:
            session.add(
                Number(
                    e164=f"+44207946{secrets.randbelow(10**4):04d}", carrier="paper", node=network.node, status="held",
                    country="GB", tenant=house.tenant.id, line=house.line,
                )
            )  # fmt: skip
    with house.scope(), travel(MONDAY):
        async with unit_of_work() as session:
            await duty.set_duty(session, house.people["operator"].id, "on", seconds=7200)
        named = type("Named", (), {"people": {"ann": house.people["operator"].id}})
        await answers_on(named, "ann", "mobile", ANN)  # type: ignore[arg-type]  # all that it asks for is who ann is
    return house


async def _callback(house: House) -> UUID:
    call = await house.call()
    wishes = {"reach": CALLER, "wording": "It is about the library book.", "email": ""}
    with house.scope():
        async with unit_of_work() as session:
            row = Callback(call_id=call, sealed=await seal(session, json.dumps(wishes).encode()), window=WINDOW)
            session.add(row)
            return row.id


async def test_outside_the_callers_hours_nothing_is_rung_and_within_them_the_volunteer_is_first(
    house: House, browser: Browser, network: PaperNetwork
) -> None:
    """yap#527: a call-back that endangers the caller."""
    at = f"{house.at}/callbacks/{await _callback(house)}"
    mine = await browser(house.accounts["operator"])
    with travel(MONDAY.replace(hour=17)):
        await mine.post(f"{at}/taking")
        assert (await mine.post(f"{at}/dial")).status_code == 409
        await turns.quiet()
        assert network.rung() == []
    with travel(MONDAY):
        assert "Call them now" in (await mine.get(f"{house.at}/callbacks")).text
        for _ in range(2):
            answer = await mine.post(f"{at}/dial")
            assert answer.status_code == 303, re.findall(r'data-kind="warning".*?</div>', answer.text, re.DOTALL)
        await turns.quiet()
        assert [leg.to for leg in network.rung()] == [f"number:{ANN}"]
        page = (await mine.get(f"{house.at}/callbacks")).text
        assert "You are calling now" in page
        assert "It is about the library book." in page
        assert "Hang up at once and say nothing" in page
        assert CALLER not in page.replace(" ", "")
        await network.pick_up(network.rung()[0])
        await network.press(network.rung()[0], "1")
        assert [leg.to for leg in network.rung()] == [f"number:{ANN}", f"number:{CALLER}"]
        assert (await mine.post(f"{at}/attempt", data={"outcome": "machine"})).status_code == 303
    with house.scope():
        async with unit_of_work() as session:
            assert [row.outcome for row in await session.exec(select(Attempt))] == ["machine"]
