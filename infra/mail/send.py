"""Sends one letter as a job. The letter is sealed while it waits: it may hold a code or a name."""

import json
from base64 import b64decode, b64encode
from datetime import datetime
from email.message import EmailMessage
from pkgutil import resolve_name
from urllib.parse import unquote, urlsplit

import aiosmtplib
from sqlmodel import Field

from infra.database import PlatformTable, Session, moment
from infra.jobs import enqueue, job
from infra.settings import settings
from infra.vault import open_platform, seal_platform


class Mail(PlatformTable, table=True):
    """A letter in the local outbox of an install without a mail server. `sealed`: JSON of to, subject, text."""

    __tablename__ = "mail"
    sealed: bytes
    at: datetime = moment(default=True, index=True)
    language: str = Field(default="en")

    def opened(self) -> dict[str, str]:
        """The letter's `to`, `subject` and `text`."""
        letter: dict[str, str] = json.loads(open_platform(self.sealed))
        return letter


async def send(session: Session, *, to: str, subject: str, text: str) -> None:
    """Send a plain-text letter once this unit of work is committed."""
    sealed = seal_platform(json.dumps({"to": to, "subject": subject, "text": text}).encode())
    if settings().mail == "local":
        session.add(Mail(sealed=sealed))
        return
    await enqueue(session, "mail.send", {"sealed": b64encode(sealed).decode()})


@job("mail.send")
async def deliver(session: Session, sealed: str) -> None:
    """Hand a letter to the mail server. A crash between handing over and our commit may send it twice."""
    letter = json.loads(open_platform(b64decode(sealed)))
    message = EmailMessage()
    message["From"] = settings().mail_from
    message["To"] = letter["to"]
    message["Subject"] = letter["subject"]
    message.set_content(letter["text"])
    if settings().mail == "ses":
        await resolve_name("infra.mail.ses:hand_over")(message)
        return
    url = urlsplit(settings().mail)
    await aiosmtplib.send(
        message,
        hostname=url.hostname,
        port=url.port or (465 if url.scheme == "smtps" else 587),
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        use_tls=url.scheme == "smtps",
    )
