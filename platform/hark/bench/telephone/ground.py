"""Hotlines whose number is answered by one volunteer at a desk phone, who is rung at once."""

import json
from uuid import UUID

from sqlmodel import col, select

from hark.bench.ground import Ground
from infra.database import unit_of_work
from infra.scope import no_scope
from tenants.directory.models import Number

FLOW = {
    "version": 1, "start": "ring", "languages": ["en"], "promise_seconds": 900,
    "nodes": {
        "ring": {"type": "ring", "team": "main", "seconds": 60, "unanswered": "bye", "nobody": "bye"},
        "bye": {"type": "hangup", "text": {"en": "Goodbye"}},
    },
}  # fmt: skip
"""No greeting: the volunteer's telephone rings as soon as anybody calls."""
FILL = """
UPDATE flow_version SET document = '{flow}'::jsonb;
INSERT INTO device (tenant_id, id, member_id, kind, label, sealed, hash, made_at, verified_at, tries)
  SELECT id, id, id, 'desk', '', '', uuid_send(id), now(), now(), 0 FROM tenant;
INSERT INTO duty (tenant_id, id, status, since, seen_until, simulated, device, device_id)
  SELECT id, id, 'on', now(), now() + interval '9 hours', false, 'desk', id FROM tenant;
INSERT INTO number (id, e164, carrier, node, ref, status, tenant, line, second_carrier, second_node, by, country, area,
                    kind, capabilities, monthly, currency, label, language, listed, shown)
  SELECT gen_random_uuid(), '+4420' || (70000000 + n), 'asterisk', 'bench', '', 'held', id, id, '', '', 'first', 'GB',
         'London', 'local', '{{voice}}', 0, 'GBP', '', '', true, false
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM tenant) AS each;
ANALYZE;
"""


async def answered(ground: Ground) -> dict[str, UUID]:
    """Give every tenant a number, and its member a desk phone and duty; the phone's id by the number's digits."""
    await ground.pair.psql(FILL.format(flow=json.dumps(FLOW).replace("'", "''")), "hark")
    with no_scope():
        async with unit_of_work() as session:
            found = select(Number.e164, Number.tenant).where(col(Number.tenant).in_(ground.tenants))
            return {e164.removeprefix("+"): key for e164, key in await session.exec(found) if key}
