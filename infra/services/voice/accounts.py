"""Operators' SIP accounts as Asterisk reads them: views over Hark's own table, for a role that may read nothing else.

The table `sip_account` is the app's: one row for each console session or desk phone, under row-level security like any
other. Asterisk asks for three kinds of object by name; each is a view that spells the settings out. What has expired is
in none of them, so a credential ends by itself. Names are never digits alone: a caller's number would be taken for one.
"""

import asyncpg

from infra.services.voice.instance import Database

TABLE = """
CREATE TABLE sip_account (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  username text NOT NULL UNIQUE CHECK (username ~ '^[a-z][a-z0-9-]{7,63}$'),
  secret text NOT NULL CHECK (secret ~ '^[0-9a-f]{32}$'),
  browser boolean NOT NULL,
  expires_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
ALTER TABLE sip_account ENABLE ROW LEVEL SECURITY;
ALTER TABLE sip_account FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sip_account
  USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
"""
"""The least that the views need. `secret` is the hex MD5 of "<username>:hark:<password>", all that a switch needs."""

VIEWS = """
CREATE SCHEMA voice;
CREATE VIEW voice.ps_endpoints WITH (security_invoker) AS SELECT
  username AS id, username AS aors, username AS auth, 'operators' AS context, 'all' AS disallow,
  CASE WHEN browser THEN 'opus,ulaw,alaw' ELSE 'g722,alaw,ulaw,opus' END AS allow,
  CASE WHEN browser THEN 'yes' ELSE 'no' END AS webrtc,
  'no' AS direct_media, 'auto_info' AS dtmf_mode, 'yes' AS rtp_symmetric, 'yes' AS force_rport,
  'yes' AS rewrite_contact, '30' AS rtp_timeout, '3600' AS rtp_timeout_hold, 'no' AS allow_transfer,
  'no' AS allow_subscribe, 'no' AS send_pai, 'no' AS send_rpid, 'no' AS trust_id_inbound
  FROM public.sip_account WHERE expires_at IS NULL OR expires_at > now();
CREATE VIEW voice.ps_auths WITH (security_invoker) AS SELECT
  username AS id, username, 'md5' AS auth_type, secret AS md5_cred, 'hark' AS realm
  FROM public.sip_account WHERE expires_at IS NULL OR expires_at > now();
CREATE VIEW voice.ps_aors WITH (security_invoker) AS SELECT
  username AS id, '1' AS max_contacts, 'yes' AS remove_existing, '60' AS minimum_expiration,
  '120' AS default_expiration, '300' AS maximum_expiration,
  CASE WHEN browser THEN '0' ELSE '30' END AS qualify_frequency
  FROM public.sip_account WHERE expires_at IS NULL OR expires_at > now();
"""

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


async def allow(database: Database) -> bool:
    """Let Asterisk read accounts in Hark's own database, as its superuser; False while that can't be reached yet."""
    try:
        connection = await asyncpg.connect(
            host=database.host, port=database.port, database=database.name, user="postgres"
        )
    except (OSError, asyncpg.PostgresError):
        return False
    try:
        await connection.execute(ROLE + GRANTS)
    finally:
        await connection.close()
    return True
