"""A session is renewed hourly, ends at once when it is revoked, and its cookie is guarded as the address allows."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from http.cookies import Morsel, SimpleCookie
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection
from starlette.responses import Response

from infra.clock import travel
from infra.ids import new_id
from infra.realtime import hub
from infra.services.throwaway import Throwaway
from infra.settings import settings
from infra.web import sessions
from infra.web.security import Security
from infra.web.sessions import (
    GRACE_SECONDS,
    IDLE_SECONDS,
    ROTATE_SECONDS,
    close_session,
    cookie_name,
    open_session,
    read_session,
    revoke_all,
)

HOUR = timedelta(seconds=ROTATE_SECONDS + 1)


def _asked_with(token: str) -> HTTPConnection:
    return HTTPConnection({"type": "http", "headers": [(b"cookie", f"{cookie_name()}={token}".encode())]})


async def _opened(account: UUID) -> tuple[str, Morsel[str]]:
    response = Response()
    await open_session(response, account)
    morsel = next(iter(SimpleCookie(response.headers["set-cookie"]).values()))
    return morsel.value, morsel


async def _who(token: str) -> UUID | None:
    found = await read_session(_asked_with(token))
    return found.account if found else None


@pytest.fixture
async def page(ground: None) -> AsyncIterator[httpx.AsyncClient]:
    """An app of one page for those who are signed in, and one that signs out everywhere."""
    app = FastAPI()
    app.add_middleware(Security)

    @app.get("/me")
    async def me(request: HTTPConnection) -> str:
        found = await read_session(request)
        if found:
            request.scope.setdefault("state", {})["signed_in"] = found
        return str(found.account) if found else "nobody"

    @app.get("/out-everywhere")
    async def out(request: HTTPConnection) -> str:
        said = await me(request)
        await revoke_all(UUID(said))
        return said

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hark.test") as client:
        yield client


async def test_who_holds_the_cookie_is_known_and_nobody_else(ground: None) -> None:
    account = new_id()
    token, _ = await _opened(account)
    assert await _who(token) == account
    for wrong in ("", token[:-1], token + "x", token.swapcase(), str(account)):
        assert await _who(wrong) is None


async def test_redis_holds_no_token_that_could_be_used(ground: None) -> None:
    token, _ = await _opened(new_id())
    async for key in hub.redis().scan_iter("*"):
        assert token.encode() not in key
        if await hub.redis().type(key) == b"string":
            assert token.encode() not in await hub.redis().get(key)


async def test_a_cookie_is_guarded(ground: None, monkeypatch: pytest.MonkeyPatch) -> None:
    _, plain = await _opened(new_id())
    assert plain.key == "hark"
    assert (plain["httponly"], plain["samesite"], plain["path"], plain["secure"]) == (True, "lax", "/", "")
    monkeypatch.setattr(settings(), "base_url", "https://hark.example.org")
    token, guarded = await _opened(account := new_id())
    assert guarded.key == "__Host-hark"  # which browsers take only secure, for / and without a domain
    assert (guarded["secure"], guarded["path"], guarded["domain"]) == (True, "/", "")
    assert guarded["httponly"]
    assert await _who(token) == account


async def test_a_token_is_replaced_hourly_and_the_old_one_lives_a_minute_more(page: httpx.AsyncClient) -> None:
    account = new_id()
    token, _ = await _opened(account)
    cookies = {"cookie": f"{cookie_name()}={token}"}
    young = await page.get("/me", headers=cookies)
    assert "set-cookie" not in young.headers
    with travel(by=HOUR):
        old = await page.get("/me", headers=cookies)
    fresh = old.cookies[cookie_name()]
    assert fresh != token
    assert await _who(fresh) == await _who(token) == account
    assert 0 < await hub.redis().ttl(sessions._key(token)) <= GRACE_SECONDS
    assert await hub.redis().ttl(sessions._key(fresh)) > IDLE_SECONDS - 60


async def test_many_requests_at_once_leave_one_successor(page: httpx.AsyncClient) -> None:
    account = new_id()
    token, _ = await _opened(account)
    with travel(by=HOUR):
        answers = await asyncio.gather(
            *(page.get("/me", headers={"cookie": f"{cookie_name()}={token}"}) for _ in range(10))
        )
    assert {answer.json() for answer in answers} == {str(account)}
    assert sum("set-cookie" in answer.headers for answer in answers) == 1


async def test_revoked_is_revoked_at_once_everywhere_also_in_the_minute_of_grace(page: httpx.AsyncClient) -> None:
    account, other = new_id(), new_id()
    tokens = [(await _opened(account))[0] for _ in range(3)]
    theirs, _ = await _opened(other)
    with travel(by=HOUR):
        answer = await page.get("/me", headers={"cookie": f"{cookie_name()}={tokens[0]}"})
    tokens.append(answer.cookies[cookie_name()])
    async with hub.subscribe(f"account:{account}") as news:
        await _listening(f"account:{account}", news)
        await revoke_all(account)
        assert await asyncio.wait_for(news.get(), 5) == {"type": "revoked"}
    assert [await _who(token) for token in tokens] == [None] * 4
    assert await _who(theirs) == other


async def _listening(channel: str, news: asyncio.Queue[dict[str, object]]) -> None:
    while news.empty():
        await hub.publish(channel, {"type": "there?"})
        await asyncio.sleep(0.05)
    while not news.empty():
        news.get_nowait()


async def test_a_session_revoked_by_the_very_request_that_renews_it_stays_revoked(page: httpx.AsyncClient) -> None:
    account = new_id()
    token, _ = await _opened(account)
    with travel(by=HOUR):
        answer = await page.get("/out-everywhere", headers={"cookie": f"{cookie_name()}={token}"})
    assert "set-cookie" not in answer.headers
    assert await _who(token) is None
    for key in await hub.redis().zrange(f"held:{account}", 0, -1):
        assert not await hub.redis().exists(key)


async def test_signing_out_ends_this_browsers_session_only(ground: None) -> None:
    account = new_id()
    here, there = (await _opened(account))[0], (await _opened(account))[0]
    response = Response()
    await close_session(_asked_with(here), response)
    assert await _who(here) is None
    assert await _who(there) == account
    assert "Max-Age=0" in response.headers["set-cookie"]


async def test_a_lost_redis_reads_as_nobody_and_breaks_nothing(page: httpx.AsyncClient, services: Throwaway) -> None:
    token, _ = await _opened(new_id())
    redis = services.services.keepers[-1]
    await redis.stop()
    try:
        answer = await page.get("/me", headers={"cookie": f"{cookie_name()}={token}"})
        assert (answer.status_code, answer.json()) == (200, "nobody")
    finally:
        await redis.start()
