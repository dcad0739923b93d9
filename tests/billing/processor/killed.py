"""Run as a program: gives and gives back in children that are killed with SIGKILL, again and again.

Arguments: tenant, account, how many deaths, a seed; HARK_STRIPE_API says where the processor is. For each gift a page
is begun, the gift is paid and booked, and a part is given back. Each of the three is done by a child that is killed at
one of its points, mostly between the processor's answer and our commit, and is then done again by another child, which
may be killed as well, until one comes through. Prints a line for each death (its point), and one for each gift.
"""

import asyncio
import json
import os
import random
import signal
import ssl
import sys
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any
from uuid import UUID

import httpx
from sqlmodel import select

from billing.money import Money
from billing.processor import checkout, operations, refunds
from billing.processor.booking import truth
from billing.processor.models import Operation
from hark import models
from hark.jobs import JOBS
from infra.database import unit_of_work
from infra.ids import new_id
from infra.jobs import Job, run_job
from infra.scope import no_scope, tenant_scope
from infra.settings import settings
from infra.vault import warm

PART = 100
POINTS = {
    "begin": ("wanted", "answered", "kept"),
    "book": ("booked", "committed"),
    "back": ("wanted", "answered", "kept", "booked"),
}
"""Where a child of each kind may die: the wish is committed and nothing was asked; the processor has answered and
nothing of it is committed; the answer is committed and nothing came of it yet; entries are written but not committed;
all is committed and nobody was told."""


def die() -> None:
    """As `kill -9` does it."""
    os.kill(os.getpid(), signal.SIGKILL)


def _dies_before(module: Any, name: str) -> None:
    async def deadly(*_given: Any, **_more: Any) -> None:
        die()

    setattr(module, name, deadly)


def _dies_after(module: Any, name: str) -> None:
    living = getattr(module, name)

    async def deadly(*given: Any, **more: Any) -> None:
        await living(*given, **more)
        die()

    setattr(module, name, deadly)


def arm(point: str) -> None:
    """Let this child die there."""
    if point == "wanted":
        _dies_before(operations, "carry_out")
        refunds.carry_out = operations.carry_out
    elif point == "answered":
        _dies_before(operations, "_settle")
    elif point == "kept":
        _dies_after(operations, "_settle")
    elif point == "booked":
        _dies_before(truth, "tell")


async def begin(tenant: UUID, gift: UUID, _point: str) -> str:
    """Begin the page, and pay on it as a donor does."""
    order = checkout.CheckoutOrder(
        gift, Money(2500, "HKD"), "A gift", "en", "http://hark.test/thanks", "http://hark.test/"
    )
    with tenant_scope(tenant):
        address = await checkout.start_checkout(order)
    if address == order.back:
        return address
    own = httpx.URL(settings().stripe_api or "")
    there = httpx.URL(address).copy_with(scheme=own.scheme, host=own.host, port=own.port)
    form = {"method": "card", "number": "4242424242424242", "expiry": "12 / 34", "cvc": "123", "name": "A donor",
            "email": "donor@example.org"}  # fmt: skip
    async with httpx.AsyncClient(timeout=30) as browser:
        answer = await browser.post(there, data=form)
    assert answer.status_code in (302, 303), answer.text
    return address


async def book(tenant: UUID, gift: UUID, point: str) -> str:
    """Look at the gift and book it."""
    with tenant_scope(tenant):
        payment = await checkout.look_up(gift)
    if point == "committed":
        die()
    return payment.state


async def back(tenant: UUID, gift: UUID, _point: str) -> str:
    """Give a part back: the wish, if it isn't there yet, and its job until it is done."""
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            key = await refunds.refund(session, gift, Money(PART, "HKD"), "duplicate", key="killed")
    with no_scope():
        async with unit_of_work() as session:
            owed = select(Job.id).where(Job.name == "processor.refund", Job.key == f"refund:{key}")
            jobs = list(await session.exec(owed))
    for job in jobs:
        await run_job(job)
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            row = (await session.exec(select(Operation).where(Operation.id == key))).one()
    assert row.state == "done", row.error
    return row.state


ACTS: dict[str, Callable[[UUID, UUID, str], Awaitable[str]]] = {"begin": begin, "book": book, "back": back}


def child(act: str, tenant: UUID, gift: UUID, point: str) -> bool:
    """Whether a child came through; one that was to die and didn't has come through as well."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            if point:
                arm(point)
            asyncio.run(_warmly(ACTS[act], tenant, gift, point))
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        sys.stdout.write(f"died {act} {point}\n")
        return False
    if status:
        raise SystemExit(f"{act} {point} of {gift} failed")
    return True


async def _warmly(act: Callable[[UUID, UUID, str], Awaitable[str]], tenant: UUID, gift: UUID, point: str) -> None:
    await warm()
    await act(tenant, gift, point)


def main() -> None:
    """Until so many have died."""
    assert models.metadata.tables
    assert JOBS
    ssl.create_default_context = cache(ssl.create_default_context)  # type: ignore[assignment]  # made once, not by each
    tenant, deaths, draw = UUID(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
    died = 0
    while died < deaths:
        gift = new_id()
        for act, points in POINTS.items():
            point = draw.choice(points)
            while not child(act, tenant, gift, point):
                died += 1
                point = draw.choice((*points, "", ""))
        sys.stdout.write(json.dumps({"gift": str(gift)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
