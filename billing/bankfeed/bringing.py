"""The pages on which a bank's file is brought and somebody says how it is read."""

from collections.abc import Mapping as Sent
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import Response

from billing.bankfeed import files
from billing.bankfeed.models import BankAccount, BankFile
from billing.bankfeed.reading.decode import ENCODINGS
from billing.bankfeed.reading.mapping import COLUMNS, Mapping, mapping_of, read
from billing.bankfeed.reading.table import Table
from billing.bankfeed.reading.values import FORMS, forms_of
from billing.giving.desk.kept import CURRENCIES
from billing.giving.settings import giving_of
from billing.ledger.pages.words import day_words
from billing.money import Money, shown
from infra.errors import Conflict, HarkError, Invalid
from infra.errors import _ as sentence
from infra.vault import unseal
from infra.web import gettext, language, limit, render, see_other
from tenants.audit import record
from tenants.members.access import Funds, Staff

router = APIRouter(prefix="/o/{slug}/money/bank/files")
SHOWN = 8
WORDS = {
    "date": sentence("Day"),
    "amount": sentence("Amount"),
    "debit": sentence("Money out"),
    "credit": sentence("Money in"),
    "sign": sentence("Which way"),
    "payer": sentence("From or to whom"),
    "reference": sentence("What for"),
    "number": sentence("Number of their account"),
    "currency": sentence("Currency"),
    "words": sentence("The bank's word for it"),
}


FIELDS = {"currency": "currency_column"}
"""What a column's field is called where its own name is another field's: the account's currency."""


def _base(staff: Staff) -> str:
    return f"/o/{staff.tenant.slug}/money/bank"


@router.post("")
async def bring(request: Request, staff: Funds, file: Annotated[UploadFile | None, File()] = None) -> Response:
    """Keep a file, sealed, until it is read; nothing is booked by that."""
    await limit("bank.file", str(staff.tenant.id), "60/hour")
    data = await file.read(files.LARGEST + 1) if file else b""
    try:
        row = await files.bring(staff.session, data, (file.filename or "") if file else "", by=staff.member.id)
    except Invalid as error:
        context = {"base": _base(staff), "wrong": gettext(error.message, **error.params)}
        return render(request, "bankfeed/bring.html", context, status=422)
    return see_other(f"{_base(staff)}/files/{row.id}")


@router.get("/{key}")
async def look(request: Request, staff: Funds, key: UUID) -> Response:
    """How the file seems to be read, to be confirmed."""
    row = await files.file_of(staff.session, key)
    if row.state == "read":
        return see_other(_base(staff))
    table, encoding = await files.table_in(staff.session, row)
    found = await files.suggestion(staff.session, table)
    typed = {"account": str(found.account or ""), "new_account": "", "encoding": encoding}
    asked = len(found.forms) > 1
    return await _page(request, staff, row, table, found.mapping, typed, asked=asked, remembered=found.remembered)


@router.post("/{key}")
async def take(request: Request, staff: Funds, key: UUID) -> Response:
    """Read it so, or look at it so first."""
    sent = await request.form()
    row = await files.file_of(staff.session, key)
    if row.state == "read":
        return see_other(_base(staff))
    typed = {name: str(sent.get(name) or "") for name in ("account", "new_account", "currency", "encoding")}
    encoding = typed["encoding"] if typed["encoding"] in ENCODINGS else ""
    try:
        table, _found = await files.table_in(staff.session, row, encoding)
    except Invalid as error:
        table, typed["encoding"] = await files.table_in(staff.session, row)
        return await _refused(request, staff, row, table, _mapping(sent, table), typed, error)
    mapping = _mapping(sent, table)
    if sent.get("act") == "look":
        return await _page(request, staff, row, table, mapping, typed)
    try:
        account = await _account(staff, typed)
        if not mapping.whole:
            raise Invalid(sentence("Say which column has the day, and which the amount."), field="date")
        taken = await files.take(staff.session, key, table, mapping, account)
    except Invalid as error:
        return await _refused(request, staff, row, table, mapping, typed, error)
    record(staff.session, "bank.import", member=staff.member.id, subject=key, lines=taken.lines, fresh=taken.fresh)
    return see_other(f"{_base(staff)}?read={key}")


def _mapping(sent: Sent[str, Any], table: Table) -> Mapping:
    said: dict[str, Any] = {"form": sent.get("form"), "decimal": sent.get("decimal")}
    for name in COLUMNS:
        place = str(sent.get(FIELDS.get(name, name)) or "")
        said[name] = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else None
    return mapping_of(said, len(table.header))


async def _account(staff: Staff, typed: dict[str, str]) -> BankAccount:
    held = await files.accounts(staff.session)
    named = next((each for each in held if str(each.id) == typed["account"]), None)
    if named is not None:
        return named
    code = typed.get("currency", "")
    if code not in CURRENCIES:
        code = (await giving_of(staff.session, staff.tenant)).settings.currency
    return await files.account_named(staff.session, typed["new_account"], code)


async def _refused(
    request: Request,
    staff: Staff,
    row: BankFile,
    table: Table,
    mapping: Mapping,
    typed: dict[str, str],
    error: HarkError,
) -> Response:
    wrong = {error.field or "date": gettext(error.message, **error.params)}
    return await _page(request, staff, row, table, mapping, typed, wrong=wrong)


async def _page(
    request: Request,
    staff: Staff,
    row: BankFile,
    table: Table,
    mapping: Mapping,
    typed: dict[str, str],
    *,
    wrong: dict[str, str] | None = None,
    asked: bool = False,
    remembered: bool = False,
) -> Response:
    held = await files.accounts(staff.session)
    usual = (await giving_of(staff.session, staff.tenant)).settings.currency
    account = next((each for each in held if str(each.id) == typed["account"]), None)
    currency = account.currency if account else typed.get("currency") or usual
    outcome = read(table, mapping, currency) if mapping.whole else None
    heads = [cell or gettext("Column %(number)s", number=place) for place, cell in enumerate(table.header, 1)]
    days = [each[mapping.date] for each in table.rows] if mapping.date is not None else []
    context: dict[str, Any] = {
        "row": row,
        "name": (await unseal(staff.session, row.sealed_name)).decode(),
        "before": await files.read_before(staff.session, row),
        "typed": typed | {"currency": currency},
        "accounts": [(str(each.id), f"{each.name} · {each.currency}") for each in held],
        "currencies": {code: code for code in sorted({*CURRENCIES, usual, currency})},
        "columns": [(name, FIELDS.get(name, name), gettext(WORDS[name]), getattr(mapping, name)) for name in COLUMNS],
        "places": [(str(place), head) for place, head in enumerate(heads)],
        "heads": heads,
        "raw": table.rows[:3],
        "mapping": mapping,
        "forms": [(form, gettext(FORM_WORDS[form])) for form in FORMS],
        "encodings": {name: name.upper() for name in dict.fromkeys([typed["encoding"], *ENCODINGS]) if name},
        "outcome": outcome,
        "lines": outcome.lines[:SHOWN] if outcome else [],
        "asked": asked or len(forms_of(days)) > 1,
        "remembered": remembered,
        "wrong": wrong or {},
        "day": day_words,
        "shown": partial(_said, tongue=language()),
        "base": _base(staff),
    }
    return render(request, "bankfeed/columns.html", context, status=422 if wrong else 200)


FORM_WORDS = {
    "ymd": sentence("Year, month, day"),
    "dmy": sentence("Day, month, year"),
    "mdy": sentence("Month, day, year"),
}


def _said(minor: int, currency: str, *, tongue: str) -> str:
    return shown(Money(minor, currency), tongue)


@router.post("/{key}/removal")
async def drop(staff: Funds, key: UUID) -> Response:
    """Forget a file that wasn't read."""
    try:
        await files.drop(staff.session, key)
    except Conflict:
        return see_other(_base(staff))
    return see_other(_base(staff))
