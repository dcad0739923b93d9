"""Asterisk's configuration, written anew at each start into the folder of one instance; nothing global is touched."""

import math
import re
import resource
import ssl
import struct
import wave
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra.services.trouble import CannotStartError
from infra.services.voice.instance import REALM, Instance

TEMPLATES = Path(__file__).parent
EMPTY = {
    "": ("acl", "ccss", "chan_websocket", "pjproject", "stasis", "udptl", "websocket_client"),
    "[general]\n": ("cdr", "cel", "cli", "codecs", "features", "manager", "queues", "res_http_media_cache", "sounds"),
}
"""Asterisk complains at length, or refuses a module, where one of these files is missing; with what each must hold."""
CERTIFICATES = (Path("/etc/ssl/certs/ca-certificates.crt"), Path("/etc/pki/tls/certs/ca-bundle.crt"))
"""Whom this system trusts; without it there is no TLS to a trunk."""
MAXFILES = 65536

_environment = Environment(
    loader=FileSystemLoader([TEMPLATES / "switch", TEMPLATES / "calls"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701  # not a page
)


def write(instance: Instance, run: Path, into: Path | None = None) -> Path:
    """Write every file of the configuration; `run` holds Asterisk's sockets. Returns the folder with asterisk.conf.

    `into` is where the instance's folder lies while we write, for an Asterisk that will find it elsewhere.
    Raises CannotStartError for a folder whose name would mean something else in there, and for a certificate that can't
    be used.
    """
    folder = instance.folder
    if not re.fullmatch(r"[\w/. -]+", f"{folder}{run}", re.ASCII):
        raise CannotStartError(f"Asterisk can't work in {folder}: set HARK_DATA_DIR to plain letters and digits.")
    etc = (into or folder) / "etc"
    for part in ("etc", "lib/keys", "spool/fallback", "spool/recording", "spool/tmp", "cache", "log", "sounds/hold"):
        (into or folder).joinpath(part).mkdir(parents=True, exist_ok=True)
    secured = _lay_out_certificate(instance, etc)
    values = {
        **{name: getattr(instance, name) for name in instance.__dataclass_fields__},
        "password": replace(instance, folder=into or folder).password,
        "voicemail": instance.voicemail,
        "local_address": instance.local_address,
        "realm": REALM,
        "etc": folder / "etc",
        "secured": secured,
        "https_port": instance.ports.https,
        "run": run,
        "sip_port": instance.ports.sip,
        "tls_port": instance.ports.tls,
        "certificates": next((path for path in CERTIFICATES if path.exists()), None),
        "ari_port": instance.ports.ari,
        "rtp_first": instance.ports.rtp[0],
        "rtp_last": instance.ports.rtp[1],
        "maxfiles": _most_files(),
    }
    texts = {name: _environment.get_template(name).render(values) for name in _environment.list_templates(["conf"])}
    for text, names in EMPTY.items():
        texts |= {f"{name}.conf": f"; Nothing is set here, but Asterisk wants the file.\n{text}" for name in names}
    for name, text in texts.items():
        (etc / name).touch(mode=0o600)
        (etc / name).write_text(text)
    hold = (into or folder) / "sounds/hold/hold.wav"
    if not hold.exists():
        _write_hold_sound(hold)
    return etc


def _lay_out_certificate(instance: Instance, etc: Path) -> bool:
    """Copy it to where Asterisk may read it, whoever that runs as; whether there is one."""
    given = (instance.certificate, instance.key)
    copies = (etc / "certificate.pem", etc / "key.pem")
    for copy in copies:
        copy.unlink(missing_ok=True)
    if given == (None, None):
        if instance.ports.https:
            raise CannotStartError("HARK_WSS_PORT wants a certificate: set HARK_SIP_CERTIFICATE and HARK_SIP_KEY.")
        return False
    for name, path, copy in zip(("HARK_SIP_CERTIFICATE", "HARK_SIP_KEY"), given, copies, strict=True):
        if path is None:
            raise CannotStartError(f"A certificate is of no use without its key: set {name} as well.")
        try:
            text = path.read_bytes()
        except OSError as trouble:
            raise CannotStartError(f"{name}: {path} can't be read: {trouble.strerror}.") from None
        copy.touch(mode=0o600)
        copy.write_bytes(text)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*copies, password=_no_password)
    except (ssl.SSLError, ValueError):
        raise CannotStartError(
            f"{given[0]} and {given[1]} can't be used: they must be a certificate and its own key, as PEM, "
            "the key without a password."
        ) from None
    return True


def _no_password() -> str:
    """Asked for only where there is one; nobody is there who could type it."""
    raise ValueError


def _most_files() -> int:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return MAXFILES if hard == resource.RLIM_INFINITY else min(MAXFILES, hard)


def _write_hold_sound(path: Path) -> None:
    """Two soft notes every six seconds: whoever waits hears that the line lives, and can still think."""
    rate = 8000
    notes = ((0.0, 523.25), (0.9, 659.25))

    def note(frequency: float, second: float) -> float:
        swell = min(1.0, second * 40) * math.exp(-2.2 * second) if second >= 0 else 0.0
        return math.sin(2 * math.pi * frequency * second) * swell

    def at(second: float) -> float:
        return sum(note(frequency, second - begin) for begin, frequency in notes)

    samples = [int(3500 * at(index / rate)) for index in range(6 * rate)]
    beside = path.with_suffix(".new")
    with wave.open(str(beside), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    beside.rename(path)
