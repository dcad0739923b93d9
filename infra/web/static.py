"""Static files under a version that is the hash of them all: cached for ever, never stale."""

import base64
import hashlib
import json
from functools import lru_cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

ROOT = Path(__file__).parent.parent.parent
STATIC = ROOT / "themes" / "static"
NPM = ROOT / "node_modules"
NPM_PACKAGES = ("htmx.org", "sip.js")


@lru_cache(maxsize=1)
def version() -> str:
    """The hash of every static file's content, twelve hex digits."""
    digest = hashlib.sha256((ROOT / "package-lock.json").read_bytes() if (ROOT / "package-lock.json").exists() else b"")
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(STATIC)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def static(path: str) -> str:
    """The address of a static file: `static("css/base.css")`, `static("npm/htmx.org/dist/htmx.esm.js")`."""
    return f"/static/{version()}/{path}"


@lru_cache(maxsize=1)
def import_map() -> str:
    """The import map that every page carries inline; its hash stands in the content security policy."""
    packages = {"htmx": static("npm/htmx.org/dist/htmx.esm.js"), "sip.js": static("npm/sip.js/lib/index.js")}
    return json.dumps({"imports": {**packages, "hark/": static("js/")}})


@lru_cache(maxsize=1)
def import_map_hash() -> str:
    """The CSP source expression of the import map."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(import_map().encode()).digest()).decode() + "'"


class Static(StaticFiles):
    """Serves `/static/<version>/<path>`, and from npm only the packages named above."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC, check_dir=False)

    def lookup_path(self, path: str) -> tuple[str, object]:  # type: ignore[override]  # stat results differ by system
        _, _, rest = path.partition("/")
        if rest.startswith("npm/"):
            target = (NPM / rest[4:]).resolve()
            allowed = any(target.is_relative_to((NPM / name).resolve()) for name in NPM_PACKAGES)
            return (str(target), target.stat()) if allowed and target.is_file() else ("", None)
        return super().lookup_path(rest)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if not isinstance(response, FileResponse) and response.status_code == 404:
            raise HTTPException(404)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
