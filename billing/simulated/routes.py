"""The simulated processor's addresses: the API under `/simulated/stripe/v1`, and the pages that people see."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from billing.simulated import gate
from billing.simulated.pages import board, connect, invoice, pay, portal
from billing.simulated.service import PATH, refuse_unless_on

router = APIRouter(prefix=PATH)


async def _api(request: Request, rest: str) -> Response:
    refuse_unless_on()
    encoded = request.url.query
    if request.method == "POST" and (body := await request.body()):
        encoded = body.decode("utf-8", "replace")
    answered = await gate.answer(request.method, f"/v1/{rest}", encoded, request.headers)
    return Response(answered.text, answered.status, answered.headers, "application/json")


@router.get("/v1/{rest:path}")
async def ask(request: Request, rest: str) -> Response:
    """A question of the SDK's."""
    return await _api(request, rest)


@router.post("/v1/{rest:path}")
async def change(request: Request, rest: str) -> Response:
    """A change that the SDK asks for."""
    return await _api(request, rest)


@router.delete("/v1/{rest:path}")
async def delete(request: Request, rest: str) -> Response:
    """Something that the SDK deletes."""
    return await _api(request, rest)


for pages in (pay, invoice, connect, portal, board):
    router.include_router(pages.router)
