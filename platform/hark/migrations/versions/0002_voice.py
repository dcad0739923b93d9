"""Views through which a switch reads the accounts of those who answer, and nothing else."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

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


def upgrade() -> None:
    """Make the views, and let the switch's role read them where it exists."""
    for statement in VIEWS.split(";"):
        if statement.strip():
            op.execute(statement)
    op.execute(GRANTS)


def downgrade() -> None:
    """Take them away again."""
    op.execute("DROP SCHEMA voice CASCADE")
