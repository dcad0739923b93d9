"""Rate limits over a moving window, kept in Redis so that every process counts together."""

import logging
import time
from functools import lru_cache

from limits import parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError
from starlette.requests import HTTPConnection

from infra.errors import TooMany
from infra.settings import settings
from infra.vault import platform_fingerprint

log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _limiter() -> MovingWindowRateLimiter:
    url = (settings().redis_url or "").replace("unix://", "redis+unix://")
    return MovingWindowRateLimiter(RedisStorage(f"async+{url}", implementation="redispy"))


def address_of(connection: HTTPConnection) -> str:
    """A keyed hash of where a request comes from; the raw address is never stored."""
    host = connection.client.host if connection.client else "unknown"
    return platform_fingerprint("address", host).hex()[:32]


async def limit(what: str, who: str, rate: str) -> None:
    """Count one try at `what` by `who`; raise TooMany past `rate` ("5/hour"). A lost Redis lets people through.

    `who` may be an e-mail: what Redis gets to see is its keyed hash.
    """
    item, who = parse(rate), platform_fingerprint("limit", who).hex()[:32]
    try:
        if await _limiter().hit(item, what, who):
            return
        resets, _ = await _limiter().get_window_stats(item, what, who)
    except (RedisError, OSError) as error:
        log.warning("limit %s not counted: %s", what, error)
        return
    raise TooMany(seconds=max(1, int(resets - time.time())))
