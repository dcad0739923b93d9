"""A contact's record: one per call however often it is asked for, saved field by field, handed in once."""

import asyncio
import json
import re
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func
from sqlmodel import select

from hark.contacts import service
from hark.contacts.models import Contact
from hark.contacts.view import PREFIX
from infra.database import unit_of_work
from infra.ids import new_id
from tenants.audit import AuditEntry
from tenants.forms.document import Form, check
from tests.conftest import Browser
from tests.desk.house import KITS, House, open_house

FILLERS = {"date": "2026-03-08", "time": "14:30", "number": "3", "phone": "12345"}


def _whole(kind: str = "violence") -> dict[str, str]:
    """The least that the kit's form takes as a whole record, as a browser would send it."""
    form = Form.model_validate(json.loads((KITS / kind / "form.json").read_text()))
    values: dict[str, str] = {}
    while missing := check(form, values)[1]:
        for name in missing:
            values[name] = next(iter(form[name].values), FILLERS.get(form[name].type, "said"))
    return {PREFIX + name: value for name, value in values.items()}


@pytest.fixture
async def house(ground: None) -> House:
    return await open_house()


async def _contacts(house: House) -> int:
    with house.scope():
        async with unit_of_work() as session:
            return (await session.exec(select(func.count()).select_from(Contact))).one()


async def _open(client: httpx.AsyncClient, house: House, call: Any) -> str:
    page = (await client.get(f"{house.at}/contacts/for-call/{call}")).text
    return re.search(r'data-save="([^"]+)"', page)[1]


async def _save(client: httpx.AsyncClient, at: str, revision: int, tab: str, count: int, **changes: Any):
    body = {"revision": revision, "tab": tab, "count": count, "changes": changes}
    return await client.patch(at, json=body, headers={"accept": "application/json"})


async def test_a_record_asked_for_twenty_times_at_once_is_made_once(house: House, browser: Browser) -> None:
    call = await house.call("operator")
    client = await browser(house.accounts["operator"])
    pages = await asyncio.gather(*(client.get(f"{house.at}/contacts/for-call/{call}") for _ in range(20)))
    assert {page.status_code for page in pages} == {200}
    assert await _contacts(house) == 1


async def test_new_contact_pressed_twice_on_a_bad_line_is_one_contact(house: House, browser: Browser) -> None:
    client = await browser(house.accounts["operator"])
    key = re.search(r'name="key" value="([^"]+)"', (await client.get(f"{house.at}/contacts")).text)[1]
    answers = await asyncio.gather(*(client.post(f"{house.at}/contacts", data={"key": key}) for _ in range(4)))
    assert {answer.headers["location"] for answer in answers} == {f"{house.at}/contacts/{key}"}
    assert await _contacts(house) == 1


async def test_what_was_typed_is_there_after_a_reload(house: House, browser: Browser) -> None:
    client = await browser(house.accounts["operator"])
    at = await _open(client, house, await house.call("operator"))
    saved = await _save(client, at, 0, "one", 1, summary="She is at her sister's ", safe_now="yes")
    assert saved.status_code == 200
    assert saved.json()["revision"] == 1
    assert "She is at her sister&#39;s " in (await client.get(at)).text


async def test_two_tabs_that_write_different_fields_keep_both_and_hear_of_each_other(
    house: House, browser: Browser
) -> None:
    client = await browser(house.accounts["operator"])
    at = await _open(client, house, await house.call("operator"))
    await _save(client, at, 0, "one", 1, summary="mine")
    second = await _save(client, at, 0, "two", 1, called="Ann")
    assert second.status_code == 200
    assert second.json()["news"] == {"summary": "mine"}
    page = (await client.get(at)).text
    assert "mine" in page
    assert 'value="Ann"' in page


async def test_the_same_field_written_in_two_tabs_is_a_conflict_with_both_wordings(
    house: House, browser: Browser
) -> None:
    client = await browser(house.accounts["operator"])
    mate = await browser(house.accounts["supervisor"])
    at = await _open(client, house, await house.call("operator"))
    await _save(mate, at, 0, "theirs", 1, summary="the supervisor's words")
    answer = await _save(client, at, 0, "mine", 1, summary="my words", called="Ann")
    assert answer.status_code == 409
    conflict = answer.json()["conflicts"]["summary"]
    assert (conflict["theirs"], conflict["yours_said"], conflict["who"]) == (
        "the supervisor's words",
        "my words",
        "Supervisor",
    )
    page = (await client.get(at)).text
    assert "the supervisor&#39;s words" in page
    assert 'value="Ann"' in page, "the field that nobody else wrote is saved"
    chosen = await _save(client, at, answer.json()["revision"], "mine", 2, summary="my words")
    assert chosen.status_code == 200
    assert "my words" in (await client.get(at)).text


async def test_a_doubled_and_a_late_message_of_one_tab_change_nothing(house: House, browser: Browser) -> None:
    client = await browser(house.accounts["operator"])
    at = await _open(client, house, await house.call("operator"))
    await _save(client, at, 0, "one", 1, summary="He")
    newest = await _save(client, at, 0, "one", 2, summary="He shouts")
    late = await _save(client, at, 0, "one", 1, summary="He")
    assert late.status_code == 200
    assert late.json()["revision"] == newest.json()["revision"]
    assert "He shouts" in (await client.get(at)).text


async def test_ten_tabs_writing_at_once_lose_nothing(house: House, browser: Browser) -> None:
    client = await browser(house.accounts["operator"])
    at = await _open(client, house, await house.call("operator"))
    answers = await asyncio.gather(*(_save(client, at, 0, f"tab{n}", 1, summary=f"words {n}") for n in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    kept = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
    assert f"words {kept}" in (await client.get(at)).text


async def _killed_while_saving(house: House, key: UUID) -> None:
    with house.scope():
        async with unit_of_work() as session:
            staff = house.staff(session, "operator")
            await service.save(staff, key, {"summary": "half"}, seen=1, tab="one", count=2)
            raise KeyboardInterrupt


async def test_a_writer_killed_before_its_commit_leaves_the_record_as_it_was(house: House, browser: Browser) -> None:
    client = await browser(house.accounts["operator"])
    at = await _open(client, house, await house.call("operator"))
    await _save(client, at, 0, "one", 1, summary="before")
    with pytest.raises(KeyboardInterrupt):
        await _killed_while_saving(house, UUID(at.rsplit("/", 1)[1]))
    again = await _save(client, at, 1, "one", 2, summary="whole")
    assert again.json()["revision"] == 2
    assert "whole" in (await client.get(at)).text


async def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_is_kept(
    house: House, browser: Browser
) -> None:
    client = await browser(house.accounts["operator"])
    at = await _open(client, house, await house.call("operator"))
    answer = await client.post(f"{at}/submit", data={"f-summary": "only this", "f-safe_now": "no"})
    assert answer.status_code == 422
    assert 'id="f-now_done-error"' in answer.text, "what is being done must be said when they aren't safe"
    assert "only this" in (await client.get(at)).text


async def test_submitting_twice_makes_one_record_and_gives_the_same_answer(house: House, browser: Browser) -> None:
    client = await browser(house.accounts["operator"])
    at = await _open(client, house, await house.call("operator"))
    values = _whole()
    answers = await asyncio.gather(
        *(client.post(f"{at}/submit", data={**values, "tab": "one", "count": "9"}) for _ in range(3))
    )
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {(303, at)}
    with house.scope():
        async with unit_of_work() as session:
            acts = select(AuditEntry).where(AuditEntry.action == "contact.submit")
            assert len((await session.exec(acts)).all()) == 1


async def test_words_typed_onto_a_record_submitted_elsewhere_are_not_lost(house: House, browser: Browser) -> None:
    client = await browser(house.accounts["operator"])
    at = await _open(client, house, await house.call("operator"))
    values = _whole()
    assert (await client.post(f"{at}/submit", data=values)).status_code == 303
    late = await _save(client, at, 9, "two", 1, summary="one more thing")
    assert late.status_code == 409
    assert "amend" in late.json()["title"]
    other = await client.post(f"{at}/submit", data={**values, "f-summary": "one more thing"})
    assert other.status_code == 409
    assert "one more thing" in other.text
    await client.post(f"{at}/amend")
    amended = {**values, "f-summary": "one more thing", "revision": "1"}
    assert (await client.post(f"{at}/submit", data=amended)).status_code == 303
    assert "one more thing" in (await client.get(at)).text
    with house.scope():
        async with unit_of_work() as session:
            acts = select(AuditEntry).where(AuditEntry.action == "contact.submit")
            details = [entry.detail["fields"] for entry in await session.exec(acts)]
    assert details[-1] == ["summary"], "the trail says which field was amended, not what it says"


async def test_a_record_follows_its_call_to_a_colleague_and_the_first_keeps_reading(
    house: House, browser: Browser
) -> None:
    call = await house.call("operator", ended=False)
    first, second = await browser(house.accounts["operator"]), await browser(house.accounts["mate"])
    at = await _open(first, house, call)
    await _save(first, at, 0, "one", 1, summary="so far")
    assert (await second.get(at)).status_code == 404
    with house.scope():
        async with unit_of_work() as session:
            assert await service.hand_over(session, call, house.people["mate"].id)
    page = await second.get(f"{house.at}/contacts/for-call/{call}")
    assert "so far" in page.text
    assert "so far" in (await first.get(at)).text
    assert (await _save(second, at, 1, "two", 1, summary="so far, and on")).status_code == 200


async def test_a_record_of_nobodys_call_is_not_there(house: House, browser: Browser) -> None:
    client = await browser(house.accounts["operator"])
    assert (await client.get(f"{house.at}/contacts/for-call/{new_id()}")).status_code == 404
    assert (await client.get(f"{house.at}/contacts/{new_id()}")).status_code == 404
