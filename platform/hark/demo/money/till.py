"""The simulated processor inside this process while the examples are filled: nothing else needs to run for that."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import delete, update
from sqlmodel import col, select

from billing.processor.access import simulated
from billing.simulated.api.accounts import onboard
from billing.simulated.models import SimulatedAnswer, SimulatedDelivery, SimulatedObject
from billing.simulated.paying.refunding import arrive, pay_out_all
from billing.simulated.routes import router
from billing.simulated.service import PATH
from billing.simulated.till import Till
from infra.database import Session, unit_of_work
from infra.jobs import Job
from infra.scope import no_scope
from infra.settings import settings

TOLD = ("simulated.deliver", "simulated.payout")
CARD = {"method": "card", "number": "4242424242424242", "expiry": "12 / 34", "cvc": "123"}


@asynccontextmanager
async def at_hand() -> AsyncIterator[httpx.AsyncClient | None]:
    """A payer's browser at the simulated processor, to which the house's own requests go meanwhile; None where this
    installation has to do with a real one, whom nobody bothers with examples."""
    if not simulated():
        yield None
        return
    app = FastAPI()
    app.include_router(router)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_level="warning"))
    task = asyncio.create_task(server._serve())  # `serve` would take the command's signal handlers away
    while not server.started:  # noqa: ASYNC110 - uvicorn raises no event of its own
        await asyncio.sleep(0.01)
    where = "http://{}:{}".format(*server.servers[0].sockets[0].getsockname()[:2])
    try:
        with _pointed(where + PATH):
            async with httpx.AsyncClient(base_url=where) as browser:
                yield browser
    finally:
        server.should_exit = True
        await task


@contextmanager
def _pointed(url: str) -> Iterator[None]:
    before = os.environ.pop("HARK_STRIPE_API", None)
    os.environ["HARK_STRIPE_API"] = url
    settings.cache_clear()
    try:
        yield
    finally:
        del os.environ["HARK_STRIPE_API"]
        if before is not None:
            os.environ["HARK_STRIPE_API"] = before
        settings.cache_clear()


@asynccontextmanager
async def _till(account: str) -> AsyncIterator[Till]:
    with no_scope():
        async with unit_of_work() as session:
            till = Till(session, account)
            await till.alone()
            yield till


async def introduce(account: str, name: str) -> None:
    """What the organisation says of itself on the processor's page, so that it may be paid."""
    async with _till(account) as till:
        await onboard(till, account, {"name": name, "bank": "000123456789"}, complete=True)


async def pay(browser: httpx.AsyncClient, page: str, name: str, email: str) -> None:
    """Pay on the page that a gift led to, which wants an address of everybody. Raises httpx.HTTPStatusError when it
    isn't taken."""
    typed: dict[str, Any] = CARD | {"name": name or "A friend", "email": email}
    answer = await browser.post(httpx.URL(page).path, data=typed)
    if answer.status_code != httpx.codes.SEE_OTHER:
        answer.raise_for_status()


async def pay_out(account: str) -> list[str]:
    """Everything that is available goes to the bank, and arrives; the payouts' names."""
    async with _till(account) as till:
        made = await pay_out_all(till)
        for payout in made:
            await arrive(till, payout)
        return [str(payout["id"]) for payout in made]


async def hush(account: str) -> None:
    """What happened is booked already: nobody needs to be told of it again."""
    with no_scope():
        async with unit_of_work() as session:
            await session.execute(delete(Job).where(*await _owed(session, account), col(Job.name).in_(TOLD)))
            told = (col(SimulatedDelivery.account) == account, col(SimulatedDelivery.delivered_at).is_(None))
            await session.execute(update(SimulatedDelivery).where(*told).values(dropped=True))


async def _owed(session: Session, account: str) -> tuple[Any, ...]:
    """The condition that a job is one that the simulated processor owes because of an account."""
    told = await session.exec(select(SimulatedDelivery.id).where(SimulatedDelivery.account == account))
    payload = col(Job.payload)
    about = (payload["account"].astext == account) | payload["delivery"].astext.in_([str(key) for key in told])
    return col(Job.done_at).is_(None), col(Job.name).startswith("simulated."), about


async def forget(session: Session, account: str) -> None:
    """Everything that the simulated processor knows of an account, and that it has one."""
    await session.execute(delete(Job).where(*await _owed(session, account)))
    for model in (SimulatedObject, SimulatedAnswer, SimulatedDelivery):
        await session.execute(delete(model).where(col(model.account) == account))
    named = (col(SimulatedObject.kind) == "account", col(SimulatedObject.ref) == account)
    await session.execute(delete(SimulatedObject).where(col(SimulatedObject.account) == "", *named))
    await session.execute(delete(SimulatedAnswer).where(col(SimulatedAnswer.body)["id"].astext == account))
