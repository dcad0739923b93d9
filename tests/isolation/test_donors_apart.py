"""No way leads from somebody who called to somebody who gave: not by a key, a value, a moment, an import, a page."""

import inspect
from collections import defaultdict
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Column, DateTime, ForeignKey, MetaData, Table, Uuid

from hark.jobs import JOBS
from hark.models import metadata
from infra.database import unit_of_work
from infra.scope import tenant_scope
from infra.vault import fingerprint
from tests.isolation import apart
from tests.isolation.apart import CALLERS, CALLS_WORDS, DONORS, GIVES_WORDS
from tests.isolation.seeds import Seeded

ROOT = Path(__file__).parent.parent.parent
HARK = ROOT / "platform" / "hark"
NEITHER = frozenset({
    "account", "allowance", "application", "application_file", "audit_entry", "calendar", "carrier_node",
    "destination", "device", "duty", "export", "flow", "flow_version", "form_version", "host", "invitation", "line",
    "line_day", "line_setting", "line_trouble", "mail", "mail_wish", "member", "number", "outbox", "payee", "port",
    "processor_event", "profile", "prompt", "provisioning_step", "shift", "simulated_answer", "simulated_delivery",
    "simulated_object", "sip_account", "team", "team_member", "tenant", "trunk", "vault_key", "workflow_version"
})  # fmt: skip
"""Of the hotline itself, its people, the platform, or the payment processor outside of it all."""
MAY_KNOW_MONEY = {
    "app.py": "makes the one number known that open books ask for",
    "bench": "measures",
    "demo": "invents hotlines",
    "jobs.py": "lists jobs",
    "metering": "tells billing numbers, and is told nothing",
    "models.py": "lists tables",
    "public": "asks whether gifts are taken, for a link",
    "retention": "lets gifts that never came and links that are over be forgotten, on the same round",
    "routes.py": "lists routes",
    "running": "starts rounds",
}
"""What of the live side imports billing, and why that tells neither of the other."""
COMMON = {"tenant_id"}


def test_every_table_says_whose_it_is() -> None:
    assert apart.unlisted(metadata, NEITHER) == set(), "say in CALLERS, DONORS or NEITHER what this table is about"


def test_no_table_leads_to_both() -> None:
    assert list(apart.links(metadata)) == []


def test_a_planted_link_is_found() -> None:
    planted = MetaData()
    for name in ("caller", "donor", "member"):
        Table(name, planted, Column("id", Uuid, primary_key=True))
    Table("call", planted, Column("id", Uuid), Column("caller_id", ForeignKey("caller.id")))
    Table("gift", planted, Column("id", Uuid), Column("donor_id", ForeignKey("donor.id")))
    Table("note", planted, Column("id", Uuid), Column("member_id", ForeignKey("member.id")))
    assert list(apart.links(planted)) == []
    Table("thanks", planted, Column("a", ForeignKey("call.caller_id")), Column("b", ForeignKey("gift.donor_id")))
    Table("receipt", planted, Column("id", Uuid), Column("for_call", Uuid))
    assert list(apart.links(planted)) == ["thanks leads to both", "receipt.for_call"]
    assert apart.unlisted(planted, NEITHER) >= {"thanks"}
    assert apart.imports("from hark.contacts import service\nimport billing.giving") == {
        "hark.contacts",
        "billing.giving",
    }
    assert apart.tables_in('text("SELECT 1 FROM call JOIN caller USING (id)")') == {"call", "caller"}
    assert apart.acts('record(session, "gift.list", member=x)') == {"gift.list"}
    assert apart.names_in('{{ _("a gift") }} {% if row.donor %}') == {"_", "if", "row", "donor"}


def test_billing_knows_nothing_of_calls() -> None:
    for path in apart.sources(ROOT / "billing"):
        source = path.read_text(encoding="utf-8")
        assert not [name for name in apart.imports(source) if name.split(".")[0] == "hark"], path
        assert not apart.tables_in(source) & CALLERS, path


def test_what_is_about_callers_knows_nothing_of_money() -> None:
    knowing = set()
    for path in apart.sources(HARK):
        source, part = path.read_text(encoding="utf-8"), path.relative_to(HARK).parts[0]
        if any(name.split(".")[0] == "billing" for name in apart.imports(source)):
            knowing.add(part)
        if part not in MAY_KNOW_MONEY and "migrations" not in path.parts:
            assert not apart.tables_in(source) & DONORS, path
    assert knowing == set(MAY_KNOW_MONEY)


def test_metering_hands_over_numbers_alone() -> None:
    """What billing is told by is a count, or a name that is kept as its fingerprint."""
    told = apart.imports("".join(path.read_text("utf-8") for path in apart.sources(HARK / "metering")))
    assert {name for name in told if name.startswith("billing")} == {
        "billing.openness.counting",
        "billing.usage.service",
    }


def test_what_was_used_has_neither_a_moment_nor_a_quantity_of_its_own() -> None:
    for name in ("usage_event", "usage_sum", "open_period"):
        assert not [column for column in metadata.tables[name].columns if isinstance(column.type, DateTime)], name
    assert set(metadata.tables["usage_event"].columns.keys()) == {"tenant_id", "id", "kind", "source", "month"}


async def _values(superuser: asyncpg.Connection, seeded: Seeded, tables: frozenset[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name in sorted(tables & set(metadata.tables)):
        if "tenant_id" not in metadata.tables[name].columns:
            continue
        rows = await superuser.fetch(f'SELECT * FROM "{name}" WHERE tenant_id = $1', seeded.hotline.tenant)
        for row in rows:
            for column, value in row.items():
                if column not in COMMON:
                    for key in apart.keys_in(value):
                        found[key].add(f"{name}.{column}")
    return found


async def test_no_value_is_a_callers_and_a_donors(first: Seeded, superuser: asyncpg.Connection) -> None:
    """The seeded caller and the seeded donor are known by the same words, and still have nothing in common."""
    callers, donors = [await _values(superuser, first, tables) for tables in (CALLERS, DONORS)]
    assert callers
    assert donors
    staff = {first.hotline.tenant.hex, *await _values(superuser, first, frozenset({"member", "tenant"}))}
    assert {key: callers[key] | donors[key] for key in callers.keys() & donors.keys() - staff} == {}


async def test_the_same_words_are_found_by_another_key_on_either_side(first: Seeded) -> None:
    with tenant_scope(first.hotline.tenant):
        async with unit_of_work() as session:
            purposes = ("caller", "donor", "usage:minutes", "usage:messages")
            found = {await fingerprint(session, purpose, "anna@example.org") for purpose in purposes}
    assert len(found) == len(purposes)


async def test_no_job_carries_both(first: Seeded, superuser: asyncpg.Connection) -> None:
    for name, handler in JOBS.items():
        given = {word for each in inspect.signature(handler).parameters for word in apart.PLAIN.split(each)}
        assert not (given & CALLS_WORDS and given & GIVES_WORDS), name
        if handler.__module__.startswith("billing"):
            assert not given & CALLS_WORDS, name
        elif handler.__module__.startswith("hark"):
            assert not given & GIVES_WORDS, name
    callers, donors = [await _values(superuser, first, tables) for tables in (CALLERS, DONORS)]
    for row in await superuser.fetch("SELECT name, payload FROM outbox WHERE tenant = $1", first.hotline.tenant):
        keys = set(apart.keys_in(row["payload"]))
        assert not (keys & callers.keys() and keys & donors.keys()), row["name"]


def test_an_act_in_the_trail_is_about_the_one_or_the_other() -> None:
    money = {act for path in apart.sources(ROOT / "billing") for act in apart.acts(path.read_text("utf-8"))}
    live = {act for path in apart.sources(HARK) for act in apart.acts(path.read_text("utf-8"))}
    assert money
    assert live
    assert money & live == set()


async def test_no_entry_of_the_trail_names_both(first: Seeded, superuser: asyncpg.Connection) -> None:
    callers, donors = [await _values(superuser, first, tables) for tables in (CALLERS, DONORS)]
    rows = await superuser.fetch("SELECT * FROM audit_entry WHERE tenant_id = $1", first.hotline.tenant)
    for row in rows:
        keys = set(apart.keys_in((row["subject"], row["detail"])))
        assert not (keys & callers.keys() and keys & donors.keys()), row["action"]


@pytest.mark.parametrize("part", ["answering", "callers", "cases", "console", "contacts", "recordings"])
def test_pages_about_callers_name_no_donor(part: str) -> None:
    for path in apart.sources(HARK / part, ".html"):
        assert not apart.names_in(path.read_text("utf-8")) & {*GIVES_WORDS, "money"}, path


def test_pages_about_money_name_no_caller() -> None:
    """`call` and `caller` are words of the templates' own language; an offer is a sponsor's."""
    for path in apart.sources(ROOT / "billing", ".html"):
        assert not apart.names_in(path.read_text("utf-8")) & (CALLS_WORDS - {"call", "caller", "offer"}), path
