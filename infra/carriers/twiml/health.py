"""Whether a telephone company can be reached and lets us in, by evidence: what becomes of our requests to it."""

from collections.abc import Callable

FAILURES = 3
"""So many requests in a row come to nothing before it counts as out of reach: one may be lost on any network."""


class Health:
    """What the requests to one account have shown. `changed` is told of each change, also of the first that is known:
    whoever was here before us may have left it as out of reach."""

    def __init__(self, changed: Callable[[bool], None]) -> None:
        self.well: bool | None = None
        self._changed = changed
        self._failed = 0

    def note(self, served: bool) -> None:
        """A request was answered, whatever it said, or it wasn't, or our credentials were refused."""
        self._failed = 0 if served else self._failed + 1
        if served or self._failed >= FAILURES:
            self._become(served)

    def _become(self, well: bool) -> None:
        if well is not self.well:
            self.well = well
            self._changed(well)
