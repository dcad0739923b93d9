"""Charlie, who owns the second hotline, asks every route for what is the first's: it isn't there, and nothing happens.

He goes by two ways: under his own hotline's name with the first's ids, and under the first's name. Whatever he sends,
no row and no file of the first hotline may change, and no answer may hold a word of what is written there.
"""

import re
from typing import Any

import pytest

from tests.isolation.conftest import Ask, forget_tries
from tests.isolation.expect import Row
from tests.isolation.seeds import Seeded
from tests.isolation.table import ROWS
from tests.isolation.test_roles import filled

ASKED = [row for row in ROWS if row.method != "WS"]
FIXED = {"slug", "part", "day", "node", "verb", "code", "currency", "rest", "hosted", "year"}
"""Places in an address that name no row."""


def places_of(row: Row) -> set[str]:
    """The places in a row's address that name a row."""
    return set(re.findall(r"{(\w+)}", row.address)) - FIXED


def smuggles(row: Row) -> bool:
    """Whether ids are sent in the body as well."""
    return bool(set(re.findall(r"{(\w+)}", str(row.form or row.json))) - {"new"})


def named(rows: list[Row]) -> Any:
    """A test for each of these rows."""
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.name)


@named([row for row in ASKED if places_of(row)])
async def test_another_hotlines_ids_under_ones_own_name_lead_nowhere(
    ask: Ask, first: Seeded, second: Seeded, unlimited: None, untouched: None, row: Row
) -> None:
    got = {}
    own, theirs = second.places(), first.places()
    if row.key:
        theirs["key"] = theirs[row.key]
    _, more = filled(row, first)
    tries = {"the very ones": {place: theirs[place] for place in places_of(row)}}
    if not places_of(row) & {"number", "token"}:
        tries |= {table: dict.fromkeys(places_of(row), str(key)) for table, key in first.ids.items()}
    for count, (name, ids) in enumerate(tries.items()):
        if count % 50 == 49:  # there are more tables than tries an hour
            await forget_tries()
        answer = await ask("stranger", row.method, row.address.format(**{**own, **ids}), **more)
        more["headers"] = {**row.headers, "accept": "application/json"}  # spares all but the first a whole page
        got[name] = answer.status_code
        assert first.marker not in answer.text
    assert got == dict.fromkeys(tries, row.hostile)


@named([row for row in ASKED if row.expected["stranger"] in (403, 404)])
async def test_another_hotlines_own_address_leads_nowhere(
    ask: Ask, first: Seeded, second: Seeded, unlimited: None, untouched: None, row: Row
) -> None:
    for words in (first, second):
        path, more = filled(row, first, words)
        answer = await ask("stranger", row.method, path, **more)
        assert answer.status_code == row.expected["stranger"]
        assert first.marker not in answer.text


def test_every_form_that_takes_an_id_says_how_it_answers_to_a_foreign_one() -> None:
    assert [row.name for row in ASKED if smuggles(row) != (row.smuggled is not None)] == []


@named([row for row in ASKED if smuggles(row)])
async def test_another_hotlines_ids_in_ones_own_form_are_refused(
    ask: Ask, first: Seeded, second: Seeded, unlimited: None, untouched: None, row: Row
) -> None:
    path, more = filled(row, second, first)
    answer = await ask("stranger", row.method, path, **more)
    assert answer.status_code == row.smuggled
    assert first.marker not in answer.text


OF_ALL = {
    "/outbox": "the letters of an installation that has no mail server",
    "/phone": "the names and simulated numbers of hotlines that are open to every caller",
}
"""Pages that are meant to show every hotline, each with what of it."""


@named([row for row in ASKED if row.method == "GET" and row.path not in OF_ALL])
async def test_ones_own_pages_show_nothing_of_another_hotline(
    ask: Ask, first: Seeded, second: Seeded, unlimited: None, untouched: None, row: Row
) -> None:
    path, more = filled(row, second)
    answer = await ask("stranger", row.method, path, **more)
    assert first.marker not in answer.text
    for name in ("Alice", "Adam", "Dana", "Audrey", "Dawn line"):
        assert name not in answer.text


@pytest.mark.parametrize("page", ["contacts/{contact}", "cases/{number}", "cases", "people"])
async def test_the_words_that_are_looked_for_can_be_seen_by_those_who_may(
    ask: Ask, first: Seeded, second: Seeded, page: str
) -> None:
    """Or the absence of the first hotline's words would prove nothing."""
    for who, seeded in (("owner", first), ("stranger", second)):
        places = seeded.places()
        answer = await ask(who, "GET", f"/o/{seeded.hotline.slug}/{page}".format(**places))
        assert answer.status_code == 200
        assert seeded.marker in answer.text
