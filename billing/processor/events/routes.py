"""Where Stripe's events arrive: answered once they are kept, done by a job afterwards."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from billing.processor.events.intake import LONGEST, hear
from infra.errors import TooLarge

router = APIRouter()


async def _heard(request: Request, *, connect: bool) -> Response:
    payload = b""
    async for piece in request.stream():
        payload += piece
        if len(payload) > LONGEST:
            raise TooLarge
    await hear(payload, request.headers.get("stripe-signature"), connect=connect)
    return Response(status_code=204)


@router.post("/webhooks/stripe")
async def of_the_platform(request: Request) -> Response:
    """An event about the platform's own account."""
    return await _heard(request, connect=False)


@router.post("/webhooks/stripe/connect")
async def of_a_hotline(request: Request) -> Response:
    """An event about a hotline's account."""
    return await _heard(request, connect=True)
