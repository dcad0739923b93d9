"""Turns errors into answers: a page for people, a fragment for htmx, problem+json (RFC 9457) for programs."""

import logging
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from infra.errors import HarkError, Invalid, NotFound, SignInNeeded, TooLarge, TooMany
from infra.web.i18n import gettext
from infra.web.pages import render

log = logging.getLogger(__name__)


def _answer(request: Request, error: HarkError) -> Response:
    said = gettext(error.message) % error.params if error.params else gettext(error.message)
    headers = {"retry-after": str(error.seconds)} if isinstance(error, TooMany) else {}
    if "text/html" not in request.headers.get("accept", ""):
        body = {"type": "about:blank", "title": said, "status": error.status, "code": error.code}
        if error.field:
            body["field"] = error.field
        return JSONResponse(body, error.status, headers, "application/problem+json")
    context = {"message": said, "status": error.status, "code": error.code}
    return render(request, "error.html", context, status=error.status, headers=headers)


async def _hark_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HarkError)
    if isinstance(error, SignInNeeded) and "text/html" in request.headers.get("accept", ""):
        back = request.url.path if request.method == "GET" else "/"
        return RedirectResponse(f"/sign-in?next={quote(back)}", 303)
    return _answer(request, error)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code in (404, 405):
        return _answer(request, NotFound())
    if error.status_code == 413:
        return _answer(request, TooLarge())
    return _answer(request, Invalid("This request can't be used as it is."))


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if any(item["loc"][0] == "path" for item in error.errors()):
        return _answer(request, NotFound())
    where = str(error.errors()[0]["loc"][-1])
    return _answer(
        request,
        Invalid("Something is missing or not in its usual form: %(where)s.", field=where, where=where),
    )


async def unexpected(request: Request, error: Exception) -> Response:
    """The answer to an error that nobody foresaw; what it was stands in the log alone. Of the address only the route's
    form is written there, since many hold the secret of somebody's letter."""
    where = getattr(request.scope.get("route"), "path", "no route")
    log.error("unexpected error at %s", where, exc_info=error)
    return _answer(request, HarkError("Something went wrong on our side. What was saved before is still there."))


def install(app: FastAPI) -> None:
    """Answer every error of `app` in one way."""
    app.add_exception_handler(HarkError, _hark_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(Exception, unexpected)
