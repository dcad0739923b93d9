"""One Asterisk of ours: its folder, its addresses, and the small file by which other processes find it."""

import ipaddress
import json
import os
import secrets
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from infra.services.voice.program import Program

REALM = "hark"
"""What operators' passwords are hashed with: HA1 is md5("<username>:hark:<password>")."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """Where Asterisk reads operators' accounts. `host` may be the folder of a unix socket."""

    host: str
    port: int = 5432
    name: str = "hark"
    user: str = "hark_voice"
    password: str = ""


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where it listens: SIP over UDP and TCP, ARI and websockets over HTTP and, unless that is 0, over HTTPS, media
    over UDP (both ends included)."""

    sip: int = 5060
    ari: int = 8088
    rtp: tuple[int, int] = (10000, 10199)
    https: int = 0

    @property
    def tls(self) -> int:
        """The port beside SIP's, as 5061 is beside 5060."""
        return self.sip + 1


@dataclass(frozen=True, kw_only=True)
class Instance:
    """How one Asterisk is set up. Addresses are numbers; times are seconds.

    `untaken` is how long a new call may wait for our app before the fallback answers, `cap` how long any call may last.
    `fallback` is whom the fallback rings first, in the words of Asterisk's Dial, as in "PJSIP/duty". `entrance`:
    telephone companies may bring calls to operators' accounts. `certificate` and `key`: PEM files, which are copied.
    """

    name: str
    folder: Path
    program: Program
    ports: Ports = field(default_factory=Ports)
    sip_host: str = "127.0.0.1"
    ari_host: str = "127.0.0.1"
    public_address: str | None = None
    certificate: Path | None = None
    key: Path | None = None
    app: str = "hark"
    user: str = "hark"
    database: Database | None = None
    fallback: str = ""
    fallback_rings: int = 20
    untaken: int = 10
    cap: int = 4 * 3600
    message_length: int = 180
    message_silence: int = 10
    entrance: bool = False

    @property
    def voicemail(self) -> Path:
        """Where the fallback leaves messages: <dialled>_<caller>_<unix seconds>_<channel's unique id>.wav."""
        return self.folder / "spool/fallback"

    @property
    def password(self) -> str:
        """ARI's password: made once for each folder."""
        path = self.folder / "password"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(24))
        return path.read_text()

    @property
    def local_address(self) -> str:
        """Its address as this machine has it: of several, the one that leads outside."""
        if self.sip_host != "0.0.0.0":  # noqa: S104  # compared only
            return self.sip_host
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line, suppress(OSError):
            line.connect(("192.0.2.1", 9))  # nothing is sent
            address: str = line.getsockname()[0]
            return address
        return "127.0.0.1"

    def coordinates(self) -> "Coordinates":
        """How the app reaches it."""
        http = f"{self.ari_host}:{self.ports.ari}"
        sip = f"{self.public_address or self.local_address}:{self.ports.sip}"
        seen = bool(self.public_address) or ipaddress.ip_address(self.local_address).is_global
        return Coordinates(
            name=self.name,
            version=self.program.version,
            app=self.app,
            ari=f"http://{http}/ari",
            user=self.user,
            password=self.password,
            ws=f"ws://{http}/ws",
            sip=sip,
            realm=REALM,
            cap=self.cap,
            folder=str(self.folder),
            voicemail=str(self.voicemail),
            entrance=sip if self.entrance and seen else "",
        )


@dataclass(frozen=True, kw_only=True)
class Coordinates:
    """What the app knows of a running Asterisk: where it speaks ARI and SIP, where it leaves messages, and where
    telephone companies find its entrance, "" where they can't."""

    name: str
    version: str
    app: str
    ari: str
    user: str
    password: str
    ws: str
    sip: str
    realm: str
    cap: int
    folder: str
    voicemail: str
    entrance: str = ""


def publish(data_dir: Path, found: Coordinates) -> Path:
    """Write the file by which the app finds it, whole or not at all; only this user may read it."""
    path = data_dir / "voice" / f"{found.name}.json"
    beside = path.with_suffix(f".{os.getpid()}.new")
    beside.touch(mode=0o600)
    beside.write_text(json.dumps(asdict(found), indent=1))
    beside.rename(path)
    return path


def published(data_dir: Path) -> list[Coordinates]:
    """Every Asterisk that was published on this machine and not withdrawn, by name; a killed one may be among them."""
    files = sorted((data_dir / "voice").glob("*.json"))
    return [Coordinates(**json.loads(file.read_text())) for file in files]
