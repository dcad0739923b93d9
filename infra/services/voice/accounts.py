"""Who may read operators' SIP accounts: Asterisk, as a role that may read nothing else.

The app keeps a row for each console session or desk phone in `sip_account`, under row-level security like any other.
Asterisk asks for three kinds of object by name; each is a view of schema `voice` (made by a migration) that spells the
settings out and leaves out what has expired, so that a credential ends by itself. Names are never digits alone: a
caller's number would be taken for one of them.
"""

import asyncpg

from infra.services.voice.instance import Database

ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hark_voice') THEN
    CREATE ROLE hark_voice LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
END $$;
"""

GRANTS = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hark_voice') AND to_regclass('voice.ps_endpoints') IS NOT NULL THEN
    GRANT USAGE ON SCHEMA voice TO hark_voice;
    GRANT SELECT ON voice.ps_endpoints, voice.ps_auths, voice.ps_aors, public.sip_account TO hark_voice;
    IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = 'sip_account'::regclass AND polname = 'voice') THEN
      CREATE POLICY voice ON public.sip_account FOR SELECT TO hark_voice USING (true);
    END IF;
  END IF;
END $$;
"""
"""Harmless wherever the role or the views are missing. A migration says it, and `hark voice` again on Hark's own
database, whose owner may not make roles."""


ALLOWED = "SELECT coalesce(has_table_privilege('hark_voice', to_regclass('voice.ps_endpoints'), 'SELECT'), false)"


async def allow(database: Database) -> bool:
    """Let Asterisk read accounts in Hark's own database, as its superuser; False while that isn't there yet, or old."""
    try:
        connection = await asyncpg.connect(
            host=database.host, port=database.port, database=database.name, user="postgres"
        )
    except (OSError, asyncpg.PostgresError):
        return False
    try:
        await connection.execute(ROLE + GRANTS)
        allowed: bool = await connection.fetchval(ALLOWED)
        return allowed
    finally:
        await connection.close()
