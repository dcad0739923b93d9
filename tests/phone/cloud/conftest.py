"""A vendor of the cloud that reaches the webhooks, and whose adapter the whole telephone speaks through."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import col

from hark.phone import service, turns
from hark.phone.carriers import webhooks
from hark.phone.carriers.voices import voices
from hark.switchboard.touched import listeners
from infra.carriers.twiml.voice import Twiml
from infra.database import unit_of_work
from infra.scope import no_scope
from infra.settings import settings
from tenants.directory.models import Number
from tests.carriers.twiml.conftest import our_side, serve
from tests.carriers.twiml.fake.vendor import FakeVendor
from tests.phone.conftest import Open, answers_on, number_for, open_hotline
from tests.switchboard.conftest import Hotline

__all__ = ["open_hotline"]


@pytest.fixture(params=["twilio", "signalwire", "telnyx"])
async def vendor(
    ground: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FakeVendor]:
    """A vendor that reaches the webhooks, and whose adapter the telephone speaks through."""
    world = httpx.AsyncClient(transport=httpx.ASGITransport(our_side(), raise_app_exceptions=False))
    made = FakeVendor(request.param, world)
    server, task = await serve(made)
    monkeypatch.setattr(settings(), "twiml", (made.account,))

    async def hear(node: str, signals: object) -> None:
        await service.hear(webhooks.CARRIER, node, signals)  # type: ignore[arg-type]  # signals

    async def doing(node: str, ref: str) -> object:
        return await service.doing(webhooks.CARRIER, node, ref)

    voice = Twiml(hear, doing)  # type: ignore[arg-type]  # as above
    monkeypatch.setitem(voices, webhooks.CARRIER, voice)
    listeners.append(service.changed)

    async def quiet() -> None:
        await turns.quiet()
        await voice.idle()
        await turns.quiet()

    made.quiet = quiet
    yield made
    await made.settle()
    listeners.remove(service.changed)
    await voice.close()
    server.should_exit = True
    await task
    await world.aclose()


async def ready(
    open_hotline: Open, first: dict[str, object], kind: str = "mobile", **people: str
) -> tuple[Hotline, str]:
    """A hotline with a number at the vendor, whose people are on duty with their telephones of this kind, in this
    order."""
    hotline = await open_hotline(first, *people)
    e164 = await number_for(hotline)
    with no_scope():
        async with unit_of_work() as session:
            ours = col(Number.e164) == e164
            await session.execute(update(Number).where(ours).values(carrier=webhooks.CARRIER, node="main"))
    await hotline.on_duty(*people)
    for name, address in people.items():
        await answers_on(hotline, name, kind, address)
    return hotline, e164
