"""The ground of a benchmark: a throwaway pair, migrated, with as many tenants as asked for, each with a past."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlmodel import select

from hark import migrations
from infra.database import engine, unit_of_work
from infra.realtime import hub
from infra.scope import tenant_scope
from infra.services.throwaway import Throwaway, throwaway
from infra.settings import settings
from infra.vault import create_key, warm
from tenants.directory.models import Tenant
from tenants.flows.bench import sample
from tenants.flows.document import dump

PAST_CALLS = 200

FILL = """
INSERT INTO tenant (id, slug, name, organisation, kind, country, zone, languages, status, created_at)
  SELECT gen_random_uuid(), 'bench-' || n, 'Bench', 'Bench', 'blank', 'DE', 'UTC', '{{en}}', 'open', now()
  FROM generate_series(1, {count}) AS n;
INSERT INTO flow (tenant_id, id, name) SELECT id, id, 'main' FROM tenant;
INSERT INTO flow_version (tenant_id, id, flow_id, number, status, document, created_at)
  SELECT id, id, id, 1, 'published', '{flow}'::jsonb, now() FROM tenant;
INSERT INTO line (tenant_id, id, name, flow_id) SELECT id, id, 'Main', id FROM tenant;
INSERT INTO team (tenant_id, id, key, name) SELECT id, id, 'main', 'Main' FROM tenant;
INSERT INTO profile (tenant_id, id, texts, theme, defaults)
  SELECT id, id, '{{}}', '{{}}', '{{"wrap_up_seconds": 0}}' FROM tenant;
INSERT INTO form_version (tenant_id, id, key, number, document, created_at)
  SELECT id, id, 'contact', 1, '{form}'::jsonb, now() FROM tenant;
INSERT INTO member (tenant_id, id, account_id, name, role, languages, skills, created_at)
  SELECT id, id, id, 'Ann', 'operator', '{{en}}', '{{}}', now() FROM tenant;
INSERT INTO team_member (tenant_id, id, team_id, member_id, place) SELECT id, id, id, id, 0 FROM tenant;
INSERT INTO call (tenant_id, id, line_id, flow_version_id, channel, token_hash, language, state, phase, ring, priority,
                  started_at, ended_at, outcome, microphone, simulated)
  SELECT id, gen_random_uuid(), id, id, 'web', '', 'en', '{{}}', 'ended', '{{}}', 0,
         now() - n * interval '1 hour', now() - n * interval '1 hour', 'answered', true, false
  FROM tenant, generate_series(1, {past}) AS n;
ANALYZE;
"""

FORM = (
    '{"version":1,"fields":[{"name":"topic","type":"text","label":{"en":"Topic","zh-Hans":"主题"}},'
    '{"name":"notes","type":"longtext","label":{"en":"Notes","zh-Hans":"记录"},"sensitive":true}]}'
)


@dataclass(frozen=True)
class Ground:
    """The pair, and the tenants that live on it. A tenant's line, flow, team and one member share its id."""

    pair: Throwaway
    tenants: list[UUID]


@asynccontextmanager
async def ground(count: int) -> AsyncIterator[Ground]:
    """So many tenants with two hundred past calls each, this process being set up as a web process is."""
    async with throwaway() as pair:
        with TemporaryDirectory(prefix="hark-bench-") as folder:
            keys = Path(folder) / "keys"
            keys.mkdir()
            (keys / "master.key").write_bytes(os.urandom(32))
            os.environ |= {
                "HARK_DATA_DIR": folder,
                "HARK_DATABASE_URL": pair.endpoints.database_url,
                "HARK_REDIS_URL": pair.endpoints.redis_url,
            }
            settings.cache_clear()
            engine.cache_clear()
            await asyncio.to_thread(migrations.upgrade, pair.endpoints.database_url)
            await warm()
            await hub.start()
            try:
                yield Ground(pair, await _fill(pair, count))
            finally:
                await hub.stop()
                await engine().dispose()


async def _fill(pair: Throwaway, count: int) -> list[UUID]:
    flow = json.dumps(dump(sample())).replace("'", "''")
    await pair.psql(FILL.format(count=count, flow=flow, form=FORM, past=PAST_CALLS), "hark")
    async with unit_of_work() as session:
        tenants = list(await session.exec(select(Tenant.id)))
    for tenant in tenants:
        with tenant_scope(tenant):
            async with unit_of_work() as session:
                await create_key(session)
    return tenants
