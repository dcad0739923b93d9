"""The rows of a statement: which sign separates its columns, where its header is, and what stands above it."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from billing.bankfeed.reading.words import ROLES
from infra.errors import Invalid, _

MOST_LINES = 5000
MOST_COLUMNS = 60
HEAD = 65536
"""In so many signs the separator shows."""
SEPARATORS = (";", ",", "\t", "|")


@dataclass(frozen=True, slots=True)
class Table:
    """`header` names the columns ("" where nothing does), `rows` are as wide; `above` counts the lines before it."""

    separator: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    above: int

    @property
    def digest(self) -> str:
        """By which files of the same bank and form are known: over the header's words, not over what is below."""
        named = "\x1f".join((self.separator, *(plain(cell) for cell in self.header)))
        return hashlib.sha256(named.encode()).hexdigest()


def plain(cell: str) -> str:
    """A cell for comparing: spaces evened, lower case."""
    return " ".join(cell.casefold().replace("\u00a0", " ").split())


def table_of(text: str) -> Table:
    """The table in a file's text. Raises Invalid for none, and for one that is too long."""
    separator = max(SEPARATORS, key=lambda sign: _score(text, sign))
    rows = _parse(text, separator)
    widths = Counter(_width(row) for row in rows if _width(row) > 1)
    if not widths:
        raise Invalid(_("There is no table in this file: each line needs a day and an amount."))
    place = _header(rows)
    header = rows[place] if place is not None else ()
    wide = max(_width(header), 2) if header else max(widths, key=lambda width: (widths[width], width))
    wide = max(wide, *(w for w, n in widths.items() if n * 3 > sum(widths.values()))) if widths else wide
    wide = min(wide, MOST_COLUMNS)
    below = rows[place + 1 :] if place is not None else rows
    made = [tuple((*row, *[""] * wide)[:wide]) for row in below]
    return Table(separator, tuple((*header, *[""] * wide)[:wide]), made, place or 0)


def _parse(text: str, separator: str) -> list[tuple[str, ...]]:
    """The rows that aren't empty. Reading ends at the first one too many: a file may hold millions."""
    rows: list[tuple[str, ...]] = []
    try:
        for cells in csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=separator):
            row = tuple(cell.strip() for cell in cells[:MOST_COLUMNS])
            if any(row):
                rows.append(row)
            if len(rows) > MOST_LINES + 50:
                raise Invalid(_("This file has more than %(most)s lines. Save a shorter stretch."), most=MOST_LINES)
        return rows
    except csv.Error:
        raise Invalid(_("This file is damaged: its lines can't be told apart.")) from None


def _width(row: Sequence[str]) -> int:
    """How many columns a row has, the empty ones at its end left out."""
    return max((place for place, cell in enumerate(row, 1) if cell), default=0)


def _score(text: str, sign: str) -> tuple[int, int]:
    """How well a sign separates: known names of columns first, then lines that are equally wide."""
    try:
        head = "\n".join(text[:HEAD].replace("\0", "").splitlines()[:60])
        rows = [row[:MOST_COLUMNS] for row in csv.reader(io.StringIO(head), delimiter=sign)]
    except csv.Error:
        return (0, 0)
    named = max((_names(row) for row in rows), default=0)
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return (named, max((count * min(width, 8) for width, count in widths.items()), default=0))


def _names(row: Sequence[str]) -> int:
    known = {word for words in ROLES.values() for word in words}
    return sum(plain(cell) in known for cell in row)


def _header(rows: Sequence[Sequence[str]]) -> int | None:
    """Where the header is: the row near the top with the most known names, two at least; else the first row of the
    usual width that has no digit in it; None where there is no header at all."""
    top = rows[:40]
    best = max(range(len(top)), key=lambda place: (_names(top[place]), -place))
    if _names(top[best]) >= 2:
        return best
    usual = Counter(_width(row) for row in rows).most_common(1)[0][0]
    return next(
        (
            place
            for place, row in enumerate(top)
            if _width(row) >= usual - 1 and not any(sign.isdigit() for cell in row for sign in cell)
        ),
        None,
    )
