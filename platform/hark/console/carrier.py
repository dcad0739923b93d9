"""Which of a member's tabs carries a call's sound: the one that said hello last and is still connected."""

import logging
from uuid import UUID

from redis.exceptions import RedisError

from infra.realtime import hub
from infra.scope import current_tenant

log = logging.getLogger(__name__)
KEPT_SECONDS = 6 * 3600


def _key(call: UUID, member: UUID) -> str:
    return f"carrier:{current_tenant()}:{call}:{member}"


async def carrier(call: UUID, member: UUID) -> str | None:
    """The sid of the member's tab that carries the call; None when no tab does, or Redis can't say."""
    try:
        held = await hub.redis().get(_key(call, member))
    except (RedisError, OSError):
        return None
    return bytes(held).decode() if held else None  # type: ignore[arg-type]  # bytes: this client decodes nothing


async def carry(call: UUID, member: UUID, sid: str) -> bool:
    """This tab carries the call from now on; True when that is news."""
    try:
        before = await hub.redis().set(_key(call, member), sid, ex=KEPT_SECONDS, get=True)
    except (RedisError, OSError) as error:
        log.warning("carrier not noted: %s", error)
        return False
    return before != sid.encode()


async def put_down(call: UUID, member: UUID, sid: str) -> bool:
    """This tab has closed; True when it was the one that carried."""
    if await carrier(call, member) != sid:
        return False
    try:
        await hub.redis().delete(_key(call, member))
    except (RedisError, OSError):
        return False
    return True
