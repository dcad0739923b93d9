"""Jobs to be carried by these tests, each telling what was done."""

from collections import defaultdict
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from infra.database import Session, unit_of_work
from infra.jobs import Job, outbox
from infra.scope import current_scope, no_scope


class Ledger:
    """What the handlers did: `done[mark]` is a list of the tenants in scope, one each time."""

    def __init__(self) -> None:
        self.done: dict[str, list[UUID | None]] = defaultdict(list)
        self.failures = 0


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Two jobs: `test.note` notes, `test.fail` fails as often as `failures` says."""
    kept = Ledger()

    async def note(session: Session, mark: str) -> None:
        kept.done[mark].append(current_scope().tenant)

    async def fail(session: Session, mark: str) -> None:
        session.add(Job(name="never", payload={"left by": mark}))
        await session.flush()
        if kept.failures:
            kept.failures -= 1
            raise LookupError("not yet")
        await note(session, mark)

    for name, handler in (("test.note", note), ("test.fail", fail)):
        monkeypatch.setitem(outbox.HANDLERS, name, handler)
    return kept


async def owe(name: str, mark: str, **more: Any) -> UUID:
    """Owe a job in the current scope."""
    async with unit_of_work() as session:
        return await outbox.enqueue(session, name, {"mark": mark}, **more)


async def row(key: UUID) -> Job:
    """A job as it is kept."""
    with no_scope():
        async with unit_of_work() as session:
            return await session.get_one(Job, key)


@pytest.fixture(autouse=True)
async def nothing_is_owed(superuser: asyncpg.Connection) -> None:
    """Jobs that other tests of this process left owed would be done first, and there may be hundreds of them."""
    await superuser.execute("DELETE FROM outbox")
