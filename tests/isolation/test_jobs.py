"""Every job, run in the second hotline's scope with the first's ids, does nothing to the first."""

from base64 import b64encode
from collections.abc import AsyncIterator

import pytest

from hark.jobs import JOBS as REGISTERED
from infra.database import unit_of_work
from infra.jobs import enqueue, run_job
from infra.scope import tenant_scope
from infra.settings import settings
from infra.vault import seal_platform
from tests.infra.post import post_office
from tests.isolation.chores import FOR_ALL, JOBS
from tests.isolation.seeds import Seeded


@pytest.fixture
async def posted(ground: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A mail server that takes whatever comes."""
    async with post_office() as office:
        monkeypatch.setattr(settings(), "mail", f"smtp://127.0.0.1:{office.port}")
        yield


def test_every_job_stands_in_the_table() -> None:
    registered = {name for name in REGISTERED if not name.startswith("test.")}
    listed = {*JOBS, *FOR_ALL}
    assert registered - listed == set(), "these jobs say nowhere what they may do: put them into table.py"
    assert listed - registered == set(), "these jobs are gone: take them out of table.py"


@pytest.mark.parametrize("name", JOBS)
async def test_a_job_with_foreign_ids_does_nothing_to_them(
    first: Seeded, second: Seeded, posted: None, untouched: None, name: str
) -> None:
    letter = b64encode(seal_platform(b'{"to": "x@example.org", "subject": "s", "text": "t"}')).decode()
    places = first.places(letter=letter)
    with tenant_scope(second.hotline.tenant):
        async with unit_of_work() as session:
            values = {field: value.format(**places) for field, value in JOBS[name].items()}
            job = await enqueue(session, name, values)
        assert await run_job(job)
