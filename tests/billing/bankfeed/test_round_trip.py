"""Whatever a bank's way of writing: what it wrote is what is read."""

import csv
import io
from contextlib import suppress
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from billing.bankfeed.reading.decode import decode
from billing.bankfeed.reading.guess import guess
from billing.bankfeed.reading.mapping import Read, read
from billing.bankfeed.reading.table import table_of
from billing.bankfeed.reading.values import decimal_of, number
from infra.errors import Invalid

tried = settings(max_examples=60, deadline=None)
NAMES = st.text(
    st.sampled_from("abcdefgh ÄöüßéłŁ陈大文;,\"'|\t\n-0123456789"), min_size=1, max_size=20
).map(lambda name: " ".join(name.split()) or "x")  # fmt: skip
MINORS = st.integers(-(10**9), 10**9).filter(bool)
DAYS = st.dates(date(2019, 1, 1), date(2031, 12, 31))


def amount(minor: int, decimal: str, thousands: str) -> str:
    """An amount as a bank writes it."""
    said = f"{abs(Decimal(minor)) / 100:,.2f}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)
    return f"-{said}" if minor < 0 else said


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, list[Read]]:
    """A file and the lines in it."""
    separator = draw(st.sampled_from(";,\t|"))
    decimal, thousands = draw(st.sampled_from([(",", "."), (".", ","), (",", ""), (".", ""), (",", " "), (".", "'")]))
    apart, above = draw(st.booleans()), draw(st.booleans())
    said = draw(st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y%m%d", "%d %b %Y", "%Y/%m/%d %H:%M"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
    facts = draw(st.lists(st.tuples(DAYS, MINORS, NAMES, NAMES), min_size=1, max_size=12))
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=separator)
    if above:
        writer.writerows([["Konto", "DE02120300000000202051"], [""]])
    sums = ["Paid out", "Paid in"] if apart else ["Betrag"]
    writer.writerow(["交易日期", "Name", "Verwendungszweck", *sums, "Saldo"])
    for day, minor, payer, reference in facts:
        one = amount(minor, decimal, thousands)
        pair = [one.lstrip("-"), ""] if minor < 0 else ["", one]
        writer.writerow([day.strftime(said), payer, reference, *(pair if apart else [one]), "1"])
    lines = [Read(day, minor, "EUR", payer, reference, "", "") for day, minor, payer, reference in facts]
    return made.getvalue().encode(encoding), lines


@given(files())
@tried
def test_what_was_written_is_what_is_read(made: tuple[bytes, list[Read]]) -> None:
    data, lines = made
    table = table_of(decode(data)[0])
    found = guess(table)
    outcome = read(table, found.mapping, "EUR")
    if len(found.forms) > 1:  # days that fit both ways: somebody is asked, and nothing is taken for sure
        assert len(outcome.lines) == len(lines)
        return
    assert list(outcome.lines) == lines
    assert not outcome.unread


@given(st.lists(MINORS, min_size=1, max_size=20), st.sampled_from([(",", "."), (".", ","), (",", " "), (".", "'")]))
@tried
def test_a_column_of_amounts_with_two_places_is_read_as_it_was_written(
    minors: list[int], signs: tuple[str, str]
) -> None:
    cells = [amount(minor, *signs) for minor in minors]
    assert decimal_of(cells) == signs[0]
    assert [number(cell, signs[0]) for cell in cells] == [Decimal(minor) / 100 for minor in minors]


@given(st.binary(max_size=300))
@tried
def test_bytes_of_any_kind_are_read_or_refused_and_never_crash(data: bytes) -> None:
    with suppress(Invalid):
        table = table_of(decode(data)[0])
        read(table, guess(table).mapping, "EUR")
