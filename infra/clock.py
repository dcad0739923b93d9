"""The one clock: UTC, replaceable, so that rosters and deadlines can be tested at any hour of any year."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_read: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731 - replaced as a whole by `travel`


def now() -> datetime:
    """The present, aware and in UTC."""
    return _read()


@contextmanager
def travel(to: datetime | None = None, by: timedelta = timedelta()) -> Iterator[None]:
    """Let `now()` run from `to` (or from the real present) shifted `by`, until the block ends."""
    global _read  # noqa: PLW0603 - one clock per process is the point
    before = _read
    offset = (to - before() if to else timedelta()) + by
    _read = lambda: before() + offset  # noqa: E731 - put back as a whole below
    try:
        yield
    finally:
        _read = before
