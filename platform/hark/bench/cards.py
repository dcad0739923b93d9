"""Somebody tries stolen cards: ten thousand presses of the button, in several ways, and how many reached the processor.

A real app behind a real server, with the simulated processor beside it; what counts is how many pages for paying were
begun. An attacker's many addresses are told as a proxy in front of the app would tell them. Each way has an hour of its
own: nothing is remembered from the one before.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from uuid import UUID

import httpx
import uvicorn

from billing.giving.arriving import watch
from billing.processor.connect import service
from billing.simulated.api import accounts
from billing.simulated.till import Till
from hark.app import make
from hark.bench.ground import Ground
from infra.database import unit_of_work
from infra.realtime import hub
from infra.scope import no_scope, tenant_scope
from infra.settings import settings
from tenants.directory.service import tenant_by_id

TRIES = 10_000
AT_ONCE = 8
RECKONS = 1 << 17
"""Tries that an attacker spends on one ticket before they send it without a proof."""
FILL = """
INSERT INTO giving_settings (tenant_id, id, open, currency, amounts, least_minor, most_minor, fee_points, fee_minor,
                             does, thanks, filing, partner)
  SELECT id, id, true, 'HKD', '{{1000,2500}}', 100, 1000000, 290, 30, '{{"en": "x"}}', '{{}}', '', '{{}}'
  FROM tenant WHERE id = '{tenant}';
"""

Say = Callable[[str, str, str], None]


@dataclass(frozen=True)
class Attack:
    """A way to try: how many `addresses` in turn, whether a `fresh` ticket is fetched once one is spent, whether each
    is reckoned for (`proves`), and whether the cards that are then tried `fail`, as nearly all stolen ones do. A
    refusal spends no ticket, so it is tried again from the next address."""

    name: str
    addresses: int
    fresh: bool = True
    proves: bool = False
    fail: bool = False


ATTACKS = (
    Attack("one address, nothing reckoned", 1),
    Attack("one address, tickets reckoned for", 1, proves=True),
    Attack("5,000 addresses, nothing reckoned", 5000),
    Attack("5,000 addresses, one good ticket for all", 5000, fresh=False, proves=True),
    Attack("5,000 addresses, tickets reckoned for, cards fail", 5000, proves=True, fail=True),
)


def _proof(ticket: str) -> str:
    bits = int(ticket.split("-")[1])
    for number in range(RECKONS):
        digest = hashlib.sha256(f"{ticket}:{number}".encode()).digest()
        if int.from_bytes(digest[:8], "big") >> (64 - bits) == 0:
            return str(number)
    return ""


@asynccontextmanager
async def _served() -> AsyncIterator[str]:
    config = uvicorn.Config(make(), port=0, log_level="error", lifespan="off", forwarded_allow_ips="*")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # uvicorn raises no event of ours
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    os.environ |= {"HARK_STRIPE_API": f"{url}/simulated/stripe", "HARK_BASE_URL": url}
    settings.cache_clear()
    try:
        yield url
    finally:
        server.should_exit = True
        await serving


async def _ticket(client: httpx.AsyncClient, page: str, address: str) -> str:
    answer = await client.get(page, headers={"x-forwarded-for": address})
    found = re.search(r'name="ticket" value="([^"]*)"', answer.text)
    assert found, "the bench's hotline takes gifts"
    return found[1]


async def _attack(ground: Ground, url: str, tenant: UUID, attack: Attack, tries: int) -> int:
    """Pages for paying that were begun, of so many tries."""
    await hub.redis().flushdb()
    slug = (await ground.pair.psql(f"SELECT slug FROM tenant WHERE id = '{tenant}'", "hark")).strip()
    page, turns = f"{url}/h/{slug}/give", count()
    before = await _begun(ground)
    async with httpx.AsyncClient(timeout=60) as client:
        shared: dict[str, str] = {}

        async def ready() -> dict[str, str]:
            ticket = await _ticket(client, page, "192.0.2.1")
            return {"ticket": ticket, "proof": await asyncio.to_thread(_proof, ticket) if attack.proves else ""}

        async def worker() -> None:
            held = await ready() if attack.fresh else shared
            while (n := next(turns)) < tries:
                place = n % attack.addresses
                form = {"amount": "1000", "email": f"n{n}@example.org", **held}
                where = {"x-forwarded-for": f"198.18.{place // 250}.{place % 250 + 1}"}
                answer = await client.post(page, data=form, headers=where)
                client.cookies.clear()  # whoever does this for a living keeps none
                if answer.status_code != 303:
                    continue
                if attack.fail:
                    with tenant_scope(tenant):
                        async with unit_of_work() as session:
                            await watch(session, None, "XX")
                held = await ready() if attack.fresh else held

        shared |= await ready()
        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return await _begun(ground) - before


async def _begun(ground: Ground) -> int:
    return int((await ground.pair.psql("SELECT count(*) FROM operation WHERE kind = 'checkout'", "hark")).strip())


async def _connect(tenant: UUID) -> None:
    """An account of its own, through the simulated processor's onboarding."""
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            row = await tenant_by_id(session, tenant)
        account = await service.open_account(row, "HK", "http://hark.example")
    with no_scope():
        async with unit_of_work() as session:
            till = Till(session, "")
            await till.alone()
            await accounts.onboard(till, account, {"name": "Bench", "bank": "000123456789"}, complete=True)
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            await service.renew(session, account)


async def cards(ground: Ground, say: Say, *, quick: bool) -> None:
    """Print how many of so many tries reached the processor, for each way of trying."""
    tenant, tries = ground.tenants[0], 300 if quick else TRIES
    await ground.pair.psql(FILL.format(tenant=tenant), "hark")
    async with _served() as url:
        await _connect(tenant)
        for attack in ATTACKS:
            reached = await _attack(ground, url, tenant, attack, tries)
            say(f"  {attack.name}", f"{reached} of {tries:,}", f"{reached / tries:.2%} reached the processor")
