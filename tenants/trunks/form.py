"""A trunk's form: read as it was typed, and checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import phonenumbers

from tenants.problems import _
from tenants.trunks.models import Trunk

MODES = ("register", "address")
TRANSPORTS = ("udp", "tcp", "tls")
CODECS = ("opus", "g722", "alaw", "ulaw", "g729")
"""What our switch speaks, the best sound first."""
USUAL = ("alaw", "ulaw")
PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
_HOST = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)
_ADDRESS6 = re.compile(r"[0-9a-f:]{2,39}", re.IGNORECASE)
_PLAIN = re.compile(r"[!-~]{1,100}")
_QUOTED = set('"<>@;,\\ ')


@dataclass(slots=True)
class TrunkForm:
    """What the page shows and takes back. `password` is only ever what was typed just now."""

    name: str = ""
    mode: str = "register"
    host: str = ""
    port: str = ""
    transport: str = "udp"
    username: str = ""
    password: str = ""
    country: str = ""
    codecs: list[str] = field(default_factory=lambda: list(USUAL))


def shown(trunk: Trunk) -> TrunkForm:
    """The form of a trunk as it is, without its password."""
    return TrunkForm(
        trunk.name, trunk.mode, trunk.host, str(trunk.port), trunk.transport, trunk.username, "", trunk.country,
        list(trunk.codecs),
    )  # fmt: skip


def read(sent: Mapping[str, Any], codecs: list[str]) -> TrunkForm:
    """The form as it was sent; `codecs` are the boxes that were ticked."""

    def said(name: str) -> str:
        return str(sent.get(name) or "").strip()[:300]

    return TrunkForm(
        said("name"), said("mode"), said("host").rstrip("."), said("port"), said("transport"), said("username"),
        said("password"), said("country").upper(), [each for each in CODECS if each in codecs],
    )  # fmt: skip


def check(form: TrunkForm, *, has_password: bool) -> dict[str, str]:
    """Field → what is wrong, as ids of translations."""
    wrong = {}
    if not 0 < len(form.name) <= 60:
        wrong["name"] = _("Give it a name of up to 60 characters, such as the company's.")
    if form.mode not in MODES:
        wrong["mode"] = _("Choose one of the two.")
    if not (_HOST.fullmatch(form.host) or (":" in form.host and _ADDRESS6.fullmatch(form.host))):
        wrong["host"] = _("Write a server's name or address, such as sip.example.org, without sip: before it.")
    if form.port and not (form.port.isascii() and form.port.isdigit() and 0 < int(form.port) < 65536):
        wrong["port"] = _("A port is a number from 1 to 65535. Leave it empty for the usual one.")
    if form.transport not in TRANSPORTS:
        wrong["transport"] = _("Choose one of the three.")
    if form.country and form.country not in phonenumbers.SUPPORTED_REGIONS:
        wrong["country"] = _("Choose a country.")
    if not form.codecs:
        wrong["codecs"] = _("Choose at least one; most companies speak the two that were chosen.")
    return wrong | _check_name(form, has_password=has_password)


def _check_name(form: TrunkForm, *, has_password: bool) -> dict[str, str]:
    if form.mode != "register":
        return {}
    wrong = {}
    if not _PLAIN.fullmatch(form.username) or _QUOTED & set(form.username):
        wrong["username"] = _("Write the user name that the company gave you, without spaces or an @.")
    if not form.password and not has_password:
        wrong["password"] = _("Write the password that the company gave you.")
    elif form.password and not _PLAIN.fullmatch(form.password):
        wrong["password"] = _("A password here is up to 100 Latin letters, digits and signs, without spaces.")
    return wrong


def port_of(form: TrunkForm) -> int:
    """The port that was written, else the usual one."""
    return int(form.port) if form.port else PORTS[form.transport]
