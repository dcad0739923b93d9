"""Operators' accounts from the database and trunks by ARI, in one Asterisk at once."""

import asyncio
import hashlib
import os
import re
import signal
from datetime import timedelta
from uuid import uuid4

import pytest
import websockets

from infra.clock import now
from infra.database import unit_of_work
from infra.scope import tenant_scope
from infra.services.throwaway import Throwaway
from infra.services.voice.accounts import allow
from infra.services.voice.instance import Database
from infra.services.voice.probe import answers_sip
from tenants.devices.service import account
from tests.voice import scenarios
from tests.voice.asterisk import Asterisk, running
from tests.voice.machine.app import connected
from tests.voice.sipp import Sipp, address
from tests.world import World

ANNA, BEN = address(5), address(6)
HOUR = timedelta(hours=1)


async def add(world: World, password: str, *, lasts: timedelta = HOUR, browser: bool = False) -> str:
    """A new account of Bob's; returns its name."""
    username = f"o-{uuid4().hex[:12]}"
    with tenant_scope(world.first.tenant):
        async with unit_of_work() as session:
            row = account(world.bob.member, username, password, browser=browser)
            row.expires_at = now() + lasts
            session.add(row)
    return username


async def test_an_account_of_the_database_signs_in_and_is_called(asterisk: Asterisk, world: World) -> None:
    anna = await add(world, "quiet river")
    signing_in = await Sipp.start(
        scenarios.registers(), to=asterisk.sip, host=ANNA, account=anna, password="quiet river"
    )
    outcome = await signing_in.done()
    assert outcome.code == 0, outcome.complaints
    telephone = await Sipp.start(scenarios.telephone(), to=asterisk.sip, host=ANNA, port=signing_in.address[1])
    await asterisk.trunk("carrier", address(2))
    await asterisk.ari("POST", "/asterisk/variable", variable="FALLBACK_4420", value=f"PJSIP/{anna}")
    caller = await Sipp.start(scenarios.caller(stays=3), to=asterisk.sip, number="4420")
    await caller.until("SIP/2.0 200")
    for one, other in ((caller, telephone), (telephone, caller)):
        await one.until_talking()
        await one.sound.say(1)
        assert other.sound.heard > 0.5
    assert (await caller.done()).code == 0
    assert (await telephone.done()).code == 0


async def test_a_desk_phone_stays_signed_in_when_the_switch_is_killed(
    services: Throwaway, ground: None, world: World
) -> None:
    anna = await add(world, "quiet river")
    database = Database(host=str(services.services.home.sockets))
    await allow(database)
    async with running(name="mortal", database=database, fallback=f"PJSIP/{anna}") as mortal:
        signing_in = await Sipp.start(
            scenarios.registers(), to=mortal.sip, host=ANNA, account=anna, password="quiet river"
        )
        assert (await signing_in.done()).code == 0
        await asyncio.sleep(1.5)  # it writes down once a second who has signed in
        before = mortal.switch.keeper.pid
        assert before
        os.kill(before, signal.SIGKILL)
        telephone = await Sipp.start(scenarios.telephone(), to=mortal.sip, host=ANNA, port=signing_in.address[1])
        async with asyncio.timeout(20):
            while mortal.switch.keeper.pid in (None, before) or not await answers_sip(mortal.sip, 1):
                await asyncio.sleep(0.1)
        await mortal.trunk("carrier", address(2))
        caller = await Sipp.start(scenarios.caller(stays=0.5), to=mortal.sip, number="4420")
        assert (await caller.done()).code == 0
        assert (await telephone.done()).code == 0


async def test_a_browser_signs_in_over_a_websocket(asterisk: Asterisk, world: World) -> None:
    name = await add(world, "for this tab", browser=True)
    async with websockets.connect(asterisk.at.ws, subprotocols=[websockets.Subprotocol("sip")]) as socket:
        assert socket.subprotocol == "sip"
        await socket.send(register(name, 1))
        refused = str(await socket.recv())
        assert refused.startswith("SIP/2.0 401")
        nonce = re.findall(r'nonce="([^"]+)"', refused)[0]
        await socket.send(register(name, 2, digest(name, "for this tab", nonce)))
        accepted = str(await socket.recv())
        assert accepted.startswith("SIP/2.0 200")
        assert f"{name}@" in accepted  # its contact
        settings = (await asterisk.ari("GET", f"/asterisk/config/dynamic/res_pjsip/endpoint/{name}")).json()
        found = {field["attribute"]: field["value"] for field in settings}
        assert (found["media_encryption"], found["ice_support"], found["context"]) == ("dtls", "true", "operators")
        assert found["allow"].startswith("(opus|")


def register(name: str, number: int, *more: str) -> str:
    """REGISTER as a browser's softphone sends it."""
    lines = (
        "REGISTER sip:hark SIP/2.0",
        f"Via: SIP/2.0/WS softphone.invalid;branch=z9hG4bK{name}{number}",
        "Max-Forwards: 70",
        f"From: <sip:{name}@hark>;tag=one",
        f"To: <sip:{name}@hark>",
        f"Call-ID: {name}",
        f"CSeq: {number} REGISTER",
        f"Contact: <sip:{name}@softphone.invalid;transport=ws>",
        "Expires: 120",
        *more,
        "Content-Length: 0",
    )
    return "\r\n".join((*lines, "", ""))


def digest(name: str, password: str, nonce: str) -> str:
    """The answer to a challenge, RFC 2617 with qop=auth."""

    def md5(*parts: str) -> str:
        return hashlib.md5(":".join(parts).encode()).hexdigest()

    proof = md5(md5(name, "hark", password), nonce, "00000001", "c", "auth", md5("REGISTER", "sip:hark"))
    return (
        f'Authorization: Digest username="{name}", realm="hark", nonce="{nonce}", uri="sip:hark", '
        f'response="{proof}", algorithm=MD5, qop=auth, nc=00000001, cnonce="c"'
    )


async def test_a_wrong_password_or_an_expired_account_does_not_sign_in(asterisk: Asterisk, world: World) -> None:
    ben = await add(world, "right")
    late = await add(world, "right", lasts=-timedelta(seconds=1))
    for name, password in ((ben, "wrong"), (late, "right"), ("o-nobody", "right")):
        phone = await Sipp.start(scenarios.registers(), to=asterisk.sip, host=BEN, account=name, password=password)
        outcome = await phone.done()
        assert outcome.code != 0
        assert set(outcome.statuses) == {401}, name
        assert len(outcome.requests) > 1, "it offered its password"


async def test_a_pushed_trunk_takes_and_makes_calls_next_to_the_accounts(asterisk: Asterisk, world: World) -> None:
    cleo = await add(world, "pass")
    async with connected(asterisk.at) as app:
        far = await Sipp.start(scenarios.telephone(stays=0.5), to=asterisk.sip, host=address(8), number="447700900001")
        await asterisk.trunk("other", address(8), far.address[1])
        caller = await Sipp.start(
            scenarios.caller(stays=1),
            to=asterisk.sip,
            host=address(8),
            number="442079460009",
            caller="o-nobody-we-know",
        )
        started = await app.until("StasisStart")
        assert started["args"][:2] == ["incoming", "442079460009"]
        assert started["channel"]["name"].startswith("PJSIP/other-")
        await app.ask("POST", f"channels/{started['channel']['id']}/answer")
        made = await app.ask("POST", "channels?endpoint=PJSIP/447700900001@other&app=hark&callerId=442079460009")
        assert made["status_code"] == 200
        assert (await far.done()).code == 0
        assert (await caller.done()).code == 0
    assert (await asterisk.ari("GET", f"/endpoints/PJSIP/{cleo}")).json()["state"] == "offline"  # it has not signed in
    assert (await asterisk.ari("GET", "/endpoints/PJSIP/other")).json()["state"] == "online"


async def test_a_pushed_object_changes_and_goes(asterisk: Asterisk, world: World) -> None:
    path = "/asterisk/config/dynamic/res_pjsip/endpoint/brief"
    await asterisk.push("endpoint", "brief", context="from-trunk", disallow="all", allow="ulaw")
    await asterisk.push("endpoint", "brief", context="from-trunk", disallow="all", allow="alaw")
    now = {field["attribute"]: field["value"] for field in (await asterisk.ari("GET", path)).json()}
    assert now["allow"] == "(alaw)"
    assert (await asterisk.ari("DELETE", path)).status_code == 204
    assert (await asterisk.ari("GET", path)).status_code == 404


async def test_asterisks_role_reads_accounts_and_nothing_else(
    services: Throwaway, asterisk: Asterisk, world: World
) -> None:
    name = await add(world, "pass")

    async def say(statement: str, role: str = "hark_voice") -> str:
        return await services.psql(f"SET ROLE {role}; {statement}", "hark")

    mine = f"SELECT count(*) FROM voice.ps_auths WHERE id = '{name}'"
    assert await say(mine) == "1"
    assert await say(mine, "hark_owner") == "0"  # nobody else sees rows without a tenant
    for forbidden in (
        "SELECT * FROM member",
        "SELECT * FROM device",
        "DELETE FROM sip_account",
        "UPDATE voice.ps_auths SET realm = 'x'",
    ):
        with pytest.raises(RuntimeError, match=r"permission denied|cannot update"):
            await say(forbidden)
    assert await allow(Database(host=str(services.services.home.sockets)))  # a second time does no harm


async def test_asterisk_finds_its_database_again(services: Throwaway, asterisk: Asterisk, world: World) -> None:
    emma = await add(world, "pass")
    ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'hark_voice'"
    await services.psql(ended)
    phone = await Sipp.start(scenarios.registers(), to=asterisk.sip, host=ANNA, account=emma, password="pass")
    outcome = await phone.done()
    assert outcome.code == 0, outcome.complaints
