"""The way to a donor's page: a letter that opens it once, and nothing that tells a stranger who has given."""

import asyncio
from datetime import timedelta

from sqlmodel import select

from billing.donors.models import DonorKey
from hark.retention.jobs import sweep_one
from infra.clock import travel
from infra.database import unit_of_work
from infra.jobs import Job
from infra.scope import no_scope
from tests.billing.donors.conftest import Visitor
from tests.billing.giving.conftest import Line
from tests.conftest import Browser


async def test_a_letter_lets_the_donor_in_once(donor: Visitor, browser: Browser) -> None:
    await donor.asks()
    path = await donor.letter()
    for _ in range(3):
        looked = await donor.client.get(path)
        assert "Open my page" in looked.text, "a machine that opens links uses nothing up"
    others = [await browser() for _ in range(3)]
    answers = await asyncio.gather(*(each.post(path) for each in [donor.client, *others]))
    assert sorted(answer.status_code for answer in answers) == [303, 410, 410, 410]
    (let_in,) = [answer for answer in answers if answer.status_code == 303]
    cookie = let_in.headers["set-cookie"]
    assert f"Path={donor.home}" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "used up" in (await donor.client.get(path)).text


async def test_whoever_asks_gets_the_same_answer_and_only_donors_a_letter(donor: Visitor) -> None:
    known, stranger = await donor.asks(), await donor.asks("nobody-at-all@example.org")
    assert (known.status_code, known.headers["location"], known.text) == (
        stranger.status_code, stranger.headers["location"], stranger.text,
    )  # fmt: skip
    assert "set-cookie" not in known.headers
    assert await donor.line.letters("nobody-at-all@example.org") == []
    assert await donor.letter()
    with donor.line.scope():
        async with unit_of_work() as session:
            kept = list(await session.exec(select(DonorKey)))
    assert [row.kind for row in kept] == ["letter"], "an address that nobody gave from is forgotten"
    assert kept[0].sealed is None
    with no_scope():
        async with unit_of_work() as session:
            payloads = list(await session.exec(select(Job.payload).where(Job.name == "donors.letter")))
    assert all(set(payload) == {"key"} for payload in payloads)


async def test_a_link_is_over_after_half_an_hour_and_a_visit_after_an_hour(donor: Visitor) -> None:
    await donor.asks()
    path = await donor.letter()
    with travel(by=timedelta(minutes=31)):
        assert (await donor.client.post(path)).status_code == 410
    await donor.enters()
    assert "Ada 𠮷田" in await donor.page()
    with travel(by=timedelta(minutes=61)):
        assert "Send me the link" in await donor.page()
        assert (await donor.wishes("details", name="Eve")).headers["location"] == f"{donor.home}?closed=1"


async def test_what_opens_nothing_any_more_is_forgotten_though_nobody_asks_for_a_letter(donor: Visitor) -> None:
    await donor.enters()
    await donor.wishes("address", email="another@example.org")
    with travel(by=timedelta(hours=3)), donor.line.scope():
        async with unit_of_work() as session:
            await sweep_one(session)
            assert list(await session.exec(select(DonorKey))) == []


async def test_letters_to_one_address_and_from_one_place_are_few(donor: Visitor) -> None:
    got = [(await donor.asks("somebody@example.org")).status_code for _ in range(6)]
    assert got == [303] * 5 + [429]
    more = [(await donor.client.post(donor.home, data={"email": f"a{n}@example.org"})).status_code for n in range(15)]
    assert more[-1] == 429


async def test_a_visit_is_good_for_one_hotline_alone_and_opens_nothing_of_its_people(
    donor: Visitor, world: object
) -> None:
    await donor.enters()
    secret = donor.client.cookies["donor"]
    for path in ("/h/{}/my-gifts", "/h/{}/my-gifts/data.json"):
        there = await donor.client.get(path.format(world.second.slug), headers={"cookie": f"donor={secret}"})  # type: ignore[attr-defined]  # the world of the tests
        assert "Ada" not in there.text
    desk = await donor.client.get(f"/o/{donor.line.slug}/money", headers={"cookie": f"donor={secret}"})
    assert desk.status_code == 303
    assert desk.headers["location"].startswith("/sign-in")


async def test_closing_the_page_ends_the_visit(donor: Visitor) -> None:
    await donor.enters()
    secret = donor.client.cookies["donor"]
    await donor.wishes("leave")
    answer = await donor.client.get(donor.home, headers={"cookie": f"donor={secret}"})
    assert "Send me the link" in answer.text


async def test_an_address_that_is_none_comes_back_in_the_form(line: Line, browser: Browser) -> None:
    client = await browser()
    answer = await client.post(f"/h/{line.slug}/my-gifts", data={"email": "not an address"})
    assert answer.status_code == 422
    assert 'value="not an address"' in answer.text
