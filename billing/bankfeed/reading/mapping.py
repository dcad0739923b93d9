"""Which column of a statement says what, and each of its rows read by that."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from billing.bankfeed.reading.table import Table, plain
from billing.bankfeed.reading.values import FORMS, day_of, number
from billing.bankfeed.reading.words import IN, OUT
from billing.money import LARGEST, digits

COLUMNS = ("date", "amount", "debit", "credit", "sign", "payer", "reference", "number", "currency", "words")
"""What a column may be, in the order in which one is asked."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """The number of each column, from nought; None where there is none. `form` is the order of a day's parts,
    `decimal` the sign before decimal places. There is an `amount` (with `sign`, if a column says which way), or there
    are `debit` and `credit`."""

    date: int | None = None
    form: str = "ymd"
    decimal: str = "."
    amount: int | None = None
    debit: int | None = None
    credit: int | None = None
    sign: int | None = None
    payer: int | None = None
    reference: int | None = None
    number: int | None = None
    currency: int | None = None
    words: int | None = None

    @property
    def whole(self) -> bool:
        """Whether it says enough to read a row."""
        return self.date is not None and (self.amount is not None or None not in (self.debit, self.credit))

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def mapping_of(document: dict[str, Any], width: int) -> Mapping:
    """A mapping as it was kept, or was sent; columns that a table of this width hasn't are None."""
    said: dict[str, Any] = {}
    for name in (each.name for each in fields(Mapping)):
        value = document.get(name)
        if name == "form":
            said[name] = value if value in FORMS else "ymd"
        elif name == "decimal":
            said[name] = value if value in {".", ","} else "."
        elif isinstance(value, int) and 0 <= value < width:
            said[name] = value
    return Mapping(**said)


@dataclass(frozen=True, slots=True)
class Read:
    """A line as it was read: above nought what came, below what went, in minor units of `currency`. `payer` is whoever
    stands on the other side, `number` that of their account."""

    day: date
    minor: int
    currency: str
    payer: str
    reference: str
    number: str
    words: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a table: lines in the file's order; the rows (as they were) that are no lines; how many moved
    nothing."""

    lines: Sequence[Read]
    unread: Sequence[tuple[str, ...]]
    nought: int


def read(table: Table, mapping: Mapping, currency: str) -> Outcome:
    """Every row of a table. `currency` is the account's, where no column says another."""
    lines, unread, nought = [], [], 0
    for row in table.rows:
        line = _line(row, mapping, currency)
        if line is None:
            unread.append(row)
        elif line.minor:
            lines.append(line)
        else:
            nought += 1
    return Outcome(lines, unread, nought)


def _line(row: Sequence[str], mapping: Mapping, currency: str) -> Read | None:
    def cell(column: int | None) -> str:
        return " ".join(row[column].split()) if column is not None else ""

    day = day_of(cell(mapping.date), mapping.form)
    code = cell(mapping.currency).upper()
    code = code if re.fullmatch("[A-Z]{3}", code) else currency
    value = _value(cell, mapping)
    if day is None or value is None:
        return None
    scaled = value.scaleb(digits(code))
    if scaled != scaled.to_integral_value() or abs(scaled) > LARGEST:
        return None
    account = re.sub(r"[\s-]", "", cell(mapping.number)).upper()
    return Read(
        day=day,
        minor=int(scaled),
        currency=code,
        payer=cell(mapping.payer),
        reference=cell(mapping.reference),
        number=account if any(sign.isdigit() for sign in account) else "",
        words=cell(mapping.words),
    )


def _value(cell: Any, mapping: Mapping) -> Decimal | None:
    if mapping.amount is not None:
        value = number(cell(mapping.amount), mapping.decimal)
        if value is None or mapping.sign is None:
            return value
        way = plain(cell(mapping.sign))
        return -abs(value) if way in OUT else abs(value) if way in IN else None
    sides = [cell(mapping.credit), cell(mapping.debit)]
    if not any(sides):
        return None
    values = [number(side, mapping.decimal) if side and side != "-" else Decimal(0) for side in sides]
    if values[0] is None or values[1] is None:
        return None
    return abs(values[0]) - abs(values[1])
