"""Asks a SIP server whether it is there: one OPTIONS request (RFC 3261, section 11), and what it answers."""

import asyncio
import ipaddress
import re
import secrets
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from infra.settings import settings

Transport = Literal["udp", "tcp", "tls"]
PATIENCE = 4.0
"""Seconds for the whole question; over UDP it is asked again within them."""
ASKED_AGAIN = (0.5, 1.0, 2.5)
_STATUS = re.compile(rb"SIP/2\.0 ([1-6][0-9]{2}) ([^\r\n]{0,80})")


@dataclass(frozen=True, slots=True)
class Asked:
    """How it went. `up`: it answered, whatever it said (`status`, such as 200 or 403). Otherwise `why` says what kept
    us: its name leads nowhere, it leads into a private network, nobody answered, the connection was refused."""

    up: bool
    status: int = 0
    why: Literal["", "no_such_name", "private", "silent", "refused"] = ""


async def ask(host: str, port: int, transport: Transport = "udp") -> Asked:
    """Ask the server at this name or address. Addresses that aren't public are left alone unless HARK_PRIVATE_TRUNKS
    says otherwise: what a stranger types must not probe the network that we stand in."""
    try:
        found = await addresses(host, port)
    except OSError:
        return Asked(up=False, why="no_such_name")
    if not settings().private_trunks and not public(found):
        return Asked(up=False, why="private")
    address = found[0]
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await (_by_datagram if transport == "udp" else _by_stream)(host, address, port, transport)
    except ConnectionRefusedError:
        return Asked(up=False, why="refused")
    except (TimeoutError, OSError):
        return Asked(up=False, why="silent")
    said = _STATUS.search(answer)
    return Asked(up=True, status=int(said[1])) if said else Asked(up=False, why="silent")


async def addresses(host: str, port: int) -> list[str]:
    """Where a name leads at this moment; an address leads to itself. Raises OSError where it leads nowhere."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise OSError("no name can be written like that") from None
    return [str(each[4][0]) for each in found]


def public(found: Iterable[str]) -> bool:
    """Whether all these addresses belong to everybody's network; one that leads inside is enough to probe it."""
    return all(ipaddress.ip_address(address.partition("%")[0]).is_global for address in found)


def _request(host: str, transport: str, ours: tuple[str, int]) -> bytes:
    us = f"[{ours[0]}]:{ours[1]}" if ":" in ours[0] else f"{ours[0]}:{ours[1]}"
    lines = [
        f"OPTIONS sip:{host} SIP/2.0",
        f"Via: SIP/2.0/{transport.upper()} {us};branch=z9hG4bK{secrets.token_hex(8)};rport",
        "Max-Forwards: 70",
        f"From: <sip:hark@{us}>;tag={secrets.token_hex(4)}",
        f"To: <sip:{host}>",
        f"Call-ID: {secrets.token_hex(12)}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:hark@{us}>",
        "Accept: application/sdp",
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class _Ear(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, _address: object) -> None:
        if not self.heard.done():
            self.heard.set_result(data)

    def error_received(self, error: Exception) -> None:
        if not self.heard.done():
            self.heard.set_exception(error)


async def _by_datagram(host: str, address: str, port: int, transport: str) -> bytes:
    way, ear = await asyncio.get_running_loop().create_datagram_endpoint(_Ear, remote_addr=(address, port))
    try:
        asking = _request(host, transport, way.get_extra_info("sockname")[:2])
        for pause in ASKED_AGAIN:
            way.sendto(asking)
            done, _ = await asyncio.wait([ear.heard], timeout=pause)
            if done:
                return ear.heard.result()
        raise TimeoutError
    finally:
        way.close()


async def _by_stream(host: str, address: str, port: int, transport: str) -> bytes:
    """Certificates aren't checked here: this only asks whether somebody is there."""
    secured = None
    if transport == "tls":
        secured = ssl.create_default_context()
        secured.check_hostname, secured.verify_mode = False, ssl.CERT_NONE
    named = host if secured else None
    reading, writing = await asyncio.open_connection(address, port, ssl=secured, server_hostname=named)
    try:
        writing.write(_request(host, transport, writing.get_extra_info("sockname")[:2]))
        await writing.drain()
        return await reading.readuntil(b"\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return b""
    finally:
        writing.close()
