"""Operators' accounts from the database and trunks by ARI, in one Asterisk at once."""

import hashlib
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from infra.services.throwaway import Throwaway
from infra.services.voice.accounts import TABLE, VIEWS, allow
from infra.services.voice.instance import Database
from tests.voice import scenarios
from tests.voice.asterisk import Asterisk, running
from tests.voice.machine.app import connected
from tests.voice.sipp import Sipp

ANNA, BEN = "127.0.0.5", "127.0.0.6"


class Accounts:
    """The table of a database of its own."""

    def __init__(self, services: Throwaway) -> None:
        self._services = services

    async def say(self, statement: str, user: str = "postgres") -> str:
        return await self._services.psql(f"SET ROLE {user}; {statement}", "accounts")

    async def add(self, username: str, password: str, *, browser: bool = False, expires: str = "1 hour") -> None:
        secret = hashlib.md5(f"{username}:hark:{password}".encode()).hexdigest()
        await self.say(
            "INSERT INTO sip_account (tenant_id, id, username, secret, browser, expires_at) VALUES "
            f"('{uuid4()}', '{uuid4()}', '{username}', '{secret}', {browser}, now() + interval '{expires}')"
        )


@pytest.fixture(scope="module")
async def accounts(services: Throwaway) -> AsyncIterator[Accounts]:
    """Made as a migration makes it, by the database's owner; then allowed as `hark voice` does it."""
    await services.new_database("accounts")
    made = Accounts(services)
    await made.say("GRANT CREATE ON DATABASE accounts TO hark_owner; GRANT CREATE ON SCHEMA public TO hark_owner")
    await made.say(TABLE + VIEWS, "hark_owner")
    assert await allow(_database(services))
    assert await allow(_database(services))  # a second time does no harm
    yield made
    await services.drop_database("accounts")


def _database(services: Throwaway) -> Database:
    return Database(host=str(services.services.home.sockets), name="accounts")


@pytest.fixture(scope="module")
async def switch(services: Throwaway, accounts: Accounts) -> AsyncIterator[Asterisk]:
    """An Asterisk that reads them."""
    async with running(database=_database(services), name="accounts") as started:
        yield started


async def test_an_account_of_the_database_signs_in_and_is_called(switch: Asterisk, accounts: Accounts) -> None:
    await accounts.add("o-anna-1", "quiet river")
    signing_in = await Sipp.start(
        scenarios.registers(), to=switch.sip, host=ANNA, account="o-anna-1", password="quiet river"
    )
    outcome = await signing_in.done()
    assert outcome.code == 0, outcome.complaints
    telephone = await Sipp.start(scenarios.telephone(), to=switch.sip, host=ANNA, port=signing_in.address[1])
    await switch.trunk("carrier", "127.0.0.2")
    await switch.ari("POST", "/asterisk/variable", variable="FALLBACK_4420", value="PJSIP/o-anna-1")
    caller = await Sipp.start(scenarios.caller(stays=3), to=switch.sip, number="4420")
    await caller.until("SIP/2.0 200")
    for one, other in ((caller, telephone), (telephone, caller)):
        await one.until_talking()
        await one.sound.say(1)
        assert other.sound.heard > 0.5
    assert (await caller.done()).code == 0
    assert (await telephone.done()).code == 0


async def test_a_wrong_password_or_an_expired_account_does_not_sign_in(switch: Asterisk, accounts: Accounts) -> None:
    await accounts.add("o-ben-12", "right")
    await accounts.add("o-late-1", "right", expires="-1 second")
    for account, password in (("o-ben-12", "wrong"), ("o-late-1", "right"), ("o-nobody", "right")):
        phone = await Sipp.start(scenarios.registers(), to=switch.sip, host=BEN, account=account, password=password)
        outcome = await phone.done()
        assert outcome.code != 0
        assert set(outcome.statuses) == {401}, account
        assert len(outcome.requests) > 1, "it offered its password"


async def test_a_pushed_trunk_takes_and_makes_calls_next_to_the_accounts(switch: Asterisk, accounts: Accounts) -> None:
    await accounts.add("o-cleo-1", "pass")
    async with connected(switch.at) as app:
        far = await Sipp.start(scenarios.telephone(stays=0.5), to=switch.sip, host="127.0.0.8", number="447700900001")
        await switch.trunk("other", "127.0.0.8", far.address[1])
        caller = await Sipp.start(
            scenarios.caller(stays=1), to=switch.sip, host="127.0.0.8", number="442079460009", caller="o-cleo-x"
        )
        started = await app.until("StasisStart")
        assert started["args"] == ["incoming", "442079460009"]
        assert started["channel"]["name"].startswith("PJSIP/other-")
        await app.ask("POST", f"channels/{started['channel']['id']}/answer")
        made = await app.ask("POST", "channels?endpoint=PJSIP/447700900001@other&app=hark&callerId=442079460009")
        assert made["status_code"] == 200
        assert (await far.done()).code == 0
        assert (await caller.done()).code == 0
    assert (await switch.ari("GET", "/endpoints/PJSIP/o-cleo-1")).json()["state"] == "offline"  # it has not signed in
    assert (await switch.ari("GET", "/endpoints/PJSIP/other")).json()["state"] == "online"


async def test_a_pushed_object_changes_and_goes(switch: Asterisk, accounts: Accounts) -> None:
    path = "/asterisk/config/dynamic/res_pjsip/endpoint/brief"
    await switch.push("endpoint", "brief", context="from-trunk", disallow="all", allow="ulaw")
    await switch.push("endpoint", "brief", context="from-trunk", disallow="all", allow="alaw")
    now = {field["attribute"]: field["value"] for field in (await switch.ari("GET", path)).json()}
    assert now["allow"] == "(alaw)"
    assert (await switch.ari("DELETE", path)).status_code == 204
    assert (await switch.ari("GET", path)).status_code == 404
    assert await accounts.say("SELECT count(*) FROM voice.ps_endpoints WHERE id = 'brief'") == "0"


async def test_asterisks_role_reads_accounts_and_nothing_else(accounts: Accounts) -> None:
    await accounts.add("o-dora-1", "pass")
    await accounts.say("CREATE TABLE secrets (words text)", "hark_owner")
    assert int(await accounts.say("SELECT count(*) FROM voice.ps_auths", "hark_voice")) >= 1
    for forbidden in ("SELECT * FROM secrets", "DELETE FROM sip_account", "UPDATE voice.ps_auths SET realm = 'x'"):
        with pytest.raises(RuntimeError, match=r"permission denied|cannot update"):
            await accounts.say(forbidden, "hark_voice")
    assert await accounts.say("SELECT count(*) FROM voice.ps_auths", "hark_owner") == "0"  # no tenant, no rows


async def test_asterisk_finds_its_database_again(switch: Asterisk, accounts: Accounts) -> None:
    await accounts.add("o-emma-1", "pass")
    ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'hark_voice'"
    assert int(await accounts.say(ended)) >= 1
    phone = await Sipp.start(scenarios.registers(), to=switch.sip, host=ANNA, account="o-emma-1", password="pass")
    outcome = await phone.done()
    assert outcome.code == 0, outcome.complaints
