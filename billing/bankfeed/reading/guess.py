"""Guesses what the columns of a statement are: by their names, and by what stands in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from billing.bankfeed.reading.mapping import Mapping
from billing.bankfeed.reading.table import Table, plain
from billing.bankfeed.reading.values import FORMS, day_of, decimal_of, forms_of, number
from billing.bankfeed.reading.words import IN, OUT, ROLES

SEEN = 400
"""So many rows are looked at."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What the columns seem to be. `forms` are the orders of a day's parts that fit every row: more than one, and
    somebody has to say which is right."""

    mapping: Mapping
    forms: Sequence[str]


def guess(table: Table) -> Guess:
    """The likeliest mapping of a table."""
    rows = table.rows[:SEEN]
    columns = [[row[place] for row in rows] for place in range(len(table.header))]
    named = _named(table.header, columns)
    if "date" not in named:
        _first(named, "date", columns, lambda cells: bool(forms_of(cells)))
    if not {"amount", "debit", "credit"} & named.keys() or ("debit" in named) != ("credit" in named):
        named.pop("debit", None), named.pop("credit", None)
        if "amount" not in named:
            _first(named, "amount", columns, _sums)
    apart = [cell for role in ("debit", "credit") if role in named for cell in columns[named[role]]]
    if "amount" in named and any(apart):
        named.pop("amount")
    sums = [cell for role in ("amount", "debit", "credit") if role in named for cell in columns[named[role]]]
    forms = forms_of(_dated(columns, named)) if "date" in named else []
    places = {role: place for role, place in named.items() if role not in {"balance", "own"}}
    if "amount" not in places:
        places.pop("sign", None)
    return Guess(Mapping(form=forms[0] if forms else "ymd", decimal=decimal_of(sums), **places), forms)


def _dated(columns: Sequence[Sequence[str]], named: dict[str, int]) -> list[str]:
    """The days of rows that have an amount too: below the last line some banks write a sum."""
    sums = [named[role] for role in ("amount", "debit", "credit") if role in named]
    days = columns[named["date"]]
    return [cell for place, cell in enumerate(days) if not sums or any(columns[column][place] for column in sums)]


def _named(header: Sequence[str], columns: Sequence[Sequence[str]]) -> dict[str, int]:
    """Role → column, the best fitting names first; what a column holds may speak against its name."""
    found = []
    for place, cell in enumerate(header):
        said = plain(cell)
        for role, words in ROLES.items():
            score = max((_fits(said, word) - rank for rank, word in enumerate(words)), default=0)
            if score > 0 and _possible(role, columns[place]):
                found.append((score, -place, role))
    named: dict[str, int] = {}
    for _score, place, role in sorted(found, reverse=True):
        if role not in named and -place not in named.values():
            named[role] = -place
    return named


def _fits(said: str, word: str) -> int:
    if said == word:
        return 1000
    if len(word) > 3 or not word.isascii():
        if said.startswith(word):
            return 600
        if word in said:
            return 400
    return 0


def _possible(role: str, cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    if role in {"amount", "debit", "credit", "balance"}:
        sound = sum(number(cell, ".") is not None or number(cell, ",") is not None for cell in filled)
        return sound * 10 >= len(filled) * 8
    if role == "sign":
        return bool(filled) and sum(plain(cell) in OUT | IN for cell in filled) * 10 >= len(filled) * 8
    if role == "date":
        dated = [cell for cell in filled if any(sign.isdigit() for sign in cell)]
        return any(sum(day_of(cell, form) is not None for cell in dated) * 10 > len(dated) * 5 for form in FORMS)
    return True


def _sums(cells: Sequence[str]) -> bool:
    """Whether they are amounts: numbers, not all whole ones of a like length as accounts and codes are."""
    filled = [cell for cell in cells if cell]
    return bool(filled) and _possible("amount", cells) and any(sign in cell for cell in filled for sign in ".,-")


def _first(named: dict[str, int], role: str, columns: Sequence[Sequence[str]], fits: object) -> None:
    assert callable(fits)
    for place, cells in enumerate(columns):
        if place not in named.values() and any(cells) and fits(cells):
            named[role] = place
            return
