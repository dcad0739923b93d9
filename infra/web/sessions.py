"""Sign-in sessions in Redis: an opaque token in a cookie, its hash as the key; rotated hourly, revocable at once."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from uuid import UUID

from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response

from infra.clock import now
from infra.realtime import hub
from infra.settings import settings

IDLE_SECONDS = 14 * 24 * 3600
ROTATE_SECONDS = 3600
GRACE_SECONDS = 60
REVOKE = """
for _, key in ipairs(redis.call('zrange', KEYS[1], 0, -1)) do redis.call('del', key) end
redis.call('del', KEYS[1])
"""
"""One step, so that a session renewed meanwhile is either seen and ended, or sees that it has no predecessor."""


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


def _held(account: UUID) -> str:
    return f"held:{account}"


async def open_session(response: Response, account: UUID) -> None:
    """Sign an account in on this browser, under a token that never existed before."""
    token = secrets.token_urlsafe(32)
    async with hub.redis().pipeline() as pipe:
        _write(pipe, token, account)
        await pipe.execute()
    _hand_out(response, token)


def _write(pipe: Pipeline, token: str, account: UUID) -> None:
    """The session, and a place among its account's, which are scored by their end."""
    at, held = now().timestamp(), _held(account)
    pipe.set(_key(token), json.dumps({"account": str(account), "since": at}), ex=IDLE_SECONDS)
    pipe.zremrangebyscore(held, "-inf", at)
    pipe.zadd(held, {_key(token): at + IDLE_SECONDS})
    pipe.expire(held, IDLE_SECONDS)


def _hand_out(response: Response, token: str) -> None:
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
    """Give a token that is an hour old one successor; the old one lives a minute more for requests under way.

    A lost Redis, or a session revoked meanwhile, leaves everything as it is.
    """
    at, old = now().timestamp(), _key(signed_in.token)
    if at - signed_in.since < ROTATE_SECONDS:
        return
    token = secrets.token_urlsafe(32)
    try:
        if not await hub.redis().set(f"{old}:succeeded", 1, nx=True, ex=GRACE_SECONDS):
            return
        async with hub.redis().pipeline() as pipe:
            pipe.expire(old, GRACE_SECONDS)
            _write(pipe, token, signed_in.account)
            pipe.zadd(_held(signed_in.account), {old: at + GRACE_SECONDS}, xx=True)
            there, *_ = await pipe.execute()
        if not there:
            await hub.redis().delete(_key(token))
            return
    except (RedisError, OSError):
        return
    _hand_out(response, token)


async def renewed(signed_in: SignedIn | None, headers: Headers) -> list[str]:
    """The cookie to send along with an answer when its session is due for a new token, unless it sets one itself."""
    own = any(cookie.startswith(f"{cookie_name()}=") for cookie in headers.getlist("set-cookie"))
    if signed_in is None or own:
        return []
    carrier = Response()
    await rotate(carrier, signed_in)
    return carrier.headers.getlist("set-cookie")


async def close_session(connection: HTTPConnection, response: Response) -> None:
    """Sign this browser out."""
    if signed_in := await read_session(connection):
        await hub.redis().delete(_key(signed_in.token))
        await hub.redis().zrem(_held(signed_in.account), _key(signed_in.token))
    response.delete_cookie(cookie_name(), path="/")


async def revoke_all(account: UUID) -> None:
    """Sign an account out everywhere, at once; its open sockets are told to close."""
    await hub.redis().eval(REVOKE, 1, _held(account))
    await hub.publish(f"account:{account}", {"type": "revoked"})
