"""Reviewing organisations: only the platform's operators do it, the hotline follows, the applicant is told."""

import httpx
import pytest
from sqlmodel import select

from infra.database import unit_of_work
from infra.jobs import Job, run_job
from infra.scope import tenant_scope
from infra.settings import settings
from infra.storage import store
from provisioning.review.service import grant, revoke
from provisioning.signup.models import ApplicationFile
from tenants.audit import AuditEntry
from tenants.directory.models import Tenant
from tests.conftest import Browser
from tests.provisioning.test_signup import letters
from tests.world import Hotline, Person, World, account_for, open_hotline

PDF = b"%PDF-1.7\n" + b"registered charity 4711 " * 40
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
async def operator(browser: Browser) -> httpx.AsyncClient:
    account = await account_for("platform@example.org")
    async with unit_of_work() as session:
        await grant(session, "Platform@example.org")
    return await browser(account.id)


@pytest.fixture
async def waiting(ground: None, monkeypatch: pytest.MonkeyPatch) -> tuple[Hotline, Person]:
    """A hotline whose review waits for somebody."""
    monkeypatch.setattr(settings(), "auto_approve", False)
    return await open_hotline("waiting@example.org", "workplace", "Waiting line", "Wei")


async def status(hotline: Hotline) -> str:
    async with unit_of_work() as session:
        row = await session.get(Tenant, hotline.tenant)
    assert row
    return row.status


async def test_to_everybody_else_the_platforms_pages_do_not_exist(browser: Browser, world: World) -> None:
    for person in (world.alice, world.charlie):
        member = await browser(person.account)
        for path in ("/platform", f"/platform/{world.first.application}"):
            assert (await member.get(path)).status_code == 404
        answer = await member.post(f"/platform/{world.second.application}/verdict", data={"verdict": "declined"})
        assert answer.status_code == 404
    assert (await (await browser()).get("/platform")).status_code == 303


async def test_an_operator_whose_right_is_taken_away_is_out_at_once(operator: httpx.AsyncClient, ground: None) -> None:
    assert (await operator.get("/platform")).status_code == 200
    async with unit_of_work() as session:
        await revoke(session, "platform@example.org")
    assert (await operator.get("/platform")).status_code == 404


async def test_ask_answer_approve(
    browser: Browser, operator: httpx.AsyncClient, waiting: tuple[Hotline, Person]
) -> None:
    hotline, owner = waiting
    assert await status(hotline) == "pending"
    page = f"/platform/{hotline.application}"
    assert "Waiting line association" in (await operator.get("/platform")).text
    refused = await operator.post(f"{page}/verdict", data={"verdict": "asked", "words": " "})
    assert refused.status_code == 422

    await operator.post(f"{page}/verdict", data={"verdict": "asked", "words": "Who carries the line?"})
    assert "Who carries the line?" in (await letters(owner.email))[-1]["text"]
    assert await status(hotline) == "pending"
    member = await browser(owner.account)
    own = f"/o/{hotline.slug}/review"
    assert "Who carries the line?" in (await member.get(own)).text
    sent = await member.post(own, data={"words": "The union does."}, files={"file": ("charter.pdf", PDF)})
    assert sent.status_code == 303
    shown = (await operator.get(page)).text
    assert "The union does." in shown
    assert "charter.pdf" in shown

    await operator.post(f"{page}/verdict", data={"verdict": "approved"})
    assert await status(hotline) == "open"
    assert (await letters(owner.email))[-1]["subject"] == "Waiting line is approved"
    async with unit_of_work() as session:
        owed = list(await session.exec(select(Job.id).where(Job.name == "review.record", Job.tenant == hotline.tenant)))
    for job in owed:
        await run_job(job)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            found = await session.exec(select(AuditEntry.detail).where(AuditEntry.action == "review.decide"))
            assert [detail["verdict"] for detail in found] == ["asked", "approved"]


async def test_a_declined_organisation_reads_why_and_its_page_closes(
    browser: Browser, operator: httpx.AsyncClient, waiting: tuple[Hotline, Person]
) -> None:
    hotline, owner = waiting
    words = {"verdict": "declined", "words": "We could not find you in the register."}
    await operator.post(f"/platform/{hotline.application}/verdict", data=words)
    assert await status(hotline) == "declined"
    assert "could not find you" in (await letters(owner.email))[-1]["text"]
    member = await browser(owner.account)
    assert "could not find you" in (await member.get(f"/o/{hotline.slug}/review")).text


async def test_where_approval_is_automatic_the_page_says_so(browser: Browser, world: World) -> None:
    owner = await browser(world.alice.account)
    assert "automatically" in (await owner.get(f"/o/{world.first.slug}/review")).text
    assert await status(world.first) == "open"


async def test_evidence_is_sealed_and_only_operators_fetch_it(
    browser: Browser, operator: httpx.AsyncClient, waiting: tuple[Hotline, Person]
) -> None:
    hotline, owner = waiting
    member = await browser(owner.account)
    await member.post(f"/o/{hotline.slug}/review", files={"file": ("../../注册证.pdf", PDF)})
    async with unit_of_work() as session:
        found = select(ApplicationFile).where(ApplicationFile.application == hotline.application)
        row = (await session.exec(found)).one()
    assert row.name == "注册证.pdf"
    assert b"charity" not in await store().get(row.storage_key)
    path = f"/platform/{hotline.application}/files/{row.id}"
    fetched = await operator.get(path)
    assert fetched.content == PDF
    assert fetched.headers["content-disposition"].startswith("attachment;")
    assert fetched.headers["content-type"] == "application/pdf"
    assert "sandbox" in fetched.headers["content-security-policy"]
    assert (await member.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("page.pdf", b"<html>%PDF-</html>", "isn&#39;t a PDF"),
        ("run.png", b"MZ" + PNG, "isn&#39;t a PDF"),
        ("large.pdf", PDF + bytes(10 * 1024 * 1024), "larger than 10 MB"),
    ],
)
async def test_what_is_not_evidence_is_refused_by_its_content(
    browser: Browser, world: World, name: str, data: bytes, words: str
) -> None:
    owner = await browser(world.alice.account)
    answer = await owner.post(f"/o/{world.first.slug}/review", files={"file": (name, data)})
    assert answer.status_code == 422
    assert words in answer.text
    async with unit_of_work() as session:
        found = select(ApplicationFile).where(ApplicationFile.application == world.first.application)
        assert not list(await session.exec(found))
