"""Statements of several countries, read: signs, columns, days and amounts."""

import time

import pytest

from billing.bankfeed.reading.decode import decode
from billing.bankfeed.reading.guess import guess
from billing.bankfeed.reading.mapping import Outcome, mapping_of, read
from billing.bankfeed.reading.table import MOST_COLUMNS, MOST_LINES, table_of
from billing.bankfeed.reading.values import FORMS, day_of, decimal_of, forms_of, number
from infra.errors import Invalid
from tests.billing.bankfeed import samples


def taken(data: bytes, currency: str) -> tuple[str, list[str], Outcome]:
    """In which encoding, by which forms of days, and as which lines a file is read."""
    text, encoding = decode(data)
    table = table_of(text)
    found = guess(table)
    assert found.mapping.whole
    assert mapping_of(found.mapping.document(), len(table.header)) == found.mapping
    return encoding, list(found.forms), read(table, found.mapping, currency)


def told(outcome: Outcome) -> list[tuple[str, int, str, str, str]]:
    """What a test compares of lines."""
    return [(line.day.isoformat(), line.minor, line.payer, line.reference, line.number) for line in outcome.lines]


def test_a_german_savings_bank() -> None:
    encoding, forms, outcome = taken(samples.SPARKASSE, "EUR")
    assert (encoding, forms) == ("cp1252", ["dmy"])
    assert told(outcome) == [
        ("2026-03-31", 2500, "Jürgen Groß", "Spende fuer die Nachtlinie", "DE88100900001234567892"),
        ("2026-03-30", -145_000, "Haus am Park GmbH", "Miete April", "DE75512108001245126199"),
        ("2026-03-02", 123_456, "Stripe Payments Europe", "STRIPE PAYOUT", "IE29AIBK93115212345678"),
    ]


def test_lines_above_the_header_and_amounts_without_noughts() -> None:
    _encoding, _forms, outcome = taken(samples.DKB, "EUR")
    assert [line[:3] for line in told(outcome)] == [
        ("2026-01-12", 100_000, "Zoë Ångström"),
        ("2026-01-03", -8050, "Dämmerlinie e.V."),
    ]


def test_a_british_bank_with_money_in_and_out_apart() -> None:
    encoding, forms, outcome = taken(samples.UK, "GBP")
    assert encoding in {"cp1252", "iso8859_1"}
    assert forms[0] == "dmy"
    assert [(line.day.isoformat(), line.minor, line.reference) for line in outcome.lines] == [
        ("2026-01-05", 2000, "ANN ABLE THANK YOU"),
        ("2026-01-07", -3599, "BT GROUP, LONDON"),
        ("2026-01-11", 100_000, "BEN BUSY"),
    ]


def test_a_bank_of_hong_kong_in_utf_16() -> None:
    encoding, forms, outcome = taken(samples.HK, "HKD")
    assert (encoding, forms) == ("utf-16", ["ymd"])
    assert [(line.minor, line.reference) for line in outcome.lines] == [
        (50_000, "FPS FROM CHAN TAI MAN 陳大文"),
        (-1500, "BANK CHARGES"),
        (1_200_000, "CHEQUE DEPOSIT"),
    ]


def test_a_bank_of_the_mainland_in_gb18030_with_a_sum_below() -> None:
    encoding, forms, outcome = taken(samples.CN, "CNY")
    assert (encoding, forms) == ("gb18030", ["ymd"])
    assert told(outcome) == [
        ("2026-01-05", 10_000, "张伟", "捐款", "6217000010001234567"),
        ("2026-01-06", -32_050, "中国电信", "话费", "11001018000059198888"),
        ("2026-01-06", 200_000, "李娜", "支持夜线", "6228480018855266672"),
    ]
    assert [row[0] for row in outcome.unread] == ["合计"]


def test_a_column_that_says_which_way_money_went() -> None:
    _encoding, _forms, outcome = taken(samples.NL, "EUR")
    assert told(outcome) == [
        ("2026-01-31", 1500, "J. de Vries", "Gift", "NL91ABNA0417164300"),
        ("2026-01-30", -4995, "Ziggo", "Internet", "NL02RABO0123456789"),
    ]


def test_the_month_first_and_brackets_for_what_went() -> None:
    _encoding, forms, outcome = taken(samples.US, "USD")
    assert forms == ["mdy"]
    assert [(line.day.isoformat(), line.minor) for line in outcome.lines] == [
        ("2026-01-31", 5000),
        ("2026-02-03", -80_000),
    ]


@pytest.mark.parametrize(
    ("cells", "forms"),
    [
        (["05/01/2026", "13/01/2026"], ["dmy"]),
        (["01/05/2026", "01/13/2026"], ["mdy"]),
        (["01/02/2026", "02/02/2026", "03/02/2026"], ["dmy", "mdy"]),
        (["02/01/2026", "02/02/2026", "02/03/2026"], ["mdy", "dmy"]),
        (["31 Jan 2026", "1 Feb 2026"], ["dmy"]),
        (["2026年1月31日"], ["ymd"]),
        (["2026-01-31 23:59:01", ""], ["ymd"]),
        (["31.02.2026"], []),
    ],
)
def test_the_whole_column_decides_in_which_order_a_day_is_written(cells: list[str], forms: list[str]) -> None:
    assert forms_of(cells) == forms


@pytest.mark.parametrize(
    ("cells", "sign"),
    [
        (["1.000", "25,00"], ","),
        (["1,000", "25.00"], "."),
        (["1.000"], ","),
        (["1'234.50"], "."),
        (["12", "7"], "."),
        (["1.234.567"], ","),
        (["1 234,5"], ","),
    ],
)
def test_the_whole_column_decides_which_sign_is_decimal(cells: list[str], sign: str) -> None:
    assert decimal_of(cells) == sign


@pytest.mark.parametrize("data", [b"PK\x03\x04 a workbook", b"%PDF-1.7", b"", b"Dear all\nhello\n", b"\xff\xfea"])
def test_what_is_no_statement_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Invalid):
        table_of(decode(data)[0])


def test_a_file_that_is_too_long_is_refused() -> None:
    with pytest.raises(Invalid):
        table_of("Date,Amount\n" + "2026-01-01,1\n" * (MOST_LINES + 100))


@pytest.mark.parametrize("cell", ["1" + " " * 100_000 + "1", "1" + "\u0301\u0316" * 50_000 + "1"])
def test_a_cell_that_is_made_to_be_slow_holds_nobody_up(cell: str) -> None:
    began = time.process_time()
    assert number(cell, ".") is number(cell, ",") is None
    assert all(day_of(cell, form) is None for form in FORMS)
    assert decimal_of([cell]) == "."
    assert time.process_time() - began < 1


def test_digits_that_python_cannot_count_with_are_no_day() -> None:
    assert day_of("1 \U00010a40 2026", "dmy") is None
    assert day_of("1 " + "9" * 40 + " 2026", "dmy") is None


@pytest.mark.parametrize("text", ["a\n" * 1_000_000, "a,1\n" * 700_000])
def test_reading_ends_at_the_first_line_too_many(text: str) -> None:
    began = time.process_time()
    with pytest.raises(Invalid, match="lines"):
        table_of(text)
    assert time.process_time() - began < 0.5


def test_columns_without_end_are_cut() -> None:
    assert len(table_of("a," * 1_400_000 + "\n1,2").header) == MOST_COLUMNS
