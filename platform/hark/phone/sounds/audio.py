"""The sound of prompts, for switches and carriers that fetch it: they have no session, so each address is signed."""

import hashlib
import hmac
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from infra.errors import NotFound
from infra.settings import settings
from infra.vault import platform_fingerprint
from infra.web.ranges import part_of
from tenants.prompts.service import open_audio, storage_key

router = APIRouter()
DAY = 24 * 3600


def audio_url(tenant: UUID, key: str) -> str:
    """The address of a sound of `tenants.prompts`, good for whoever holds it; the same whenever it is asked for, so
    that what was fetched once need not be fetched again."""
    name = key.rpartition("/")[2].removesuffix(".wav")
    return f"{settings().base_url}/voice/prompts/{tenant}/{name}.wav?s={_signature(tenant, name)}"


def _signature(tenant: UUID, name: str) -> str:
    return platform_fingerprint("prompt", storage_key(tenant, name)).hex()


@router.get("/voice/prompts/{tenant_id}/{name}.wav")
async def audio(request: Request, tenant_id: UUID, name: str, s: str = "") -> Response:
    """A prompt's telephone WAV. Without its signature there is nothing here."""
    if not hmac.compare_digest(s.encode(), _signature(tenant_id, name).encode()):
        raise NotFound
    data = await open_audio(storage_key(tenant_id, name))
    headers = {"cache-control": f"private, max-age={DAY}", "etag": f'"{hashlib.sha256(data).hexdigest()[:32]}"'}
    return part_of(request, data, "audio/wav", headers)
