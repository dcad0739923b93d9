"""Answers with a part of some bytes where a browser asks for one: without that, Safari plays no sound at all."""

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def part_of(request: Request, data: bytes, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    """The bytes, or those that were asked for with 206 (RFC 9110, 14.2); what can't be served as asked is served
    whole. A part that begins at the beginning is how a player starts: see `first_byte`."""
    start, end, status = _range(request.headers.get("range", ""), len(data))
    said = {"accept-ranges": "bytes", "content-disposition": "inline", **(headers or {})}
    if status == 206:
        said["content-range"] = f"bytes {start}-{end}/{len(data)}"
    return Response(data[start : end + 1], status, said, media_type=media_type)


def first_byte(request: Request, size: int) -> int:
    """Where the part that was asked for begins."""
    return _range(request.headers.get("range", ""), size)[0]


def _range(asked: str, size: int) -> tuple[int, int, int]:
    """First and last byte, and the status."""
    found = _RANGE.fullmatch(asked)
    if not found or asked == "bytes=-":
        return 0, size - 1, 200
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    return (start, end, 206) if start <= end else (0, size - 1, 200)
