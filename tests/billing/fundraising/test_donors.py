"""Donors as a fundraiser knows them: what each gave, a note under seal, a statement, and being forgotten."""

import csv
import io

import httpx
from sqlmodel import select

from billing.fundraising.models import DonorNote
from billing.giving.models import Donor
from infra.clock import now
from infra.database import unit_of_work
from tests.billing.fundraising.test_gifts import desk, sees
from tests.billing.giving.conftest import Line


async def gave(line: Line, email: str, name: str = "", times: int = 1) -> None:
    """Somebody gives 50 dollars, so many times."""
    donor = await line.donor()
    for _ in range(times):
        await donor.give(email=email, name=name)
    await line.house.settled()


async def the_donor(line: Line) -> Donor:
    """The only one."""
    with line.scope():
        async with unit_of_work() as session:
            return (await session.exec(select(Donor))).one()


async def test_a_donors_gifts_add_up_and_are_found_by_the_whole_address(line: Line) -> None:
    await gave(line, "ada@example.org", "Ada", times=2)
    await gave(line, "moss@example.org", "Moss")
    page = await sees(line, "/donors")
    assert "Ada 2 gifts" in page
    assert "HK$100.00" in page
    assert "Moss 1 gift " in page
    found = await sees(line, "/donors?email=ADA@example.org")
    assert "Ada" in found
    assert "Moss" not in found
    assert "Nobody found" in await sees(line, "/donors?email=ada@example")
    answer = await (await desk(line)).get(f"/o/{line.slug}/money/donors/table.csv")
    _moss, row = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (row["name"], row["email"], row["gifts"], row["given"]) == ("Ada", "ada@example.org", "2", "100.00")


async def test_a_note_is_kept_under_seal_and_a_statement_is_printed(line: Line) -> None:
    await gave(line, "ada@example.org", "Ada")
    donor, owner = await the_donor(line), await desk(line)
    own = f"/o/{line.slug}/money/donors/{donor.id}"
    assert (await owner.post(f"{own}/note", data={"note": "Met her at the fair."})).status_code == 303
    assert "Met her at the fair." in await sees(line, f"/donors/{donor.id}")
    with line.scope():
        async with unit_of_work() as session:
            assert b"fair" not in (await session.exec(select(DonorNote))).one().sealed
    assert (await owner.post(f"{own}/note", data={"note": "x" * 1001})).status_code == 422
    paper = await owner.get(f"{own}/years/{now().year}.pdf")
    assert paper.content.startswith(b"%PDF")
    assert (await owner.get(f"{own}/years/1999.pdf")).status_code == 404


async def test_whoever_is_forgotten_leaves_the_books_and_nothing_else(line: Line) -> None:
    await gave(line, "ada@example.org", "Ada")
    donor, owner = await the_donor(line), await desk(line)
    own, before = f"/o/{line.slug}/money/donors/{donor.id}", await line.given()
    await owner.post(f"{own}/note", data={"note": "Met her at the fair."})
    unsure: httpx.Response = await owner.post(f"{own}/forgetting")
    assert unsure.headers["location"].endswith(str(donor.id))
    assert (await owner.post(f"{own}/forgetting", data={"sure": "yes"})).status_code == 303
    assert (await owner.get(own)).status_code == 404
    assert "Ada" not in await sees(line, "/gifts")
    assert await line.given() == before
    with line.scope():
        async with unit_of_work() as session:
            assert not list(await session.exec(select(DonorNote)))
