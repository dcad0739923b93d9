"""What is a caller's and what is a donor's, table by table; and how a way from the one to the other is looked for."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import MetaData, Table

CALLERS = frozenset({
    "attempt", "call", "call_event", "callback", "caller", "carried", "case", "case_count", "case_event", "contact",
    "contact_reader", "leg", "line_check", "offer", "outbound", "recording", "timer", "vendor_leg", "voicemail"
})  # fmt: skip
"""Whatever is about somebody who called, or about their call."""
DONORS = frozenset({
    "bank_account", "bank_file", "bank_layout", "bank_line", "bank_payer", "campaign", "campaign_picture",
    "campaign_update", "dispute", "donor", "donor_key", "donor_note", "gift", "gift_reminder", "giving_settings",
    "ledger_day", "ledger_entry", "ledger_posting", "ledger_sum", "monthly_gift", "monthly_letter", "offline_gift",
    "open_period", "operation", "payment", "payment_account", "payout", "payout_line", "plan_invoice",
    "plan_letter", "plan_payer", "plan_standing", "pool", "pool_match", "receipt", "receipt_series", "receipt_year",
    "usage_event", "usage_rate", "usage_sum"
})  # fmt: skip
"""Whatever is about somebody who gave, or about money; what was used among it."""
CALLS_WORDS = frozenset({
    "call", "calls", "caller", "callers", "callback", "case", "cases", "contact", "contacts", "leg", "offer",
    "recording", "voicemail"
})  # fmt: skip
GIVES_WORDS = frozenset({
    "donor", "donors", "gift", "gifts", "giver", "posting", "receipt", "refund", "campaign", "pool"
})  # fmt: skip
"""What a column is called that leads to the one or the other."""
PLAIN = re.compile(r"[^a-z]+")


def owner(table: Table) -> str:
    """ "callers", "donors", or "" for what is neither's, such as a hotline's members."""
    return "callers" if table.name in CALLERS else "donors" if table.name in DONORS else ""


def links(metadata: MetaData) -> Iterator[str]:
    """Every way from a caller to a donor that the tables themselves lay: a row that leads to both, by whatever keys;
    and a column of the one that is named for the other."""
    for table in metadata.tables.values():
        owners = {owner(each) for each in _above(table, set())} - {""}
        if len(owners) > 1:
            yield f"{table.name} leads to both"
        words = {"callers": GIVES_WORDS, "donors": CALLS_WORDS}.get(owner(table), frozenset())
        for column in table.columns:
            if words & set(PLAIN.split(column.name.lower())):
                yield f"{table.name}.{column.name}"


def _above(table: Table, seen: set[Table]) -> set[Table]:
    """The table and all that its keys lead to."""
    if table not in seen:
        seen.add(table)
        for key in table.foreign_keys:
            _above(key.column.table, seen)
    return seen


def unlisted(metadata: MetaData, neither: Iterable[str]) -> set[str]:
    """Tables of which nobody has said whose they are; and those that are said to be both's."""
    known = {*CALLERS, *DONORS, *neither}
    return (set(metadata.tables) - known) | (CALLERS & DONORS) | ((CALLERS | DONORS) & set(neither))


def keys_in(value: Any) -> Iterator[str]:
    """Every id and fingerprint in a row's value, however deep: what two rows could be laid beside each other by."""
    if isinstance(value, dict):
        for each in value.values():
            yield from keys_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from keys_in(each)
    elif isinstance(value, bytes) and len(value) >= 8:
        yield value.hex()
    elif isinstance(value, UUID):
        yield value.hex
    elif isinstance(value, str):
        yield from (found.replace("-", "").lower() for found in _IDS.findall(value))


_IDS = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")


def imports(source: str) -> set[str]:
    """Every module that a source names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def tables_in(source: str) -> set[str]:
    """Every table that plain SQL in a source reads or writes."""
    return set(re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+\"?([a-z_]+)", source))


def acts(source: str) -> set[str]:
    """What a source writes into the audit trail, by the acts' names."""
    return {
        str(node.args[1].value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record" and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
    }  # fmt: skip


def names_in(template: str) -> set[str]:
    """Every name in a template's expressions, without what it says."""
    bare = re.sub(r"\"[^\"]*\"|'[^']*'|\{#.*?#\}", "", template, flags=re.DOTALL)
    return set(re.findall(r"[a-z_]+", " ".join(re.findall(r"\{[{%](.*?)[%}]\}", bare, flags=re.DOTALL))))


def sources(folder: Path, ending: str = ".py") -> Iterator[Path]:
    """The files below a folder."""
    return (path for path in sorted(folder.rglob(f"*{ending}")) if "__pycache__" not in path.parts)
