"""Which Asterisks the app is to talk to: those that run beside it, and those that the settings name."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from infra.services.voice.instance import REALM, Coordinates, published
from infra.settings import SettingError

CAP = 4 * 3600


def asterisks(data_dir: Path, configured: str) -> list[Coordinates]:
    """Every one of them. Raises SettingError for an address in HARK_ASTERISK that can't be used."""
    return [*published(data_dir), *(from_url(url) for url in configured.split())]


def from_url(url: str) -> Coordinates:
    """What an address in HARK_ASTERISK says: http://user:password@host:8088/ari?app=hark&sip=host:5060&ws=wss://host/ws."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not (parts.hostname and parts.username and parts.password):
        raise SettingError("HARK_ASTERISK: each address must be like http://user:password@host:8088/ari")
    more = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = parts.netloc.rpartition("@")[2]
    return Coordinates(
        name=more.get("name", host),
        version="",
        app=more.get("app", "hark"),
        ari=f"{parts.scheme}://{host}{parts.path.rstrip('/') or '/ari'}",
        user=unquote(parts.username),
        password=unquote(parts.password),
        ws=more.get("ws", f"{'wss' if parts.scheme == 'https' else 'ws'}://{host}/ws"),
        sip=more.get("sip", f"{parts.hostname}:5060"),
        realm=more.get("realm", REALM),
        cap=CAP,
        folder="",
        voicemail="",
        entrance=more.get("entrance", ""),
    )


def entrance(data_dir: Path, configured: str) -> str:
    """The address (host:port) at which other carriers find our operators' accounts; "" where they can't."""
    return next((each.entrance for each in asterisks(data_dir, configured) if each.entrance), "")
