"""A letter is sealed while it waits and arrives as it was written, on whichever way the installation has."""

import base64
from collections.abc import Iterator
from email import message_from_bytes, policy
from uuid import UUID

import boto3
import pytest
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from sqlmodel import col, select

from infra.database import unit_of_work
from infra.jobs import Job, run_job
from infra.mail import Mail, send
from infra.scope import no_scope
from infra.settings import settings
from tests.infra.post import post_office

LETTER = {"to": "li@example.org", "subject": "您的验证码", "text": "Your code is 123 456.\n\n您的验证码是 123 456。"}


async def _send() -> None:
    with no_scope():
        async with unit_of_work() as session:
            await send(session, **LETTER)


async def _owed() -> UUID:
    """The letter that waits to be sent, which nobody can read in the job's row."""
    with no_scope():
        async with unit_of_work() as session:
            job = (await session.exec(select(Job).where(Job.name == "mail.send").order_by(col(Job.id).desc()))).first()
    assert job is not None
    for secret in ("li@", "123 456", "验证码"):
        assert secret not in str(job.payload)
        assert secret.encode() not in base64.b64decode(job.payload["sealed"])
    return job.id


async def test_without_a_mail_server_it_lies_sealed_in_the_outbox(ground: None) -> None:
    await _send()
    with no_scope():
        async with unit_of_work() as session:
            mail = next(each for each in await session.exec(select(Mail)) if each.opened()["to"] == LETTER["to"])
    assert mail.opened() == LETTER
    assert b"123 456" not in mail.sealed


async def test_by_smtp_it_arrives_as_it_was_written(ground: None, monkeypatch: pytest.MonkeyPatch) -> None:
    async with post_office() as office:
        monkeypatch.setattr(settings(), "mail", f"smtp://127.0.0.1:{office.port}")
        await _send()
        assert await run_job(await _owed())
        (letter,) = office.letters
    assert (letter["To"], letter["Subject"]) == (LETTER["to"], LETTER["subject"])
    assert letter.get_content().replace("\r\n", "\n").strip() == LETTER["text"]


async def test_a_mail_server_that_refuses_gets_it_again_later(ground: None, monkeypatch: pytest.MonkeyPatch) -> None:
    async with post_office() as office:
        monkeypatch.setattr(settings(), "mail", f"smtp://127.0.0.1:{office.port}")
        office.refusing = True
        await _send()
        job = await _owed()
        assert not await run_job(job)
        with no_scope():
            async with unit_of_work() as session:
                row = await session.get_one(Job, job)
        assert "451" in (row.error or "")
        assert row.failed_at is None
        assert row.due_at > row.created_at
        assert office.letters == []


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Amazon's mail service, played by moto."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setattr(settings(), "mail", "ses")
    with mock_aws():
        boto3.client("ses").verify_email_identity(EmailAddress="hark@localhost")
        yield


async def test_by_ses_it_arrives_as_it_was_written(ground: None, ses: None) -> None:
    await _send()
    assert await run_job(await _owed())
    (sent,) = ses_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].sent_messages
    letter = message_from_bytes(sent.raw_data.encode(), policy=policy.default)
    assert (letter["To"], letter["Subject"]) == (LETTER["to"], LETTER["subject"])
    assert letter.get_content().replace("\r\n", "\n").strip() == LETTER["text"]
