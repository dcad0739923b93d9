"""The admin's pages: a number found and taken, a trunk added and looked at, a move asked for; nothing typed is lost."""

import asyncio
import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import select

from infra.carriers.numbers import Found
from infra.carriers.options import Asked, ask
from infra.database import unit_of_work
from infra.ids import new_id
from infra.scope import tenant_scope
from infra.settings import settings
from provisioning.numbers.claiming import run_of
from provisioning.numbers.models import Port
from provisioning.steps.run import carry_out
from tenants.directory.models import Number
from tenants.trunks.models import Trunk
from tenants.trunks.service import password_of
from tests.conftest import Browser
from tests.numbers.conftest import claimed, do, number
from tests.numbers.fake import FakeCompany
from tests.world import Hotline, World, account_for, open_hotline

TRUNK = {
    "name": "Northern Telephone", "mode": "register", "host": "sip.example.org", "transport": "udp",
    "username": "dawnline", "password": "s3cret-words", "country": "CN", "codecs": ["alaw", "ulaw"],
}  # fmt: skip


@pytest.fixture
async def alice(world: World, browser: Browser) -> httpx.AsyncClient:
    return await browser(world.alice.account)


@pytest.fixture
def base(world: World) -> str:
    return f"/o/{world.first.slug}/settings/numbers"


def choices(page: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'name="choice" value="([^"]+)"', page)]


async def trunk_of(hotline: Hotline, name: str) -> tuple[Trunk, str]:
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            row = (await session.exec(select(Trunk).where(Trunk.name == name))).one()
            return row, await password_of(session, row)


async def test_on_a_fresh_install_a_simulated_number_is_found_and_taken(
    world: World, alice: httpx.AsyncClient, base: str
) -> None:
    page = await alice.get(f"{base}/search?country=CN&kind=local&area=Harbour")
    assert page.status_code == 200
    assert "Simulated numbers" in page.text
    assert "Harbour" in page.text
    took = await alice.post(f"{base}/claims", data={"choice": choices(page.text)[0], "line": str(world.first.line)})
    assert took.status_code == 303
    key = UUID(took.headers["location"].rsplit("/", 1)[1])
    assert "Claiming your number" in (await alice.get(took.headers["location"])).text
    await carry_out(run_of(key), world.first.tenant)
    after = (await alice.get(took.headers["location"])).text
    assert "The number is yours" in after
    assert "simulated" in after
    assert (await alice.get(f"{base}/{key}")).status_code == 200
    assert "Works inside this installation" in (await alice.get(base)).text


async def test_with_a_real_company_its_numbers_are_shown_with_their_price(
    world: World, company: FakeCompany, alice: httpx.AsyncClient, base: str
) -> None:
    company.stock = [
        Found("+862150000101", "CN", "local", "Shanghai", monthly=450, currency="CNY"),
        Found("+862150000102", "CN", "local", "Shanghai", ("voice", "sms"), 300, "CNY", ("identity",)),
    ]
    page = (await alice.get(f"{base}/search?country=CN&kind=local")).text
    assert "Simulated" not in page
    assert "2 numbers" in page
    assert "CN¥4.50 a month" in page
    assert "proof of who you are" in page
    assert page.index("+86 21 5000 0102") < page.index("+86 21 5000 0101"), "the cheaper one first"
    company.silent = True
    silent = (await alice.get(f"{base}/search?country=CN&kind=local")).text
    assert "Not every telephone company answered" in silent


async def test_a_number_that_somebody_took_in_the_meantime_is_said_to_be_gone_and_the_search_is_kept(
    world: World, company: FakeCompany, alice: httpx.AsyncClient, base: str
) -> None:
    company.stock = [Found(f"+86215000011{n}", "CN", "local", "Shanghai", monthly=300) for n in range(3)]
    found = choices((await alice.get(f"{base}/search?country=CN&kind=local&area=Shang")).text)
    await claimed(world.second, "+862150000110")
    form = {"choice": found[0], "line": str(world.first.line), "kind": "local", "country": "CN", "area": "Shang"}
    took = await alice.post(f"{base}/claims", data=form)
    assert took.status_code == 409
    assert "Somebody else was faster" in took.text
    assert 'value="Shang"' in took.text
    assert len(choices(took.text)) == 2


async def test_a_choice_can_be_neither_made_up_nor_borrowed_nor_kept(
    world: World, company: FakeCompany, alice: httpx.AsyncClient, base: str, browser: Browser
) -> None:
    company.stock = [Found("+862150000120", "CN", "local", "Shanghai", monthly=300)]
    charlie = await browser(world.charlie.account)
    theirs = await charlie.get(f"/o/{world.second.slug}/settings/numbers/search?country=CN&kind=local")
    for choice in (*choices(theirs.text), "made-up", "", "AAAA"):
        took = await alice.post(f"{base}/claims", data={"choice": choice, "line": str(world.first.line)})
        assert took.status_code in (409, 422)
    assert company.bill == []
    own = choices((await alice.get(f"{base}/search?country=CN&kind=local")).text)[0]
    foreign = await alice.post(f"{base}/claims", data={"choice": own, "line": str(world.second.line)})
    assert foreign.status_code == 404
    assert await number("+862150000120") is None


async def test_a_claim_that_failed_says_why(
    world: World, company: FakeCompany, alice: httpx.AsyncClient, base: str
) -> None:
    company.refuses = "papers"
    key = await claimed(world.first, "+862150000130")
    page = (await alice.get(f"{base}/claims/{key}")).text
    assert "nothing is paid for" in page
    assert "wants papers for this number" in page


async def test_settings_of_a_number_are_kept_and_one_alone_is_shown(
    world: World, company: FakeCompany, alice: httpx.AsyncClient, base: str
) -> None:
    first, second = await claimed(world.first, "+862150000140"), await claimed(world.first, "+862150000141")
    for key in (first, second):
        form = {"line": str(world.first.line), "label": "Leaflets", "language": "zh-Hans", "shown": "1"}
        assert (await alice.post(f"{base}/{key}", data=form)).status_code == 303
    rows = [await number("+862150000140"), await number("+862150000141")]
    assert [(row.shown, row.listed, row.language, row.label) for row in rows if row] == [
        (False, False, "zh-Hans", "Leaflets"),
        (True, False, "zh-Hans", "Leaflets"),
    ]
    public = (await alice.get(f"/h/{world.first.slug}")).text
    assert "5000 0140" not in public
    await alice.post(f"{base}/{first}", data={"line": str(world.first.line), "listed": "1"})
    assert "5000 0140" in (await alice.get(f"/h/{world.first.slug}")).text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"label": "x" * 61}, "Shorten it"),
        ({"language": "fr"}, "Choose a language"),
        ({"line": ""}, "Choose a line"),
        ({"line": "nonsense"}, "Choose a line"),
    ],
)
async def test_a_setting_that_can_not_be_comes_back_with_what_was_typed(
    world: World, alice: httpx.AsyncClient, base: str, change: dict[str, str], says: str
) -> None:
    async with unit_of_work() as session:
        found = select(Number).where(Number.tenant == world.first.tenant, Number.status == "held")
        row = (await session.exec(found)).first()
    assert row
    form = {"line": str(world.first.line), "label": "On the leaflets"} | change
    answer = await alice.post(f"{base}/{row.id}", data=form)
    assert answer.status_code == 422
    assert says in answer.text
    assert form["label"] in answer.text


async def test_a_number_is_given_up_by_typing_its_end_and_taken_back(
    world: World, company: FakeCompany, alice: httpx.AsyncClient, base: str
) -> None:
    key = await claimed(world.first, "+862150000150")
    wrong = await alice.post(f"{base}/{key}/release", data={"digits": "9999"})
    assert wrong.status_code == 422
    assert "last four digits" in wrong.text
    assert (await alice.post(f"{base}/{key}/release", data={"digits": "0150"})).status_code == 303
    page = (await alice.get(base)).text
    assert "Resting" in page
    assert (await alice.get(f"{base}/{key}")).status_code == 404
    assert (await alice.post(f"{base}/{key}/regain")).status_code == 303
    assert (await alice.get(f"{base}/{key}")).status_code == 200


async def test_a_number_is_not_said_to_work_before_a_call_has_come(
    world: World, company: FakeCompany, alice: httpx.AsyncClient, base: str
) -> None:
    key = await claimed(world.first, "+862150000160")
    assert "Not verified yet" in (await alice.get(f"{base}/{key}")).text
    asked = await alice.post(f"{base}/{key}/trial")
    assert "can't call numbers by itself yet" in unescape((await alice.get(asked.headers["location"])).text)


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


MOVE = {"number": "+44 20 7183 8790", "company": "Old Telephone", "holder": "Dawn association", "secret": "PIN 1234"}


async def port(e164: str) -> Port:
    async with unit_of_work() as session:
        return (await session.exec(select(Port).where(Port.e164 == e164).order_by(Port.id))).all()[-1]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"number": "112"}, "number"), ({"company": ""}, "company"), ({"holder": ""}, "holder"),
     ({"wanted_on": "soon"}, "wanted_on"), ({"wanted_on": "2001-01-01"}, "wanted_on"), ({"line": ""}, "line")],
)  # fmt: skip
async def test_a_move_that_can_not_be_comes_back_with_what_was_typed(
    world: World, alice: httpx.AsyncClient, base: str, change: dict[str, str], field: str
) -> None:
    form = MOVE | {"line": str(world.first.line)} | change
    answer = await alice.post(f"{base}/moves", data=form)
    assert answer.status_code == 422
    for name in {"number", "company", "holder"} - {field}:
        assert unescape(f'value="{form[name]}"') in unescape(answer.text)


async def test_a_number_moves_here_step_by_step_and_rings_only_once_it_is_here(
    world: World, company: FakeCompany, alice: httpx.AsyncClient, base: str, browser: Browser
) -> None:
    operator = await account_for("mover@example.org")
    async with unit_of_work() as session:
        operator.platform_operator = True
        session.add(operator)
    mover = await browser(operator.id)
    asked = await alice.post(f"{base}/moves", data=MOVE | {"line": str(world.first.line)})
    assert asked.status_code == 303
    row = await port("+442071838790")
    theirs = f"/platform/numbers/moves/{row.id}"
    assert "PIN 1234" in (await mover.get(theirs)).text
    assert "PIN 1234" not in (await alice.get(asked.headers["location"])).text
    assert (await mover.post(theirs, data={"state": "done", "account": "fakeco/main"})).status_code == 422
    assert (await mover.post(theirs, data={"state": "sent"})).status_code == 303
    assert (await mover.post(theirs, data={"state": "agreed", "words": "Kept words"})).status_code == 422
    assert (await mover.post(theirs, data={"state": "agreed", "moves_on": "2030-02-01"})).status_code == 303
    early = await mover.post(theirs, data={"state": "done", "account": "fakeco/main"})
    assert early.status_code == 422
    assert "have the number yet" in early.text
    company.give("+442071838790")
    assert (await mover.post(theirs, data={"state": "done", "account": "fakeco/main"})).status_code == 303
    held = await number("+442071838790")
    assert held
    assert (held.status, held.tenant, held.carrier, held.ref) == (
        "held", world.first.tenant, "fakeco", "ref-+442071838790",
    )  # fmt: skip
    bought = company.bought("+442071838790")
    assert bought
    assert bought["address"] == "https://main.fakeco.example"
    assert (await port("+442071838790")).sealed is None, "what the old company asked for is forgotten"
    assert await do("numbers.port_told") == 3
    trail = (await alice.get(f"/o/{world.first.slug}/audit")).text
    assert "moved a number here" in trail


async def test_a_refused_or_stopped_move_lets_the_number_go(world: World, alice: httpx.AsyncClient, base: str) -> None:
    form = MOVE | {"number": "+44 20 7183 8791", "line": str(world.first.line)}
    asked = await alice.post(f"{base}/moves", data=form)
    assert (await alice.post(f"{base}/moves", data=form)).status_code == 422, "it is on its way already"
    assert (await alice.post(f"{asked.headers['location']}/withdrawal")).status_code == 303
    assert await number("+442071838791") is None
    assert (await alice.post(f"{asked.headers['location']}/withdrawal")).status_code == 409
    assert (await alice.post(f"{base}/moves", data=form)).status_code == 303


async def test_the_platform_sets_limits_and_the_hotline_sees_them(ground: None, browser: Browser) -> None:
    hotline, owner = await open_hotline(f"{new_id()}@example.org", "blank", "Limited", "Lea")
    operator = await account_for("limiter@example.org")
    async with unit_of_work() as session:
        operator.platform_operator = True
        session.add(operator)
    platform, lea = await browser(operator.id), await browser(owner.account)
    page = f"/platform/hotlines/{hotline.tenant}/limits"
    form = {"legs": "2", "minutes": "90", "spend": "12345", "currency": "CNY", "a_minute": "30", "numbers": "3"}
    form |= {"countries": "gb HK"}
    for change in ({"legs": "-1"}, {"legs": "many"}, {"currency": "¥"}, {"countries": "GB Narnia"}, {"numbers": "0"}):
        wrong = await platform.post(page, data=form | change)
        assert wrong.status_code == 422
        assert 'value="12345"' in wrong.text
    assert (await platform.post(page, data=form)).status_code == 303
    seen = (await lea.get(f"/o/{hotline.slug}/settings/numbers")).text
    assert "0 of 90" in seen
    assert "CN¥123.45" in seen
    assert "United Kingdom" in seen
    assert (await lea.get(page)).status_code == 404
