"""What `hark voice` sets Asterisk up with: the settings, and where operators' accounts are."""

from urllib.parse import unquote, urlsplit

from infra.services.account import service_account
from infra.services.home import ensure, own_folder, socket_folder
from infra.services.voice.instance import Database, Instance, Ports
from infra.services.voice.program import Program
from infra.settings import SettingError, settings


def instance(name: str, program: Program) -> Instance:
    """This installation's Asterisk of that name. Raises SettingError."""
    chosen = settings()
    first, last = map(int, chosen.rtp_ports.split("-"))
    if not first < last <= 65535:
        raise SettingError(f"HARK_RTP_PORTS is {chosen.rtp_ports!r}: must be the first and the last of some ports")
    return Instance(
        name=name,
        folder=chosen.data_dir / "voice" / name,
        program=program,
        ports=Ports(sip=chosen.sip_port, ari=chosen.ari_port, rtp=(first, last), https=chosen.wss_port),
        sip_host=chosen.sip_host,
        public_address=chosen.sip_public,
        certificate=chosen.sip_certificate,
        key=chosen.sip_key,
        database=own_database() or named_database(),
        fallback=chosen.voice_fallback,
        entrance=bool(chosen.twiml),
    )


def own_database() -> Database | None:
    """Hark's own, inside the data folder, if it has one."""
    if settings().database_url:
        return None
    place = ensure(settings().data_dir) / "services"
    return Database(host=str(socket_folder(own_folder(place, service_account(place)))))


def named_database() -> Database | None:
    """The one that HARK_VOICE_DATABASE_URL names, if it names one."""
    if not settings().voice_database_url:
        return None
    parts = urlsplit(settings().voice_database_url or "")
    return Database(
        host=parts.hostname or "localhost",
        port=parts.port or 5432,
        name=parts.path.lstrip("/") or "hark",
        user=unquote(parts.username or "hark_voice"),
        password=unquote(parts.password or ""),
    )
