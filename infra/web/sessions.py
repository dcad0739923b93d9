"""Sign-in sessions in Redis: an opaque token in a cookie, its hash as the key; rotated hourly, revocable at once."""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from uuid import UUID

from redis.exceptions import RedisError
from starlette.requests import HTTPConnection
from starlette.responses import Response

from infra.realtime import hub
from infra.settings import settings

IDLE_SECONDS = 14 * 24 * 3600
ROTATE_SECONDS = 3600
GRACE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who holds the cookie, and since when this token has been in use (epoch seconds)."""

    account: UUID
    since: float
    token: str


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host; browsers accept that over https only."""
    return "__Host-hark" if settings().base_url.startswith("https:") else "hark"


def _key(token: str) -> str:
    return "session:" + hashlib.sha256(token.encode()).hexdigest()


async def open_session(response: Response, account: UUID) -> None:
    """Sign an account in on this browser, under a token that never existed before."""
    token = secrets.token_urlsafe(32)
    key = _key(token)
    held = f"sessions:{account}"
    async with hub.redis().pipeline() as pipe:
        pipe.set(key, json.dumps({"account": str(account), "since": time.time()}), ex=IDLE_SECONDS)
        pipe.sadd(held, key)
        pipe.expire(held, IDLE_SECONDS)
        await pipe.execute()
    response.set_cookie(
        cookie_name(),
        token,
        max_age=IDLE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=settings().base_url.startswith("https:"),
        path="/",
    )


async def read_session(connection: HTTPConnection) -> SignedIn | None:
    """Who is signed in, or None. A lost Redis reads as nobody."""
    token = connection.cookies.get(cookie_name())
    if not token:
        return None
    try:
        raw = await hub.redis().get(_key(token))
    except (RedisError, OSError):
        return None
    if raw is None:
        return None
    data = json.loads(raw)
    return SignedIn(UUID(data["account"]), data["since"], token)


async def rotate(response: Response, signed_in: SignedIn) -> None:
    """Give an old token a successor; the old one lives a minute more for requests already under way."""
    if time.time() - signed_in.since < ROTATE_SECONDS:
        return
    await hub.redis().expire(_key(signed_in.token), GRACE_SECONDS)
    await hub.redis().srem(f"sessions:{signed_in.account}", _key(signed_in.token))
    await open_session(response, signed_in.account)


async def close_session(connection: HTTPConnection, response: Response) -> None:
    """Sign this browser out."""
    if signed_in := await read_session(connection):
        await hub.redis().delete(_key(signed_in.token))
        await hub.redis().srem(f"sessions:{signed_in.account}", _key(signed_in.token))
    response.delete_cookie(cookie_name(), path="/")


async def revoke_all(account: UUID) -> None:
    """Sign an account out everywhere, at once; its open sockets are told to close."""
    keys = await hub.redis().smembers(f"sessions:{account}")
    if keys:
        await hub.redis().delete(*keys)
    await hub.redis().delete(f"sessions:{account}")
    await hub.publish(f"account:{account}", {"type": "revoked"})
