"""The admin's pages: a number is searched, chosen and claimed; what went wrong is said, and nothing typed is lost."""

import re
from html import unescape
from uuid import UUID

import httpx

from infra.carriers.numbers import Found
from provisioning.numbers.claiming import run_of
from provisioning.steps.run import carry_out
from tests.conftest import Browser
from tests.numbers.conftest import claimed, number
from tests.numbers.fake import FakeCompany
from tests.world import World


def choices(page: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'name="choice" value="([^"]+)"', page)]


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
