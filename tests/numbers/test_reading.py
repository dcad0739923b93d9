"""However a number is written, it finds its hotline, in one look at an index."""

from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import event

from infra.carriers.reading import e164, readings
from infra.database import engine, unit_of_work
from infra.ids import new_id
from infra.scope import no_scope
from tenants.directory.models import Number
from tenants.directory.service import call_came, number_dialled
from tests.numbers.conftest import number
from tests.world import World

LONDON = "+442071838750"

WRITTEN = [
    ("+442071838750", "", LONDON),
    ("00442071838750", "", LONDON),
    ("01144 207 183 8750", "US", LONDON),
    ("442071838750", "", LONDON),
    ("442071838750", "GB", LONDON),
    ("442071838750", "US", LONDON),
    ("02071838750", "GB", LONDON),
    ("2071838750", "GB", LONDON),
    ("020 7183 8750", "GB", LONDON),
    ("(020) 7183-8750", "GB", LONDON),
    ("+44 (0)20 7183 8750", "", LONDON),
    ("sip:+442071838750@203.0.113.9;user=phone", "", LONDON),
    ("sip:02071838750@trunk.example.org:5060", "GB", LONDON),
    ("sips:%2B442071838750@trunk.example.org", "", LONDON),
    ("tel:+44-20-7183-8750", "", LONDON),
    ('"Front desk" <sip:+442071838750@trunk.example.org>', "", LONDON),
    ("021 5000 0001", "CN", "+862150000001"),
    ("2150000001", "CN", "+862150000001"),
    ("0612345678", "IT", "+390612345678"),
    ("0612345678", "FR", "+33612345678"),
    ("(212) 555-0123", "US", "+12125550123"),
    ("+99920413735", "", "+99920413735"),
    ("99920413735", "", "+99920413735"),
]
NOTHING = ["", "anonymous", "sip:anonymous@anonymous.invalid", "+", "112", "+44", "0", "sip:", "٠٢٠٧١٨٣٨٧٥٠", "4" * 40,
           "+4420718387501234567890", "<>", "%2B", "sip:bob@example.org", "';--"]  # fmt: skip


@pytest.mark.parametrize(("text", "country", "meant"), WRITTEN)
def test_a_number_is_read_however_it_is_written(text: str, country: str, meant: str) -> None:
    assert e164(text, country) == meant


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_number_means_nothing(text: str) -> None:
    assert readings(text, "GB") == [] or e164(text, "GB") is None


async def _hold(tenant: UUID, line: UUID, digits: str, trunk: UUID | None = None) -> UUID:
    key = new_id()
    async with unit_of_work() as session:
        session.add(
            Number(id=key, e164=digits, carrier="asterisk", status="held", tenant=tenant, line=line, trunk=trunk)
        )
    return key


async def test_the_number_dialled_leads_to_its_hotline_line_and_settings(world: World) -> None:
    await _hold(world.first.tenant, world.first.line, LONDON)
    await _hold(world.second.tenant, world.second.line, "+12025550123")
    with no_scope():
        async with unit_of_work() as session:
            for text, country, meant in WRITTEN:
                if meant == LONDON:
                    row = await number_dialled(session, text, country)
                    assert row, text
                    assert (row.tenant, row.line, row.e164) == (world.first.tenant, world.first.line, LONDON)
            assert await number_dialled(session, "+442071838759") is None
            other = await number_dialled(session, "2025550123", "US")
            assert other
            assert other.tenant == world.second.tenant


async def test_a_number_that_is_both_national_and_foreign_is_the_one_that_somebody_has(world: World) -> None:
    """2075551234 is a number in Maine, and one in Cairo written without its plus."""
    await _hold(world.first.tenant, world.first.line, "+2075551234")
    async with unit_of_work() as session:
        row = await number_dialled(session, "2075551234", "US")
        assert row
        assert row.e164 == "+2075551234"
    await _hold(world.second.tenant, world.second.line, "+12075551234")
    async with unit_of_work() as session:
        row = await number_dialled(session, "2075551234", "US")
        assert row
        assert row.e164 == "+12075551234", "at home it is read as people there dial"


async def test_a_trunk_brings_calls_for_its_own_numbers_only(world: World) -> None:
    own, foreign = new_id(), new_id()
    await _hold(world.first.tenant, world.first.line, "+442071838760", own)
    async with unit_of_work() as session:
        assert await number_dialled(session, "02071838760", "GB", trunk=own)
        assert await number_dialled(session, "02071838760", "GB", trunk=foreign) is None


async def test_a_number_at_rest_or_on_its_way_brings_nobody_a_call(world: World) -> None:
    async with unit_of_work() as session:
        session.add(Number(e164="+442071838770", carrier="", status="porting", tenant=world.first.tenant))
        session.add(Number(e164="+442071838771", carrier="asterisk", status="resting"))
    async with unit_of_work() as session:
        assert await number_dialled(session, "+442071838770") is None
        assert await number_dialled(session, "+442071838771") is None


async def test_the_first_call_verifies_a_number_and_later_ones_change_nothing(world: World) -> None:
    key = await _hold(world.first.tenant, world.first.line, "+442071838780")
    seen = []
    for _ in range(2):
        async with unit_of_work() as session:
            await call_came(session, key)
        row = await number("+442071838780")
        assert row
        seen.append(row.verified_at)
    assert seen[0] is not None
    assert seen[0] == seen[1]


async def test_the_look_up_is_one_statement_and_reaches_the_index(world: World, superuser: asyncpg.Connection) -> None:
    await superuser.execute(
        "INSERT INTO number SELECT (jsonb_populate_record(n, jsonb_build_object('id', gen_random_uuid(), "
        "'e164', '+4930' || (1000000 + g)))).* FROM number n, generate_series(1, 10000) g "
        "WHERE n.e164 = '+99900000000' OR n.id = (SELECT id FROM number LIMIT 1)"
    )
    await superuser.execute("ANALYZE number")
    sent: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_more: object) -> None:
        sent.append((statement, parameters))

    event.listen(engine().sync_engine, "before_cursor_execute", note)
    with no_scope():
        async with unit_of_work() as session:
            await number_dialled(session, "030 1005000", "DE")
    event.remove(engine().sync_engine, "before_cursor_execute", note)
    assert len(sent) == 1
    with no_scope():
        async with engine().connect() as connection:
            plan = (await connection.exec_driver_sql(f"EXPLAIN {sent[0][0]}", sent[0][1])).scalars().all()  # type: ignore[arg-type]  # as it was sent
    assert "uq_number_e164" in " ".join(plan)
    assert "Seq Scan" not in " ".join(plan)
    await superuser.execute("DELETE FROM number WHERE e164 LIKE '+49301%' AND length(e164) = 12")
