"""Who is forgotten as a donor is forgotten as a payer."""

from typing import Any

from sqlmodel import select

from billing.donors.forgetting import forget
from billing.giving.models import Donor
from tests.billing.bankfeed.conftest import Bank

STATEMENT = b"""Date;Name;IBAN;Purpose;Amount
2026-03-01;Greta Gone;DE89370400440532013000;For Greta;25.00
2026-03-02;Ann Able;DE02120300000000202051;Thanks;7.00
"""


async def _donors(session: Any) -> list[Donor]:
    return list(await session.exec(select(Donor).order_by(Donor.id)))


async def test_a_forgotten_donor_has_no_name_on_the_banks_lines_and_none_is_added(bank: Bank) -> None:
    assert await bank.read(STATEMENT) == (2, 2)
    greta = await bank.line("Greta")
    assert (await bank.say(greta, "gift", name="Greta Gone")).status_code == 303
    assert (await bank.say(await bank.line("Ann"), "gift", name="Ann Able")).status_code == 303
    first, _second = await bank.do(_donors)
    await bank.do(forget, first.id)
    for path in (f"{bank.base}?show=decided", f"{bank.base}/lines/{greta.id}"):
        page = (await bank.client.get(path)).text
        assert "Greta" not in page
        assert "DE8937" not in page
    [row, other] = [row for row, _told in await bank.lines()]
    assert (row.state, row.minor, row.payer) == ("gift", 2500, None)
    assert other.payer is not None
    assert "Ann" in (await bank.client.get(f"{bank.base}?show=decided")).text
    assert await bank.read(STATEMENT) == (2, 0)
    assert (await bank.on("gifts"), await bank.on("bank")) == (-3200, 3200)
