"""The books as people see them: from the trial balance by clicks down to a posting, as a table, and in public."""

import csv
import io
import json
import re
import zipfile
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from sqlmodel import select

from billing.ledger import Entry, Posting, book, reverse
from billing.ledger.digest.closing import close_days
from billing.ledger.pages import journal
from infra import clock
from infra.database import unit_of_work
from infra.ids import new_id
from infra.scope import PLATFORM, no_scope, tenant_scope
from infra.services.throwaway import Throwaway
from provisioning.closing.exports import fetch
from provisioning.closing.models import Export
from tenants.audit import AuditEntry
from tests.billing.ledger.ledger_world import NOON, gift
from tests.conftest import Browser
from tests.provisioning.census import census
from tests.provisioning.test_closing import closed
from tests.world import Hotline, Person, account_for, join, open_hotline

pytestmark = pytest.mark.usefixtures("ground")


async def with_books(name: str) -> tuple[Hotline, Person, UUID]:
    """A hotline with a gift on a closed day, its reversal today, and a cost; and the gift's id."""
    hotline, owner = await open_hotline(f"{name}@example.org", "blank", name, "Olga")
    mine = new_id()
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            with clock.travel(by=-timedelta(days=2)):
                key = await book(session, gift("txn:1", 123456, clock.now(), gift=mine))
            await close_days(session)
            await reverse(session, key, ref="undo:1", at=clock.now(), note="=1+1")
            rooms = (Posting("cost.rooms", 700, "EUR"), Posting("bank", -700, "EUR"))
            await book(session, Entry("rent:1", "rent", NOON, rooms))
    return hotline, owner, mine


def links(page: str, of: str) -> list[str]:
    return [address.replace("&amp;", "&") for address in re.findall(r'href="([^"]+)"', page) if of in address]


async def test_each_figure_opens_into_what_it_is_made_of(browser: Browser) -> None:
    hotline, owner, _mine = await with_books("opening-books")
    client = await browser(owner.account)
    base = f"/o/{hotline.slug}/money/books"
    page = (await client.get(base)).text
    assert "€7.00" in page
    assert "Both sides are the same" in page
    account = next(each for each in links(page, "/accounts/") if "processor/" in each)
    page = (await client.get(account)).text
    assert "€1,197.53" in page
    entries = links(page, "/entries/")
    assert len(entries) == 2
    page = (await client.get(entries[0])).text
    assert "This entry has been taken back." in page
    assert "€1,234.56" in page
    back = (await client.get(links(page, "/entries/")[0])).text
    assert "A gift, taken back" in back
    assert links(back, "/entries/") == [entries[0]]


async def test_the_trial_balance_of_a_past_day_knows_nothing_of_later_ones(browser: Browser) -> None:
    hotline, owner, _mine = await with_books("past-books")
    client = await browser(owner.account)
    yesterday = (clock.now() - timedelta(days=1)).date()
    page = (await client.get(f"/o/{hotline.slug}/money/books", params={"until": yesterday.isoformat()})).text
    assert page.count("€1,234.56") == 1
    assert "€1,241.56" in page  # both sides
    page = (await client.get(f"/o/{hotline.slug}/money/books?until=2020-01-01")).text
    assert "Nothing yet on that day" in page


async def test_a_long_month_is_read_a_page_at_a_time(browser: Browser) -> None:
    hotline, owner = await open_hotline("long-books@example.org", "blank", "long-books", "Olga")
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            for number in range(130):
                await book(session, gift(f"txn:{number}", 100, NOON + timedelta(seconds=number // 3)))
    client = await browser(owner.account)
    page = (await client.get(f"/o/{hotline.slug}/money/books/accounts/gifts/EUR?month=2026-03")).text
    assert len(links(page, "/entries/")) == 100
    assert "At the end of it" not in page
    rest = (await client.get(links(page, "after=")[0])).text
    assert len(links(rest, "/entries/")) == 30
    assert rest.count("-€130.00") == 2
    assert not set(links(page, "/entries/")) & set(links(rest, "/entries/"))


@pytest.mark.parametrize("wrong", ["gifts/eur", "presents/EUR", "gifts/EUR?month=13", "gifts/EUR?month=2026-99"])
async def test_an_address_that_names_nothing_leads_nowhere(browser: Browser, wrong: str) -> None:
    hotline, owner = await open_hotline("nothing-books@example.org", "blank", "nothing-books", "Olga")
    client = await browser(owner.account)
    answer = await client.get(f"/o/{hotline.slug}/money/books/accounts/{wrong}")
    assert answer.status_code == (422 if "month" in wrong else 404)


async def test_the_table_has_every_posting_and_no_formula(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PAGE", 2)
    hotline, owner, mine = await with_books("table-books")
    auditor = await join(hotline, "table-auditor@example.org", "Audrey", "auditor")
    client = await browser(auditor.account)
    answer = await client.get(f"/o/{hotline.slug}/money/books/journal.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 8
    assert sum(int(row["minor_units"]) for row in rows) == 0
    assert {(row["account"], row["debit"], row["credit"]) for row in rows if row["kind"] == "charge"} == {
        ("processor", "1197.53", ""),
        ("processor_fees", "37.03", ""),
        ("gifts", "", "1234.56"),
    }
    assert {row["note"] for row in rows} == {"", "'=1+1"}
    assert {row["gift"] for row in rows} == {"", str(mine)}
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            acts = list(await session.exec(select(AuditEntry.action).where(AuditEntry.member == auditor.member)))
    assert acts == ["books.export"]
    assert owner.member != auditor.member


async def test_a_donor_finds_their_gift_by_its_number_unless_the_hotline_hides_its_books(browser: Browser) -> None:
    hotline, owner, mine = await with_books("public-books")
    base, visitor = f"/h/{hotline.slug}/books", await browser()
    page = (await visitor.get(base)).text
    assert "€" not in page
    answer = await visitor.post(base, data={"gift": f" {str(mine).upper()} "})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{base}/gifts/{mine}")
    answer = await visitor.get(answer.headers["location"])
    assert answer.headers["cache-control"] == "private, no-store"
    assert "€1,234.56" in answer.text
    for wrong in ("", "a gift", str(new_id())):
        answer = await visitor.post(base, data={"gift": wrong})
        assert answer.status_code == 422
        assert "No gift in these books has this number." in answer.text

    client = await browser(owner.account)
    await client.post(f"/o/{hotline.slug}/money/books/publication", data={"published": "no"})
    for path in ("", "/days.json", "/check.py", f"/gifts/{mine}", f"/gifts/{mine}/proof.json"):
        assert (await visitor.get(base + path)).status_code == 404
    assert (await visitor.post(base, data={"gift": str(mine)})).status_code == 404
    await client.post(f"/o/{hotline.slug}/money/books/publication", data={"published": "yes"})
    assert (await visitor.get(base)).status_code == 200


async def test_the_platforms_operators_read_its_own_books_and_no_hotlines(browser: Browser) -> None:
    _hotline, owner, _mine = await with_books("apart-books")
    with tenant_scope(PLATFORM):
        async with unit_of_work() as session:
            plan = (Posting("bank", 4321, "CHF"), Posting("plans", -4321, "CHF"))
            await book(session, Entry(f"plan:{new_id()}", "plan", clock.now(), plan))
    assert (await (await browser(owner.account)).get("/platform/books")).status_code == 404
    operator = await account_for("books-operator@example.org")
    with no_scope():
        async with unit_of_work() as session:
            operator.platform_operator = True
            session.add(operator)
    client = await browser(operator.id)
    page = (await client.get("/platform/books")).text
    assert "CHF43.21" in page.replace("\xa0", "")
    assert "1,234.56" not in page
    page = (await client.get(next(each for each in links(page, "/accounts/") if "plans/CHF" in each))).text
    entry = links(page, "/entries/")[0]
    assert entry.startswith("/platform/books/entries/")
    assert "Bank" in (await client.get(entry)).text
    table = (await client.get("/platform/books/journal.csv")).text
    assert {row["currency"] for row in csv.DictReader(io.StringIO(table.removeprefix("\ufeff")))} >= {"CHF"}
    assert "txn:1" not in table


async def test_a_closed_hotline_takes_its_books_along_and_leaves_them_to_its_owner(
    browser: Browser, services: Throwaway, superuser: asyncpg.Connection
) -> None:
    hotline, owner, mine = await with_books("closing-books")
    neighbour, _owner, _mine = await with_books("staying-books")
    before = await census(services, neighbour.tenant)
    address = await closed(browser, hotline, owner, "closing-books")
    left = await census(services, hotline.tenant)
    assert not [table for table in left if table.startswith("ledger_")]
    assert await census(services, neighbour.tenant) == before
    async with unit_of_work() as session:
        row = await session.get(Export, UUID(address.rpartition("/")[2]))
        assert row
        archive = zipfile.ZipFile(io.BytesIO(await fetch(session, row)))
    table = archive.read("books/journal.csv").decode()
    assert table.count(str(mine)) == 6
    assert len(json.loads(archive.read("books/days.json"))["days"]) == 1
    assert len(json.loads(archive.read("json/ledger_posting.json"))) == 8
