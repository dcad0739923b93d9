"""How long until the last of a thousand consoles knows: one change of duty, told over real sockets."""

import asyncio
import json
from time import perf_counter
from uuid import UUID

import uvicorn
import websockets
from starlette.responses import Response

from hark.app import make
from hark.bench.ground import Ground
from hark.bench.timing import percentile
from hark.switchboard.offering.board import tell_board
from infra.database import unit_of_work
from infra.scope import tenant_scope
from infra.web.sessions import open_session

ROUNDS = 5


async def fanout(ground: Ground, sockets: int) -> tuple[float, float]:
    """Median and 99th percentile seconds from commit to a console, over `sockets` consoles of one hotline."""
    tenant = ground.tenants[0]
    config = uvicorn.Config(make(), port=0, log_level="warning", ws_per_message_deflate=False, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # uvicorn raises no event of ours
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    cookie = await _cookie(tenant)
    address = f"ws://127.0.0.1:{port}/o/{await _slug(ground, tenant)}/console/socket"
    try:
        return await _measure(address, cookie, tenant, sockets)
    finally:
        server.should_exit = True
        await serving


async def _measure(address: str, cookie: str, tenant: UUID, sockets: int) -> tuple[float, float]:
    opened: list[websockets.ClientConnection] = []
    gate = asyncio.Semaphore(20)

    async def enter() -> None:
        async with gate:
            connection = await websockets.connect(
                address, additional_headers={"cookie": cookie}, compression=None, ping_interval=None, open_timeout=60
            )
            while json.loads(await connection.recv())["type"] != "snapshot":
                pass
            opened.append(connection)

    await asyncio.gather(*(enter() for _ in range(sockets)))
    took: list[float] = []

    async def told(connection: websockets.ClientConnection, since: float) -> None:
        while json.loads(await connection.recv())["type"] != "board":
            pass
        took.append(perf_counter() - since)

    for _ in range(ROUNDS):
        listening = [asyncio.create_task(told(connection, perf_counter())) for connection in opened]
        with tenant_scope(tenant):
            async with unit_of_work() as session:
                await tell_board(session)
        await asyncio.gather(*listening)
    for connection in opened:
        connection.transport.abort()
    return percentile(took, 0.5), percentile(took, 0.99)


async def _cookie(account: UUID) -> str:
    response = Response()
    await open_session(response, account)
    return response.headers["set-cookie"].split(";")[0]


async def _slug(ground: Ground, tenant: UUID) -> str:
    return (await ground.pair.psql(f"SELECT slug FROM tenant WHERE id = '{tenant}'", "hark")).strip()
