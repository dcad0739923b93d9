"""The admin's pages: a number is moved here from another company, step by step."""

from html import unescape

import httpx
import pytest
from sqlmodel import select

from infra.database import unit_of_work
from provisioning.numbers.models import Port
from tests.conftest import Browser
from tests.numbers.conftest import do, number
from tests.numbers.fake import FakeCompany
from tests.world import World, account_for

MOVE = {"number": "+44 20 7183 8790", "company": "Old Telephone", "holder": "Dawn association", "secret": "PIN 1234"}


async def port(e164: str) -> Port:
    async with unit_of_work() as session:
        return (await session.exec(select(Port).where(Port.e164 == e164).order_by(Port.id))).all()[-1]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"number": "112"}, "number"), ({"company": ""}, "company"), ({"holder": ""}, "holder"),
     ({"wanted_on": "soon"}, "wanted_on"), ({"wanted_on": "2001-01-01"}, "wanted_on"), ({"line": ""}, "line")],
)  # fmt: skip
async def test_a_move_that_can_not_be_comes_back_with_what_was_typed(
    world: World, alice: httpx.AsyncClient, base: str, change: dict[str, str], field: str
) -> None:
    form = MOVE | {"line": str(world.first.line)} | change
    answer = await alice.post(f"{base}/moves", data=form)
    assert answer.status_code == 422
    for name in {"number", "company", "holder"} - {field}:
        assert unescape(f'value="{form[name]}"') in unescape(answer.text)


async def test_a_number_moves_here_step_by_step_and_rings_only_once_it_is_here(
    world: World, company: FakeCompany, alice: httpx.AsyncClient, base: str, browser: Browser
) -> None:
    operator = await account_for("mover@example.org")
    async with unit_of_work() as session:
        operator.platform_operator = True
        session.add(operator)
    mover = await browser(operator.id)
    asked = await alice.post(f"{base}/moves", data=MOVE | {"line": str(world.first.line)})
    assert asked.status_code == 303
    row = await port("+442071838790")
    theirs = f"/platform/numbers/moves/{row.id}"
    assert "PIN 1234" in (await mover.get(theirs)).text
    assert "PIN 1234" not in (await alice.get(asked.headers["location"])).text
    assert (await mover.post(theirs, data={"state": "done", "account": "fakeco/main"})).status_code == 422
    assert (await mover.post(theirs, data={"state": "sent"})).status_code == 303
    assert (await mover.post(theirs, data={"state": "agreed", "words": "Kept words"})).status_code == 422
    assert (await mover.post(theirs, data={"state": "agreed", "moves_on": "2030-02-01"})).status_code == 303
    early = await mover.post(theirs, data={"state": "done", "account": "fakeco/main"})
    assert early.status_code == 422
    assert "have the number yet" in early.text
    company.give("+442071838790")
    assert (await mover.post(theirs, data={"state": "done", "account": "fakeco/main"})).status_code == 303
    held = await number("+442071838790")
    assert held
    assert (held.status, held.tenant, held.carrier, held.ref) == (
        "held", world.first.tenant, "fakeco", "ref-+442071838790",
    )  # fmt: skip
    bought = company.bought("+442071838790")
    assert bought
    assert bought["address"] == "https://main.fakeco.example"
    assert (await port("+442071838790")).sealed is None, "what the old company asked for is forgotten"
    assert await do("numbers.port_told") == 3
    trail = (await alice.get(f"/o/{world.first.slug}/audit")).text
    assert "moved a number here" in trail


async def test_a_refused_or_stopped_move_lets_the_number_go(world: World, alice: httpx.AsyncClient, base: str) -> None:
    form = MOVE | {"number": "+44 20 7183 8791", "line": str(world.first.line)}
    asked = await alice.post(f"{base}/moves", data=form)
    assert (await alice.post(f"{base}/moves", data=form)).status_code == 422, "it is on its way already"
    assert (await alice.post(f"{asked.headers['location']}/withdrawal")).status_code == 303
    assert await number("+442071838791") is None
    assert (await alice.post(f"{asked.headers['location']}/withdrawal")).status_code == 409
    assert (await alice.post(f"{base}/moves", data=form)).status_code == 303
