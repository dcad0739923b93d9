"""Evidence that an organisation attaches: checked by its content, sealed, read by the platform's operators only."""

from pathlib import PurePosixPath

from sqlmodel import col, select

from infra.database import Session
from infra.errors import Invalid
from infra.ids import new_id
from infra.storage import store
from infra.vault import open_platform, seal_platform
from provisioning.signup.models import Application, ApplicationFile

LARGEST = 10 * 1024 * 1024
MOST = 10
MAGIC = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
"""How a file of each kind begins (ISO 32000, ITU-T T.81, W3C PNG); what it calls itself doesn't count."""


def media_type(data: bytes) -> str:
    """What a file is by its first bytes. Raises Invalid for anything but PDF, JPEG and PNG."""
    for begins, kind in MAGIC.items():
        if data.startswith(begins):
            return kind
    raise Invalid("This file isn't a PDF, JPEG or PNG. Nothing was attached.", field="file")


async def attach(session: Session, application: Application, name: str, data: bytes) -> ApplicationFile:
    """Keep a file. Raises Invalid when it is of another kind, too large, or one too many."""
    if len(data) > LARGEST:
        raise Invalid("This file is larger than 10 MB. Nothing was attached.", field="file")
    kind = media_type(data)
    if len(await files(session, application)) >= MOST:
        raise Invalid("Ten files are attached already.", field="file")
    key = new_id()
    row = ApplicationFile(
        id=key,
        application=application.id,
        name=_plain(name),
        media_type=kind,
        size=len(data),
        storage_key=f"review/{application.id}/{key}",
    )
    await store().put(row.storage_key, seal_platform(data))
    session.add(row)
    await session.flush()
    return row


def _plain(name: str) -> str:
    """A file's own name: no folders, nothing that can't be printed."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(sign for sign in last if sign.isprintable())[-120:] or "file"


async def files(session: Session, application: Application) -> list[ApplicationFile]:
    """What is attached, oldest first."""
    found = select(ApplicationFile).where(ApplicationFile.application == application.id)
    return list(await session.exec(found.order_by(col(ApplicationFile.id))))


async def contents(row: ApplicationFile) -> bytes:
    """A file in clear."""
    return open_platform(await store().get(row.storage_key))


async def discard(session: Session, application: Application) -> None:
    """Remove everything that was attached."""
    for row in await files(session, application):
        await store().delete(row.storage_key)
        await session.delete(row)
