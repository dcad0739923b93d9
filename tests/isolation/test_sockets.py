"""Sockets: nobody gets another hotline's, or another caller's, and no news of one hotline reaches the other's."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import websockets
from sqlmodel import select
from starlette.types import Message
from websockets.asyncio.client import ClientConnection

from hark.app import app
from hark.switchboard.models import Offer
from infra.database import unit_of_work
from infra.errors import NotFound
from infra.ids import new_id
from infra.realtime import hub
from infra.scope import tenant_scope
from infra.web.sessions import revoke_all
from tenants.flows.document import parse
from tenants.flows.models import FlowRow
from tenants.flows.service import publish
from tests.conftest import signed_cookie
from tests.isolation.conftest import Ask
from tests.isolation.seeds import Seeded
from tests.isolation.state import rows
from tests.switchboard.conftest import RING, a_flow
from tests.world import World, join

Opened = Callable[..., Any]


@dataclass
class Line:
    """One end of a socket, and all that has come down it."""

    socket: ClientConnection
    heard: list[dict[str, Any]]

    async def say(self, **message: Any) -> None:
        """Send a message up."""
        await self.socket.send(json.dumps(message))

    async def until(self, kind: str, seconds: float = 8) -> dict[str, Any]:
        """The next message of this type."""
        async with asyncio.timeout(seconds):
            while True:
                message: dict[str, Any] = json.loads(await self.socket.recv())
                self.heard.append(message)
                if message["type"] == kind:
                    return message

    async def caught_up(self) -> list[dict[str, Any]]:
        """All that has come by now: what is sent before the answer to a ping comes before it."""
        await self.say(type="ping")
        await self.until("pong")
        return self.heard


@asynccontextmanager
async def _line(server: str, path: str, cookie: str = "") -> AsyncIterator[Line]:
    async with websockets.connect(f"ws://{server}{path}", additional_headers={"cookie": cookie}) as socket:
        yield Line(socket, [])


async def _refused(server: str, path: str, cookie: str = "") -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with _line(server, path, cookie):
            pass
    assert refused.value.response.status_code == 403


async def _knock(path: str, cookie: str) -> list[Message]:
    """What the app itself says to somebody who opens a socket."""
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        said.append(message)

    headers = [(b"host", b"hark.test"), (b"cookie", cookie.encode())]
    await app({"type": "websocket", "path": path, "query_string": b"", "headers": headers}, receive, send)
    return said


async def _begin(ask: Ask, seeded: Seeded) -> tuple[UUID, str]:
    """A visitor begins a call: its id and the cookie of the browser that did."""
    answer = await ask("visitor", "POST", f"/h/{seeded.hotline.slug}/call")
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("call="))
    return UUID(answer.headers["location"].rsplit("/", 1)[1]), cookie.split(";")[0]


async def test_a_console_of_another_hotline_is_closed_as_if_there_were_none(
    server: str, world: World, first: Seeded
) -> None:
    cookie = await signed_cookie(world.charlie.account)
    for slug in (first.hotline.slug, "no-such-line"):
        path = f"/o/{slug}/console/socket"
        assert await _knock(path, cookie) == [{"type": "websocket.close", "code": 4404, "reason": ""}]
        await _refused(server, path, cookie)
    await _refused(server, "/no/such/socket", cookie)


async def test_a_callers_socket_opens_for_the_browser_that_began_the_call_alone(
    server: str, ask: Ask, first: Seeded, second: Seeded, unlimited: None
) -> None:
    call, cookie = await _begin(ask, first)
    _, others_cookie = await _begin(ask, first)
    _, cookie_elsewhere = await _begin(ask, second)
    here = f"/h/{first.hotline.slug}/call/{call}/socket"
    for wrong in ("", others_cookie, cookie_elsewhere, "call=", cookie[:-1], f"{cookie}x"):
        assert await _knock(here, wrong) == [{"type": "websocket.close", "code": 4404, "reason": ""}]
        await _refused(server, here, wrong)
    for path in (
        f"/h/{second.hotline.slug}/call/{call}/socket",
        f"/h/{first.hotline.slug}/call/{new_id()}/socket",
        f"/h/no-such-line/call/{call}/socket",
    ):
        assert await _knock(path, cookie) == [{"type": "websocket.close", "code": 4404, "reason": ""}]
        await _refused(server, path, cookie)
    async with _line(server, here, cookie) as line:
        assert (await line.until("screen"))["kind"]


@pytest.fixture
async def ringing_at_once(first: Seeded, second: Seeded) -> None:
    """Both hotlines ring their volunteers without a word before."""
    for seeded in (first, second):
        with tenant_scope(seeded.hotline.tenant):
            async with unit_of_work() as session:
                flow = (await session.exec(select(FlowRow))).one()
                await publish(session, flow, parse(a_flow(RING)))


async def test_a_call_at_one_hotline_is_neither_heard_nor_touched_at_the_other(
    server: str, ask: Ask, world: World, first: Seeded, second: Seeded, ringing_at_once: None,
    superuser: asyncpg.Connection, unlimited: None,
) -> None:  # fmt: skip
    async with AsyncExitStack() as stack:

        async def console(seeded: Seeded, account: UUID) -> Line:
            path = f"/o/{seeded.hotline.slug}/console/socket"
            line = await stack.enter_async_context(_line(server, path, await signed_cookie(account)))
            await line.until("snapshot")
            await line.say(type="duty", status="on")
            await line.until("duty")
            return line

        bob = await console(first, world.bob.account)
        charlie = await console(second, world.charlie.account)
        elsewhere, cookie_elsewhere = await _begin(ask, second)
        path = f"/h/{second.hotline.slug}/call/{elsewhere}/socket"
        theirs = await stack.enter_async_context(_line(server, path, cookie_elsewhere))
        own = (await charlie.until("offer"))["offer_id"]
        await theirs.caught_up()
        await hub.publish(f"board:{second.hotline.tenant}", {"type": "all told"})  # the last word of one's own news
        await charlie.until("all told")
        charlie.heard.clear()
        theirs.heard.clear()

        call, cookie = await _begin(ask, first)
        path = f"/h/{first.hotline.slug}/call/{call}/socket"
        caller = await stack.enter_async_context(_line(server, path, cookie))
        offer = (await bob.until("offer"))["offer_id"]
        before = await rows(superuser, first.hotline.tenant)
        for message in (
            {"type": "accept", "offer_id": offer},
            {"type": "decline", "offer_id": offer},
            {"type": "handover", "member_id": str(world.bob.member)},
            {"type": "consult", "member_id": str(world.bob.member)},
            {"type": "outside", "destination": str(first.ids["destination"]), "blind": True},
            {"type": "take_over", "member_id": str(world.bob.member)},
            {"type": "end"},
            {"type": "peer", "payload": {"sdp": "charlie"}},
            {"type": "hello", "sid": "charlie"},
        ):
            await charlie.say(**message)
        heard = await charlie.caught_up()
        assert await rows(superuser, first.hotline.tenant) == before
        assert {each["type"] for each in heard} == {"notice", "snapshot", "pong"}
        nothing, nothing_too, *alone = (each["text"] for each in heard if each["type"] == "notice")
        assert nothing == nothing_too == NotFound().message
        assert len(alone) == 4
        assert all("not in a call" in each for each in alone)
        assert all(each["offer"]["offer_id"] == own for each in heard if each["type"] == "snapshot")

        # the offer is whole: whoever it was made to takes it, and the two talk
        await bob.say(type="accept", offer_id=offer)
        while (await caller.until("screen"))["kind"] != "talking":
            continue
        await bob.say(type="peer", payload={"pair": "a.b", "sdp": "v=0"})
        assert (await caller.until("peer"))["payload"]["sdp"] == "v=0"
        await caller.say(type="peer", payload={"pair": "a.b", "sdp": "v=1"})
        assert (await bob.until("peer"))["payload"]["sdp"] == "v=1"
        await hub.publish(f"member:{first.hotline.tenant}:{world.bob.member}", {"type": "for", "whom": "bob"})
        await hub.publish(f"board:{first.hotline.tenant}", {"type": "for", "whom": "the first hotline"})
        await hub.publish(f"caller:{first.hotline.tenant}:{call}", {"type": "for", "whom": "the first's caller"})
        for line in (bob, caller):
            assert await line.until("for")
        for line in (charlie, theirs):
            line.heard.clear()
            said = json.dumps(await line.caught_up())
            for secret in (str(call), offer, str(world.bob.member), str(first.hotline.tenant), first.marker, '"for"'):
                assert secret not in said
            assert {each["type"] for each in line.heard} <= {"pong", "snapshot", "screen"}
        await caller.say(type="bye")
        await theirs.say(type="bye")
        await bob.until("call_ended")
        await bob.say(type="duty", status="off")
        await charlie.say(type="duty", status="off")
        await bob.caught_up()
        await charlie.caught_up()
    with tenant_scope(first.hotline.tenant):
        async with unit_of_work() as session:
            taken = (await session.exec(select(Offer).where(Offer.id == UUID(offer)))).one()
            assert taken.member_id == world.bob.member
            assert taken.answered_at is not None


async def _closed(line: Line) -> int | None:
    """The code with which the other side closes."""
    async with asyncio.timeout(8):
        await line.socket.wait_closed()
    return line.socket.close_code


async def test_who_is_removed_or_signed_out_everywhere_loses_pages_and_sockets_at_once(
    server: str, ask: Ask, world: World, first: Seeded, accounts: dict[str, UUID]
) -> None:
    path, page = f"/o/{first.hotline.slug}/console/socket", f"/o/{first.hotline.slug}/console"
    eve = await join(world.first, "eve@example.org", "Eve", "operator")
    accounts["eve"] = eve.account
    async with _line(server, path, await signed_cookie(eve.account)) as line:
        await line.caught_up()
        await revoke_all(eve.account)
        assert await _closed(line) == 4401
    assert (await ask("eve", "GET", page)).status_code == 200
    cookie = await signed_cookie(eve.account)
    async with _line(server, path, cookie) as line:
        await line.caught_up()
        removal = await ask("owner", "POST", f"/o/{first.hotline.slug}/people/{eve.member}/remove")
        assert removal.status_code == 303
        assert await _closed(line) == 4401
    assert (await ask("eve", "GET", page)).status_code == 404
    await _refused(server, path, cookie)
    del accounts["eve"]


async def test_who_no_longer_answers_loses_the_console_and_keeps_the_rest(
    server: str, ask: Ask, world: World, first: Seeded, accounts: dict[str, UUID]
) -> None:
    slug = first.hotline.slug
    finn = await join(world.first, "finn@example.org", "Finn", "operator")
    accounts["finn"] = finn.account
    cookie = await signed_cookie(finn.account)
    async with _line(server, f"/o/{slug}/console/socket", cookie) as line:
        await line.caught_up()
        change = await ask("owner", "POST", f"/o/{slug}/people/{finn.member}", data={"role": "auditor"})
        assert change.status_code == 303
        assert await _closed(line) == 4401
    await _refused(server, f"/o/{slug}/console/socket", cookie)
    assert (await ask("finn", "GET", f"/o/{slug}/console")).status_code == 403
    assert (await ask("finn", "GET", f"/o/{slug}")).status_code == 200
    del accounts["finn"]
