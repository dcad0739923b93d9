"""What stands before every route: security headers, the check against forged requests, the visitor's language, the
limit on what may be sent, the renewal of sessions."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.settings import settings
from infra.web import i18n
from infra.web.problems import unexpected
from infra.web.sessions import renewed
from infra.web.static import import_map_hash

SAFE = {"GET", "HEAD", "OPTIONS"}
BODY_LIMIT = 12 * 1024 * 1024


def same_origin(headers: Headers) -> bool:
    """Whether a browser says that its own page of ours sent this request (Fetch Metadata, else Origin).

    Where there is Fetch Metadata it alone counts: a page that sends no referrer posts with `Origin: null`. Neither
    header means no browser: cookies alone can't be misused from there.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc in (headers.get("host"), urlsplit(settings().base_url).netloc)


def policy(*, forms_to: str = "", framed_by: str = "'none'") -> str:
    """The content security policy: nothing from elsewhere, nothing inline but the hashed import map. `forms_to` are
    further places to which the answer to a form may lead, `framed_by` who may show the page within their own."""
    forms = " ".join(filter(None, ("'self'", forms_to)))
    return (
        "default-src 'none'; "
        f"script-src 'self' {import_map_hash()}; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; "
        f"form-action {forms}; base-uri 'none'; frame-ancestors {framed_by}"
    )


class Security:
    """Pure ASGI, so that sockets pass through it as well."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = RequestBodyLimitMiddleware(app, BODY_LIMIT)  # counts, so a body without a length is cut off as well

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["type"] == "websocket":
            if not same_origin(headers):
                await send({"type": "websocket.close", "code": 4403})
                return
            with i18n.speaking(i18n.chosen(HTTPConnection(scope))):
                await self.app(scope, receive, send)
            return
        if scope["method"] not in SAFE and not same_origin(headers):
            await PlainTextResponse("This request came from another site.", 403)(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        tag = i18n.chosen(connection)
        asked = connection.query_params.get("lang") == tag
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        dressed = self._dressed(scope, watched, tag if asked else None)
        with i18n.speaking(tag):
            try:
                await self.app(scope, receive, dressed)
            except Exception as error:  # answered here, for outside of us nothing would dress it
                if begun:
                    raise
                response = await unexpected(Request(scope, receive), error)
                await response(scope, receive, dressed)

    @staticmethod
    def _dressed(scope: Scope, send: Send, remember: str | None) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", policy())
                headers["x-content-type-options"] = "nosniff"
                headers.setdefault("referrer-policy", "same-origin")
                headers["permissions-policy"] = "microphone=(self), camera=(), geolocation=()"
                headers["cross-origin-opener-policy"] = "same-origin"
                headers.setdefault("cache-control", "no-store")
                if remember:
                    headers.append("set-cookie", f"lang={remember}; Path=/; Max-Age=31536000; SameSite=Lax")
                for cookie in await renewed(scope.get("state", {}).get("signed_in"), headers):
                    headers.append("set-cookie", cookie)
            await send(message)

        return dressed
