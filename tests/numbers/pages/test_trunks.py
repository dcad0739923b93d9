"""The admin's pages: a trunk of one's own added, looked at, and numbers brought along on it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlmodel import select

from infra.carriers.options import Asked, ask
from infra.database import unit_of_work
from infra.scope import tenant_scope
from infra.settings import settings
from tenants.trunks.models import Trunk
from tenants.trunks.service import password_of
from tests.numbers.conftest import number
from tests.world import Hotline, World

TRUNK = {
    "name": "Northern Telephone", "mode": "register", "host": "sip.example.org", "transport": "udp",
    "username": "dawnline", "password": "s3cret-words", "country": "CN", "codecs": ["alaw", "ulaw"],
}  # fmt: skip


async def trunk_of(hotline: Hotline, name: str) -> tuple[Trunk, str]:
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            row = (await session.exec(select(Trunk).where(Trunk.name == name))).one()
            return row, await password_of(session, row)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"), ({"name": "x" * 61}, "name"), ({"host": ""}, "host"), ({"host": "sip:x.org"}, "host"),
        ({"host": "x.org/evil"}, "host"), ({"host": "a b"}, "host"), ({"host": "localhost"}, "host"),
        ({"host": "x.org\r\nRoute: y"}, "host"), ({"port": "0"}, "port"), ({"port": "65536"}, "port"),
        ({"port": "٥٠٦٠"}, "port"), ({"port": "x"}, "port"), ({"transport": "carrier-pigeon"}, "transport"),
        ({"username": ""}, "username"), ({"username": "a@b"}, "username"), ({"username": 'a"b'}, "username"),
        ({"password": ""}, "password"), ({"password": "two words"}, "password"), ({"password": "x" * 101}, "password"),
        ({"country": "XX"}, "country"), ({"codecs": []}, "codecs"), ({"codecs": ["nonsense"]}, "codecs"),
        ({"mode": "guess"}, "mode"),
    ],
)  # fmt: skip
async def test_a_trunk_that_can_not_be_comes_back_with_all_that_was_typed_but_its_password(
    alice: httpx.AsyncClient, base: str, change: dict[str, Any], field: str
) -> None:
    form = TRUNK | {"name": "Kept words", "port": "5062"} | change
    answer = await alice.post(f"{base}/trunks", data=form)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text or f"#{field}" in answer.text
    for name in {"name", "host", "username", "port"} - {field}:
        assert f'value="{form[name]}"' in answer.text
    assert "s3cret-words" not in answer.text


async def test_a_trunk_keeps_its_password_sealed_and_never_sends_it_to_another_server(
    world: World, alice: httpx.AsyncClient, base: str
) -> None:
    added = await alice.post(f"{base}/trunks", data=TRUNK)
    assert added.status_code == 303
    address = added.headers["location"].split("?")[0]
    row, password = await trunk_of(world.first, TRUNK["name"])
    assert password == "s3cret-words"
    assert row.sealed
    assert b"s3cret" not in row.sealed
    assert "s3cret" not in (await alice.get(address)).text
    same = await alice.post(address, data=TRUNK | {"password": "", "port": "5070"})
    assert same.status_code == 303
    row, password = await trunk_of(world.first, TRUNK["name"])
    assert (row.port, password) == (5070, "s3cret-words")
    moved = await alice.post(address, data=TRUNK | {"password": "", "host": "evil.example.org"})
    assert moved.status_code == 422
    assert "given for another server" in moved.text
    twice = await alice.post(f"{base}/trunks", data=TRUNK)
    assert twice.status_code == 422
    assert "There is a trunk of this name" in twice.text


async def test_a_number_on_ones_own_trunk_is_brought_and_dropped_with_it(
    world: World, alice: httpx.AsyncClient, base: str
) -> None:
    added = await alice.post(f"{base}/trunks", data=TRUNK | {"name": "Brought"})
    address = added.headers["location"].split("?")[0]
    for bad in ("", "nonsense", "112", "+99920413735"):
        answer = await alice.post(f"{address}/numbers", data={"number": bad, "line": str(world.first.line)})
        assert answer.status_code == 422
    brought = await alice.post(f"{address}/numbers", data={"number": "021 6000 0001", "line": str(world.first.line)})
    assert brought.status_code == 303
    row = await number("+862160000001")
    assert row
    trunk, _ = await trunk_of(world.first, "Brought")
    assert (row.status, row.trunk, row.line, row.verified_at) == ("held", trunk.id, world.first.line, None)
    again = await alice.post(f"{address}/numbers", data={"number": "+86 21 6000 0001", "line": str(world.first.line)})
    assert again.status_code == 422
    assert "in use on this platform" in again.text
    assert (await alice.post(f"{address}/removal")).status_code == 303
    assert await number("+862160000001") is None


class _Answering(asyncio.DatagramProtocol):
    """A telephone company's server that answers OPTIONS as RFC 3261 has it."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        assert data.startswith(b"OPTIONS sip:")
        assert data.endswith(b"\r\n\r\n")
        self.transport.sendto(b"SIP/2.0 403 Forbidden\r\nContent-Length: 0\r\n\r\n", address)


@pytest.fixture
async def server_port(ground: None) -> AsyncIterator[int]:
    way, _ = await asyncio.get_running_loop().create_datagram_endpoint(_Answering, local_addr=("127.0.0.1", 0))
    yield way.get_extra_info("sockname")[1]
    way.close()


async def test_a_server_is_asked_whether_it_is_there(server_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await ask("127.0.0.1", server_port) == Asked(up=False, why="private"), "nobody probes our own network"
    monkeypatch.setattr(settings(), "private_trunks", True)
    assert await ask("127.0.0.1", server_port) == Asked(up=True, status=403)
    assert (await ask("127.0.0.1", 9, "tcp")).why == "refused"
    assert (await ask("nowhere.invalid", 5060)).why == "no_such_name"


async def test_the_trunks_page_says_what_was_seen(
    world: World, alice: httpx.AsyncClient, base: str, server_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = TRUNK | {"name": "Looked at", "host": "127.0.0.1", "port": str(server_port)}
    added = await alice.post(f"{base}/trunks", data=form)
    address = added.headers["location"].split("?")[0]
    assert "Not looked at yet" in (await alice.get(address)).text
    refused = (await alice.post(f"{address}/look")).text
    assert "inside a private network" in refused
    monkeypatch.setattr(settings(), "private_trunks", True)
    assert "Its server answered" in (await alice.post(f"{address}/look")).text
    row, _ = await trunk_of(world.first, "Looked at")
    assert row.state == "up"
    assert row.seen_at
