"""Cases: numbers without gaps, one case a contact, moves that don't overwrite each other, notes written once."""

import asyncio
import random
import re
from uuid import UUID

import pytest
from sqlmodel import select

from hark.cases import service
from hark.cases.models import Case, CaseEvent
from hark.contacts.service import for_call
from infra.database import unit_of_work
from infra.ids import new_id
from tests.conftest import Browser
from tests.desk.house import House, open_house


@pytest.fixture
async def house(ground: None) -> House:
    return await open_house("workplace")


async def _contact(house: House, role: str = "operator") -> UUID:
    call = await house.call(role)
    with house.scope():
        async with unit_of_work() as session:
            return (await for_call(house.staff(session, role), call)).contact.id


class GaveUp(Exception):
    """Somebody's line broke before the case was kept."""


async def _open(house: House, contact: UUID, *, breaks: bool = False) -> int:
    with house.scope():
        async with unit_of_work() as session:
            number = (await service.open_from(house.staff(session, "operator"), contact)).number
            await asyncio.sleep(random.random() / 100)
            if breaks:
                raise GaveUp
            return number


async def _case(house: House) -> tuple[int, str]:
    number = await _open(house, await _contact(house))
    return number, f"{house.at}/cases/{number}"


async def test_cases_opened_at_once_are_numbered_without_a_gap_though_some_are_undone(house: House) -> None:
    contacts = [await _contact(house) for _ in range(12)]
    done = await asyncio.gather(
        *(_open(house, contact, breaks=place % 3 == 0) for place, contact in enumerate(contacts)),
        return_exceptions=True,
    )
    numbers = [number for number in done if isinstance(number, int)]
    assert sorted(numbers) == list(range(1, 9))
    assert sum(isinstance(end, GaveUp) for end in done) == 4


async def test_a_contact_has_one_case_however_often_it_is_asked_for(house: House) -> None:
    contact = await _contact(house)
    assert set(await asyncio.gather(*(_open(house, contact) for _ in range(6)))) == {1}
    assert await _open(house, await _contact(house)) == 2


async def test_each_hotline_counts_for_itself(house: House) -> None:
    other = await open_house("workplace")
    await _open(house, await _contact(house))
    assert await _open(other, await _contact(other)) == 1


async def test_a_submitted_contact_opens_a_case_that_stands_in_the_first_stage(house: House, browser: Browser) -> None:
    contact = await _contact(house)
    client = await browser(house.accounts["operator"])
    answer = await client.post(f"{house.at}/cases", data={"contact": str(contact)})
    assert answer.headers["location"] == f"{house.at}/cases/1"
    page = (await client.get(f"{house.at}/cases")).text
    first_column = page[page.index('id="stage-new"') : page.index('id="stage-facts"')]
    assert "Case 1" in first_column


async def test_a_case_moves_is_closed_with_an_outcome_and_opened_again(house: House, browser: Browser) -> None:
    _, at = await _case(house)
    client = await browser(house.accounts["operator"])
    await client.post(f"{at}/move", data={"stage": "mediation", "seen": "new"})
    assert (await client.post(f"{at}/closure", data={"outcome": "no such"})).status_code == 422
    await client.post(f"{at}/closure", data={"outcome": "mediated"})
    page = (await client.get(at)).text
    assert "Settled by mediation with the employer" in page
    assert (await client.post(f"{at}/move", data={"stage": "facts"})).status_code == 409
    await client.post(f"{at}/reopening")
    with house.scope():
        async with unit_of_work() as session:
            case = (await session.exec(select(Case))).one()
            kinds = list(await session.exec(select(CaseEvent.kind).order_by(CaseEvent.at)))
    assert (case.stage, case.closed_at, case.outcome) == ("mediation", None, None)
    assert kinds == ["opened", "moved", "closed", "reopened"]


async def test_a_move_from_a_page_that_is_out_of_date_is_refused_and_said(house: House, browser: Browser) -> None:
    _, at = await _case(house)
    one, two = await browser(house.accounts["operator"]), await browser(house.accounts["supervisor"])
    assert (await one.post(f"{at}/move", data={"stage": "mediation", "seen": "new"})).status_code == 303
    answer = await two.post(f"{at}/move", data={"stage": "legal", "seen": "new"})
    assert answer.status_code == 409
    assert "A colleague moved this case" in answer.text
    with house.scope():
        async with unit_of_work() as session:
            assert (await session.exec(select(Case.stage))).one() == "mediation"


async def test_a_note_sent_twice_is_written_once_and_sealed(house: House, browser: Browser) -> None:
    _, at = await _case(house)
    client = await browser(house.accounts["operator"])
    key = re.search(r'name="key" value="([^"]+)"', (await client.get(at)).text)[1]
    words = {"key": key, "note": "Rang the\nlabour office"}
    await asyncio.gather(*(client.post(f"{at}/notes", data=words) for _ in range(3)))
    assert (await client.get(at)).text.count("Rang the\nlabour office") == 1
    with house.scope():
        async with unit_of_work() as session:
            sealed = (await session.exec(select(CaseEvent.sealed).where(CaseEvent.kind == "note"))).all()
    assert len(sealed) == 1
    assert b"labour" not in sealed[0]


async def test_an_empty_note_is_refused_beside_its_field(house: House, browser: Browser) -> None:
    _, at = await _case(house)
    client = await browser(house.accounts["operator"])
    answer = await client.post(f"{at}/notes", data={"key": str(new_id()), "note": "  "})
    assert answer.status_code == 422
    assert 'id="note-error"' in answer.text


async def test_whoever_is_given_a_case_reads_it_and_its_contact_and_the_giver_goes_on_reading(
    house: House, browser: Browser
) -> None:
    contact = await _contact(house)
    at = f"{house.at}/cases/{await _open(house, contact)}"
    giver, taker = await browser(house.accounts["operator"]), await browser(house.accounts["mate"])
    assert (await taker.get(at)).status_code == 404
    assert f'href="{at}"' not in (await taker.get(f"{house.at}/cases")).text
    await giver.post(f"{at}/owner", data={"owner": str(house.people["mate"].id)})
    assert (await taker.get(at)).status_code == 200
    assert (await taker.get(f"{house.at}/contacts/{contact}")).status_code == 200
    assert (await giver.get(at)).status_code == 200
    assert (await giver.post(f"{at}/owner", data={"owner": str(house.people["auditor"].id)})).status_code == 422


@pytest.mark.parametrize(
    ("role", "sees", "writes"),
    [("owner", 200, 303), ("admin", 200, 303), ("supervisor", 200, 303), ("mate", 404, 404), ("auditor", 200, 403)],
)
async def test_each_role_sees_what_is_theirs(house: House, browser: Browser, role: str, sees: int, writes: int) -> None:
    _, at = await _case(house)
    first = await browser(house.accounts["operator"])
    await first.post(f"{at}/notes", data={"key": str(new_id()), "note": "the quiet part"})
    await first.post(f"{at}/title", data={"title": "Unpaid wages"})
    client = await browser(house.accounts[role])
    page = await client.get(at)
    assert page.status_code == sees
    reads = sees == 200 and role != "auditor"
    assert ("the quiet part" in page.text) is reads
    assert ("Unpaid wages" in page.text) is reads
    assert ("Unpaid wages" in (await client.get(f"{house.at}/cases")).text) is reads
    answer = await client.post(f"{at}/notes", data={"key": str(new_id()), "note": "x"})
    assert answer.status_code == writes


async def test_another_hotlines_case_is_not_there(house: House, browser: Browser) -> None:
    _, at = await _case(house)
    other = await open_house("workplace")
    stranger = await browser(other.accounts["owner"])
    for where in (at, at.replace(house.at, other.at)):
        assert (await stranger.get(where)).status_code == 404
        assert (await stranger.post(f"{where}/move", data={"stage": "facts"})).status_code == 404
