"""SIP trunks, pushed into an Asterisk that keeps them in memory only, and the endpoints that legs are rung at."""

import asyncio
import hashlib
import json
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from infra.carriers.asterisk.ari import Answer, Ari, answered
from infra.carriers.options import addresses, public

log = logging.getLogger(__name__)
PREFIX = "trunk-"
KINDS = ("auth", "aor", "endpoint", "identify", "registration")
"""In the order in which they may refer to each other."""
NUMBER = re.compile(r"\+?[0-9]{2,15}")
NAME = re.compile(r"[A-Za-z0-9_.-]+")
ADDRESS = re.compile(r"sips?:[A-Za-z0-9_.!~*'()%+-]+@[A-Za-z0-9.:\[\]-]+(;transport=(udp|tcp|tls|ws|wss))?")


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """A way to and from the telephone network.

    `name`: letters, digits, `_.-`. `match`: addresses or networks that its calls come from; unset, its host.
    `register`: we tell it where we are, for a trunk that finds us by our login. `proxy`: a SIP address to send
    everything through. `transport`: udp, tcp or tls; over tls the sound is encrypted too (SRTP, its keys in the SDP),
    and nothing else is taken. `check`: every how many seconds it is asked whether it is there; 0 for never. `public`:
    where its name leads is looked up before it is pushed, and it is left out where that is inside a private network.
    """

    name: str
    host: str
    port: int = 5060
    username: str = ""
    password: str = field(default="", repr=False)
    register: bool = False
    match: tuple[str, ...] = ()
    proxy: str = ""
    from_domain: str = ""
    codecs: tuple[str, ...] = ("alaw", "ulaw")
    transport: str = "udp"
    check: int = 60
    public: bool = False


def endpoint(to: str, trunk: str = "") -> str:
    """Where Asterisk rings for the `to` of a `Ring`: `number:+44…@<trunk>` (or the trunk given), `member:<name>`,
    `sip:<user>@<host>@<trunk>` likewise. Empty for what is no such thing: nothing else reaches a dial string."""
    kind, _, rest = to.partition(":")
    if kind == "member":
        return f"PJSIP/{rest}" if NAME.fullmatch(rest) else ""
    what, at, named = rest.rpartition("@") if rest.count("@") > (kind == "sip") else (rest, "", "")
    through = named if at else trunk
    if not NAME.fullmatch(through):
        return ""
    if kind == "number" and NUMBER.fullmatch(what):
        return f"PJSIP/{what}@{PREFIX}{through}"
    if kind == "sip" and ADDRESS.fullmatch(f"sip:{what}"):
        return f"PJSIP/{PREFIX}{through}/sip:{what}"
    return ""


def endpoint_name(where: str) -> str:
    """Whose endpoint that is."""
    return where.removeprefix("PJSIP/").partition("/")[0].rpartition("@")[2]


async def push(ari: Ari, trunks: Iterable[Trunk]) -> bool:
    """Make these the trunks of an Asterisk: what is missing or different is made anew, what is of ours and not among
    them is removed, all others are left alone. What it refuses is left out, and said so in the log. Returns whether
    that was all: those whose names lead nowhere at this moment stay as they are, for another time."""
    named = {PREFIX + trunk.name: trunk for trunk in trunks}
    found = dict(zip(named, await asyncio.gather(*map(_may_be_reached, named.values())), strict=True))
    wanted = {name: parts(trunk) for name, trunk in named.items() if found[name]}
    unclear = {name for name, may in found.items() if may is None}
    listed = await ari.ask("GET", "endpoints/PJSIP")
    there = {name for found in _rows(listed) if (name := found["resource"]).startswith(PREFIX)}
    for name in sorted(there - wanted.keys() - unclear):
        await remove(ari, name)
    asked = {name: await ari.send("GET", _path("endpoint", name)) for name in wanted}
    for name, made in wanted.items():
        marked = [row["value"] for row in _rows(await answered(asked[name])) if row["attribute"] == "set_var"]
        if made["endpoint"]["set_var"] not in marked:
            await _make(ari, name, made)
    return not unclear


async def _may_be_reached(trunk: Trunk) -> bool | None:
    """Whether it may; None while its name leads nowhere. A name is looked up anew each time: it may lead elsewhere than
    when it was typed."""
    if not trunk.public:
        return True
    try:
        if public(await addresses(trunk.host, trunk.port)):
            return True
    except OSError:
        log.warning("the name of trunk %s leads nowhere", trunk.name)
        return None
    log.warning("trunk %s leads into a private network and is left out; see HARK_PRIVATE_TRUNKS", trunk.name)
    return False


async def _make(ari: Ari, name: str, made: dict[str, dict[str, str]]) -> None:
    """Anew, for an Asterisk that changes an endpoint forgets its callers' numbers, and never lets go of an address."""
    await remove(ari, name)
    sent = {
        kind: await ari.send("PUT", _path(kind, name), {"fields": _fields(made[kind])})
        for kind in KINDS
        if kind in made
    }
    for kind, waiting in sent.items():
        if not (answer := await answered(waiting)).ok:
            log.warning("%s refused the %s of %s with %s", ari.node.name, kind, name, answer.status)


async def remove(ari: Ari, name: str) -> None:
    """Forget one, whose endpoint has this name."""
    sent = [await ari.send("DELETE", _path(kind, name)) for kind in reversed(KINDS)]
    await asyncio.gather(*(answered(waiting) for waiting in sent))


def _rows(answer: Answer) -> list[dict[str, str]]:
    return answer.body if answer.ok and isinstance(answer.body, list) else []


def parts(trunk: Trunk) -> dict[str, dict[str, str]]:
    """The objects of Asterisk that make up a trunk, by kind: each an attribute's name and value."""
    name, host = PREFIX + trunk.name, f"sip:{trunk.host}:{trunk.port}"
    transport = "" if trunk.transport == "udp" else f";transport={trunk.transport}"
    found = {
        # OPTIONS every minute: a trunk that is dead is known before anybody is rung through it
        "aor": {"contact": host + transport, "qualify_frequency": str(trunk.check), "qualify_timeout": "3"},
        "endpoint": {
            "aors": name,
            "transport": trunk.transport,
            "context": "from-trunk",
            "disallow": "all",
            "allow": ",".join(trunk.codecs),
            "identify_by": "ip",
            "direct_media": "no",
            "dtmf_mode": "auto_info",
            "rtp_symmetric": "yes",
            "force_rport": "yes",
            "rewrite_contact": "yes",
            "rtp_timeout": "60",
            "rtp_timeout_hold": "3600",
            "trust_id_inbound": "yes",
            "send_pai": "no",
            "send_rpid": "no",
        },
        "identify": {"endpoint": name, "match": ",".join(trunk.match or (trunk.host,))},
    }
    if trunk.transport == "tls":
        found["endpoint"]["media_encryption"] = "sdes"
    if trunk.from_domain:
        found["endpoint"]["from_domain"] = trunk.from_domain
    if trunk.proxy:
        found["endpoint"]["outbound_proxy"] = trunk.proxy
    if trunk.username:
        found["auth"] = {"auth_type": "userpass", "username": trunk.username, "password": trunk.password}
        found["endpoint"]["outbound_auth"] = name
    if trunk.register:
        found["registration"] = {
            "server_uri": host + transport,
            "client_uri": f"sip:{trunk.username}@{trunk.from_domain or trunk.host}",
            "contact_user": trunk.username,
            "transport": trunk.transport,
            "endpoint": name,
            "line": "yes",
            "expiration": "600",
            "retry_interval": "30",
            "forbidden_retry_interval": "300",
            "max_retries": "100000",
            "max_random_initial_delay": "0",
            **({"outbound_auth": name} if trunk.username else {}),
            **({"outbound_proxy": trunk.proxy} if trunk.proxy else {}),
        }
    mark = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:16]
    found["endpoint"]["set_var"] = f"HARK_TRUNK={mark}"  # tells on the next connection whether it is still this
    return found


def _path(kind: str, name: str) -> str:
    return f"asterisk/config/dynamic/res_pjsip/{kind}/{quote(name, safe='')}"


def _fields(attributes: dict[str, str]) -> list[dict[str, str]]:
    return [{"attribute": name, "value": value} for name, value in attributes.items()]
