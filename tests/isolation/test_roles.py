"""Every route of the app answers each person who may ask exactly as the table says."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import websockets
from sqlalchemy import text
from starlette.routing import Mount, WebSocketRoute

from hark.app import app
from infra.database import Session
from infra.scope import PLATFORM_TABLES
from tests.conftest import signed_cookie
from tests.isolation.conftest import Ask
from tests.isolation.expect import PEOPLE, Row
from tests.isolation.seeds import Seeded
from tests.isolation.state import NOBODYS, PLATFORM_ROWS, rows
from tests.isolation.table import ROWS


def served(routes: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """(method, path) of everything that the app answers to."""
    for route in routes:
        if hasattr(route, "effective_candidates"):  # a router that was included
            yield from served(route.effective_candidates())
        elif isinstance(getattr(route, "original_route", route), WebSocketRoute):
            yield "WS", (getattr(route, "starlette_route", None) or route).path
        elif isinstance(route, Mount):
            yield "GET", route.path
        else:
            yield from ((method, route.path) for method in route.methods if method != "HEAD")


def test_every_route_stands_in_the_table_and_nothing_else_does() -> None:
    answered, listed = set(served(app.routes)), {row.route for row in ROWS}
    assert answered - listed == set(), "these routes say nowhere whom they answer: put them into table.py"
    assert listed - answered == set(), "these routes are gone: take them out of table.py"


def test_every_row_says_what_everybody_gets() -> None:
    for row in ROWS:
        assert set(row.expected) == set(PEOPLE), row.name
    assert len({row.name for row in ROWS}) == len(ROWS)


def filled(row: Row, at: Seeded, words: Seeded | None = None) -> tuple[str, dict[str, Any]]:
    """The address with this hotline's ids, and what is sent, with those of `words` (the same, unless said)."""
    places = at.places()
    if row.key:
        places["key"] = places[row.key]
    said = (words or at).places(new=places["new"])
    more: dict[str, Any] = {"headers": dict(row.headers)}
    if row.form is not None:
        more["data"] = {name: str(value).format(**said) for name, value in row.form.items()}
    if row.json is not None:
        more["json"] = row.json
    if row.content is not None:
        more["content"] = row.content
    if row.calling:
        more["cookies"] = f"call={at.call_token}"
    return row.address.format(**places), more


@pytest.mark.parametrize("row", [row for row in ROWS if row.method != "WS"], ids=lambda row: row.name)
async def test_each_person_gets_what_the_table_says(
    ask: Ask, first: Seeded, unlimited: None, rehearsed: None, row: Row
) -> None:
    got = {}
    for who in PEOPLE:
        path, more = filled(row, first)
        answer = await ask(who, row.method, path, **more)
        got[who] = answer.status_code
        if row.expected[who] == answer.status_code == 303 and who == "visitor" and row.expected["stranger"] == 404:
            assert answer.headers["location"].startswith("/sign-in")
    assert got == dict(row.expected)


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "WS"], ids=lambda row: row.name)
async def test_each_persons_socket_opens_or_not_as_the_table_says(
    server: str, accounts: dict[str, Any], first: Seeded, rehearsed: None, row: Row
) -> None:
    got = {}
    path, more = filled(row, first)
    for who in PEOPLE:
        cookies = [more.get("cookies", ""), await signed_cookie(accounts[who]) if who in accounts else ""]
        headers = {"cookie": "; ".join(each for each in cookies if each)}
        try:
            async with websockets.connect(f"ws://{server}{path}", additional_headers=headers):
                got[who] = 101
        except websockets.InvalidStatus as refused:
            got[who] = refused.response.status_code
    assert got == dict(row.expected)


async def test_programs_without_a_session_get_401_instead_of_a_page(ask: Ask, first: Seeded) -> None:
    for row in ROWS:
        if row.expected["visitor"] == 303 and row.expected["stranger"] == 404:
            path, more = filled(row, first)
            more["headers"] |= {"accept": "application/json"}
            answer = await ask("visitor", row.method, path, **more)
            assert answer.status_code == 401, row.name
            assert answer.json()["code"] == "sign_in"


async def test_to_a_stranger_a_hotline_that_is_there_looks_like_one_that_isnt(ask: Ask, first: Seeded) -> None:
    """Status and words are the same, so that nobody learns which organisation has a hotline here."""
    for row in ROWS:
        if row.path.startswith("/o/{slug}") and row.expected["stranger"] == 404:
            path, more = filled(row, first)
            there = await ask("stranger", row.method, path, **more)
            nowhere = await ask("stranger", row.method, path.replace(first.hotline.slug, "no-such-line"), **more)
            assert (there.status_code, there.text) == (nowhere.status_code, nowhere.text), row.name


async def test_every_table_has_rows_of_both_hotlines(superuser: Any, first: Seeded, second: Seeded) -> None:
    """A new table needs a seed in seeds.py: what isn't there can't be seen to leak."""
    assert set(PLATFORM_ROWS) | set(NOBODYS) == set(PLATFORM_TABLES)
    for seeded in (first, second):
        found = await rows(superuser, seeded.hotline.tenant)
        assert [name for name, digest in found.items() if not digest] == []


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("operator", "/o/{slug}/cases/{number}/notes"),
        ("visitor", "/h/{slug}/call"),
        ("platform", "/platform/{application}/verdict"),
        ("owner", "/sign-up/{application}/again"),
    ],
)
async def test_no_answer_leaves_before_what_it_says_is_kept(
    ask: Ask, first: Seeded, unlimited: None, monkeypatch: pytest.MonkeyPatch, who: str, path: str
) -> None:
    """A database that is lost at the very commit is an error to whoever asked, never a page that says it is done."""
    row = next(row for row in ROWS if row.route == ("POST", path))
    assert row.expected[who] == 303
    address, more = filled(row, first)
    kept = Session.commit

    async def lost(session: Session) -> None:
        await session.flush()
        if (await session.execute(text("SELECT pg_current_xact_id_if_assigned()"))).scalar() is not None:
            await session.rollback()
            raise ConnectionError("the database is gone")
        await kept(session)  # nothing was written

    monkeypatch.setattr(Session, "commit", lost)
    answer = await ask(who, "POST", address, **more)
    assert answer.status_code == 500
