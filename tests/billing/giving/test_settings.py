"""How a hotline switches giving on, and what its country's law makes of that."""

import pytest

from billing.giving.models import GivingSettings
from billing.giving.page.device import COOKIE
from billing.giving.settings import beginning, cover, currency_of
from billing.law import country
from billing.money import Money, digits
from infra.database import unit_of_work
from infra.ids import new_id
from infra.scope import tenant_scope
from tenants.directory.models import Tenant
from tenants.profile.service import profile
from tests.billing.giving.conftest import Line
from tests.billing.processor.conftest import connect
from tests.conftest import Browser
from tests.world import open_hotline

FORM = {
    "open": "yes", "currency": "HKD", "amounts": "20, 50, 100", "least": "5", "most": "10000", "fee_percent": "3.4",
    "fee": "2.35", "does.en": "What it does.",
}  # fmt: skip


def tenant(code: str) -> Tenant:
    """A hotline in some country."""
    return Tenant(slug="x", name="x", organisation="x", kind="blank", country=code, zone="UTC", languages=["en"])


@pytest.mark.parametrize("code", ["CN", "GB", "JP", "KR", "US", "DE", "HK", "IN", "ZZ"])
def test_a_hotline_begins_with_amounts_that_fit_its_currency_and_with_giving_off(code: str) -> None:
    with tenant_scope(tenant(code).id):
        row = beginning(tenant(code))
    assert not row.open
    assert row.currency == currency_of(code)
    assert row.least_minor <= min(row.amounts) < max(row.amounts) <= row.most_minor
    assert min(row.amounts) >= 10 ** digits(row.currency)


@pytest.mark.parametrize("minor", [100, 1000, 2500, 99_999])
def test_what_covers_the_fee_leaves_the_gift(minor: int) -> None:
    with tenant_scope(new_id()):
        kept = GivingSettings(currency="EUR", amounts=[], least_minor=1, most_minor=9, fee_points=290, fee_minor=30)
    total = minor + cover(Money(minor, "EUR"), kept).minor
    assert 0 <= total - (total * 290 / 10_000 + 30) - minor < 1


async def test_a_leads_settings_are_kept_and_shown(line: Line) -> None:
    desk = await line.browser(line.owner.account)
    assert (await desk.post(f"/o/{line.slug}/money/giving", data=FORM)).status_code == 303
    page = await (await line.donor()).open()
    assert 'value="2000"' in page
    assert "What it does." in page
    assert "HK$20<" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"amounts": "20, lots"}, {"amounts": "1, 20"}, {"least": "0"}, {"most": "1"}, {"currency": "XXX"},
        {"fee_percent": "90"}, {"does.en": ""}, {"partner_name": "A", "partner_url": "http://a.example"},
        {"amounts": "20, 30, 40, 50, 60, 70, 80"},
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_with_what_was_typed(line: Line, wrong: dict[str, str]) -> None:
    desk = await line.browser(line.owner.account)
    answer = await desk.post(f"/o/{line.slug}/money/giving", data=FORM | wrong)
    assert answer.status_code == 422
    assert 'id="errors"' in answer.text
    assert all(value in answer.text for value in wrong.values())


async def test_in_mainland_china_giving_needs_a_filing_or_leads_to_the_qualified_partner(
    line: Line, browser: Browser
) -> None:
    hotline, owner = await open_hotline("china-giving@example.org", "violence", "Dawn of giving", "Lin")
    await connect(line.simulated, hotline.tenant, hotline.slug, "HK")
    desk, visitor = await browser(owner.account), await browser()
    form = FORM | {"currency": "CNY", "filing": ""}
    refused = await desk.post(f"/o/{hotline.slug}/money/giving", data=form)
    assert refused.status_code == 422
    assert country("CN").says["en"][:40] in refused.text
    assert (await visitor.get(f"/h/{hotline.slug}/give")).status_code == 404
    partner = {
        "open": "", "partner_name": "A qualified foundation", "partner_filing": "53100000MJ0000001A24001",
        "partner_url": "https://foundation.example/dawn",
    }  # fmt: skip
    assert (await desk.post(f"/o/{hotline.slug}/money/giving", data=form | partner)).status_code == 303
    page = (await visitor.get(f"/h/{hotline.slug}/give")).text
    assert "A qualified foundation" in page
    assert "53100000MJ0000001A24001" in page
    assert 'href="https://foundation.example/dawn"' in page
    assert "<form" not in page.split("<main")[1]
    assert (await visitor.post(f"/h/{hotline.slug}/give", data={"amount": "5000"})).status_code == 404


async def test_a_hotline_with_a_neutral_title_leaves_no_cookie(line: Line) -> None:
    donor = await line.donor()
    await donor.open()
    assert COOKIE in (await donor.press()).headers["set-cookie"]
    with line.scope():
        async with unit_of_work() as session:
            row = await profile(session)
            row.defaults = {**row.defaults, "neutral_title": True}
    donor = await line.donor()
    await donor.open()
    assert COOKIE not in (await donor.press()).headers.get("set-cookie", "")


async def test_a_disconnected_account_closes_the_page_at_once(line: Line) -> None:
    desk, visitor = await line.browser(line.owner.account), await line.browser()
    assert (await visitor.get(f"/h/{line.slug}/give")).status_code == 200
    assert (await desk.post(f"/o/{line.slug}/money/account/disconnect")).status_code == 303
    assert (await visitor.get(f"/h/{line.slug}/give")).status_code == 404


async def test_the_overview_sums_what_the_books_say(line: Line) -> None:
    donor = await line.donor()
    await donor.see(await donor.give(name="Ann", message="Keep going."))
    page = (await (await line.browser(line.owner.account)).get(f"/o/{line.slug}/money")).text
    assert page.count("HK$50.00") >= 4
    assert "Keep going." in page
