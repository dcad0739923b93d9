"""What stands before every route: nothing inline runs, nothing forged or outsized comes in, on pages and on sockets."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import websockets
from starlette.types import Message

from infra.settings import settings
from infra.web.security import BODY_LIMIT
from infra.web.static import import_map_hash
from tests.infra.web.conftest import small_app

OURS = "http://hark.test"
FORGED = {
    "another site": {"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"},
    "a neighbour under the same domain": {"sec-fetch-site": "same-site", "origin": "http://other.hark.test"},
    "an old browser, from another site": {"origin": "https://elsewhere.example"},
    "an old browser, from a sandboxed frame": {"origin": "null"},
    "an old browser, from a look-alike": {"origin": "http://hark.test.elsewhere.example"},
    "an old browser, from another port": {"origin": "http://hark.test:8080"},
    "fetch metadata alone": {"sec-fetch-site": "cross-site"},
    "a site that claims our name in its path": {"origin": "https://elsewhere.example/hark.test"},
}
GENUINE = {
    "our own page": {"sec-fetch-site": "same-origin", "origin": OURS},
    "our own page that sends no referrer": {"sec-fetch-site": "same-origin", "origin": "null"},
    "an old browser, from our own page": {"origin": OURS},
    "no browser at all": {},
}


def _directives(answer: httpx.Response) -> dict[str, list[str]]:
    parts = answer.headers["content-security-policy"].split(";")
    return {words[0]: words[1:] for words in (part.split() for part in parts) if words}


async def test_the_content_policy_lets_nothing_inline_or_foreign_run(ask: httpx.AsyncClient) -> None:
    for answer in (await ask.get("/language"), await ask.get("/nowhere"), await ask.get("/error/unforeseen")):
        policy = _directives(answer)
        assert policy["default-src"] == ["'none'"]
        assert policy["script-src"] == ["'self'", import_map_hash()]
        assert policy["style-src"] == ["'self'"]
        for directive in ("base-uri", "frame-ancestors"):
            assert policy[directive] == ["'none'"]
        sources = {source for directive in policy.values() for source in directive}
        assert sources <= {"'none'", "'self'", "data:", "blob:", import_map_hash()}


async def test_every_answer_carries_the_other_guards(ask: httpx.AsyncClient) -> None:
    for answer in (await ask.get("/language"), await ask.get("/nowhere"), await ask.get("/error/unforeseen")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "camera=()" in answer.headers["permissions-policy"]
        assert answer.headers["cache-control"] == "no-store"


async def test_a_page_may_keep_its_address_to_itself(ask: httpx.AsyncClient) -> None:
    assert (await ask.get("/unseen")).headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("who", FORGED)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_forged_request_is_refused(ask: httpx.AsyncClient, who: str, method: str) -> None:
    answer = await ask.request(method, "/length", headers=FORGED[who])
    assert answer.status_code == 403


@pytest.mark.parametrize("who", GENUINE)
async def test_our_own_forms_come_through(ask: httpx.AsyncClient, who: str) -> None:
    answer = await ask.post("/length", headers=GENUINE[who], content=b"four")
    assert answer.json() == {"length": 4}


async def test_reading_from_another_site_is_just_a_link(ask: httpx.AsyncClient) -> None:
    for who in FORGED.values():
        assert (await ask.get("/language", headers=who)).status_code == 200


async def _knock(headers: dict[str, str]) -> list[Message]:
    """What the app says to a browser that opens a socket."""
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        said.append(message)

    raw = [(name.encode(), value.encode()) for name, value in {"host": "hark.test", **headers}.items()]
    scope = {"type": "websocket", "path": "/socket", "query_string": b"", "headers": raw, "subprotocols": []}
    await small_app()(scope, receive, send)
    return said


@pytest.mark.parametrize("who", FORGED)
async def test_a_forged_socket_is_refused(ground: None, who: str) -> None:
    assert await _knock(FORGED[who]) == [{"type": "websocket.close", "code": 4403}]


@pytest.mark.parametrize("who", GENUINE)
async def test_our_own_sockets_come_through(ground: None, who: str) -> None:
    accepted, spoken, _ = await _knock({**GENUINE[who], "accept-language": "zh"})
    assert accepted["type"] == "websocket.accept"
    assert spoken["text"] == "zh-Hans"


async def test_a_real_browsers_forged_socket_gets_no_further_than_the_door(server: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with websockets.connect(f"ws://{server}/o/any/console/socket", origin="https://elsewhere.example"):  # type: ignore[arg-type]  # a plain string does
            pass
    assert refused.value.response.status_code == 403


async def _chunks(size: int) -> AsyncIterator[bytes]:
    for start in range(0, size, 1024 * 1024):
        yield b"x" * min(1024 * 1024, size - start)


@pytest.mark.parametrize("path", ["/length", "/form", "/unread"])
async def test_a_body_that_says_it_is_too_large_is_refused(ask: httpx.AsyncClient, path: str) -> None:
    answer = await ask.post(path, content=b"x" * (BODY_LIMIT + 1))
    assert answer.status_code == 413


FILE = {"content-type": "multipart/form-data; boundary=b"}


async def _file(size: int) -> AsyncIterator[bytes]:
    yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    async for chunk in _chunks(size):
        yield chunk
    yield b"\r\n--b--\r\n"


@pytest.mark.parametrize("path", ["/length", "/form"])
async def test_a_body_that_doesnt_say_is_cut_off(ask: httpx.AsyncClient, path: str) -> None:
    answer = await ask.post(path, content=_file(BODY_LIMIT), headers=FILE)
    assert "content-length" not in answer.request.headers
    assert answer.status_code == 413
    assert "12 MB" in answer.text


async def test_a_body_of_exactly_the_limit_is_taken(ask: httpx.AsyncClient) -> None:
    for content in (b"x" * BODY_LIMIT, _chunks(BODY_LIMIT)):
        answer = await ask.post("/length", content=content)
        assert answer.json() == {"length": BODY_LIMIT}


async def test_pages_of_a_real_server_are_guarded_too(server: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        answer = await client.get("/")
        assert answer.status_code == 200
        assert _directives(answer)["script-src"] == ["'self'", import_map_hash()]
        assert "server" not in answer.headers
        large = await client.post("/sign-in", content=_file(BODY_LIMIT), headers=FILE)
        assert large.status_code == 413


async def test_a_base_url_behind_a_proxy_counts_as_ours(
    ask: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin: dict[str, Any] = {"origin": "https://hark.example.org"}
    assert (await ask.post("/length", headers=origin)).status_code == 403
    monkeypatch.setattr(settings(), "base_url", "https://hark.example.org")
    assert (await ask.post("/length", headers=origin)).status_code == 200
