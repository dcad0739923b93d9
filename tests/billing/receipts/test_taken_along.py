"""A hotline that closes takes its receipts along: they lie in the export, and nothing of them stays."""

import io
import json
import zipfile

import asyncpg

from billing.receipts.service import replace, void
from infra.storage import store
from tests.billing.receipts.given import at, receipt_for, work_off
from tests.conftest import Browser
from tests.provisioning.test_closing import closed
from tests.world import open_hotline


async def test_the_export_has_each_receipt_and_its_paper_and_closing_leaves_none(
    browser: Browser, superuser: asyncpg.Connection
) -> None:
    line, owner = await open_hotline("taken-along@example.org", "rainbow", "Leaving line", "Lea")
    async with at(line.tenant) as session:
        old = await receipt_for(session, name="𠮷田")
        new = await replace(session, old.id, "The name was misspelt", name="𠮷野")
        await void(session, new.id, "Given back")
    await work_off(line.tenant)
    fetch = await closed(browser, line, owner, "Leaving line")
    answer = await (await browser(owner.account)).get(fetch)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        rows = {row["number"]: row for row in json.loads(archive.read("json/receipt.json"))}
        papers = [name for name in archive.namelist() if name.startswith("files/receipts/")]
        assert all(archive.read(name).startswith(b"%PDF") for name in papers)
    assert [rows[number]["contents"]["name"] for number in (1, 2)] == ["𠮷田", "𠮷野"]
    assert [rows[number]["state"] for number in (1, 2)] == ["replaced", "void"]
    assert len(papers) == 2
    assert all(name.endswith(".pdf") for name in papers)
    for table in ("receipt", "receipt_series", "receipt_year"):
        left = await superuser.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", line.tenant)
        assert left == 0
    assert await store().keys(f"receipts/{line.tenant}") == []
