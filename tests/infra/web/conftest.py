"""A small app behind the real security, language and error handling, to be asked awkward things."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import FastAPI, Request, WebSocket
from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from hark.app import dress
from infra.errors import Conflict, Forbidden, Invalid, NotFound, SignInNeeded, TooMany
from infra.web import gettext, language, problems
from infra.web.security import Security

ERRORS = {
    "invalid": lambda: Invalid("Write the hours like 14:00.", field="until"),
    "not_found": NotFound,
    "forbidden": Forbidden,
    "sign_in": SignInNeeded,
    "conflict": lambda: Conflict("Somebody was faster."),
    "too_many": lambda: TooMany(seconds=121),
    "unforeseen": lambda: LookupError("the secret of line 12"),
}


class Body(BaseModel):
    """A body that must have a number."""

    number: int


def small_app() -> FastAPI:
    """Every error, a body that is read, one that is streamed, and a socket."""
    app = FastAPI()
    problems.install(app)
    app.add_middleware(Security)

    @app.get("/error/{name}")
    async def error(name: str) -> None:
        raise ERRORS[name]()

    @app.post("/length")
    async def length(request: Request) -> dict[str, int]:
        return {"length": len(await request.body())}

    @app.post("/form")
    async def form(request: Request) -> dict[str, int]:
        return {"fields": len(await request.form())}

    @app.post("/unread")
    async def unread() -> str:
        return "not looked at"

    @app.post("/number/{key}")
    async def number(key: int, body: Body) -> int:
        return body.number

    @app.get("/language")
    async def said() -> dict[str, str]:
        return {"language": language(), "said": gettext("There is nothing at this address.")}

    @app.get("/unseen")
    async def unseen() -> Response:
        return Response(headers={"referrer-policy": "no-referrer"})

    @app.get("/broken-off")
    async def broken_off() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"a part"
            await asyncio.sleep(0)
            raise LookupError("the secret of line 12")

        return StreamingResponse(parts())

    @app.websocket("/socket")
    async def socket(web: WebSocket) -> None:
        await web.accept()
        await web.send_text(language())
        await web.close()

    return app


Client = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def ask(ground: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the small app; it asks for pages."""
    dress()
    transport = httpx.ASGITransport(small_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://hark.test", headers={"accept": "text/html"}
    ) as client:
        yield client
