"""Asks an Asterisk whether it serves: by ARI, and by a SIP request over UDP as a trunk would send it."""

import asyncio
import base64
import secrets
import socket
from contextlib import suppress

from infra.services.trouble import CannotStartError
from infra.services.voice.instance import Coordinates, Instance

PATIENCE = 3.0
"""Seconds that an Asterisk which answers ARI may take to answer SIP."""


async def answers_ari(found: Coordinates, timeout: float = 2.0) -> bool:  # noqa: ASYNC109  # the caller's word, passed on
    """Whether the Asterisk there knows our password and says pong."""
    host, _, path = found.ari.removeprefix("http://").partition("/")
    name, _, port = host.rpartition(":")
    key = base64.b64encode(f"{found.user}:{found.password}".encode()).decode()
    request = f"GET /{path}/asterisk/ping HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {key}\r\n\r\n"
    with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection(name, int(port))
            try:
                writer.write(request.encode())
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    return False


async def answers_sip(address: tuple[str, int], timeout: float = 1.0) -> bool:  # noqa: ASYNC109  # as above
    """Whether somebody answers OPTIONS there over UDP; that a stranger is refused is an answer."""
    loop = asyncio.get_running_loop()
    heard: asyncio.Future[bytes] = loop.create_future()
    tag = secrets.token_hex(8)

    class Ear(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, _: object) -> None:
            if tag.encode() in data and not heard.done():
                heard.set_result(data)

    transport, _ = await loop.create_datagram_endpoint(Ear, remote_addr=address)
    try:
        host, port = transport.get_extra_info("sockname")[:2]
        transport.sendto(_options(address, f"{host}:{port}", tag))
        return (await asyncio.wait_for(heard, timeout)).startswith(b"SIP/2.0 ")
    except (TimeoutError, OSError):
        return False
    finally:
        transport.close()


def _options(address: tuple[str, int], own: str, tag: str) -> bytes:
    lines = (
        f"OPTIONS sip:{address[0]}:{address[1]} SIP/2.0",
        f"Via: SIP/2.0/UDP {own};branch=z9hG4bK{tag};rport",
        "Max-Forwards: 1",
        f"From: <sip:{own}>;tag={tag}",
        f"To: <sip:{address[0]}:{address[1]}>",
        f"Call-ID: {tag}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:{own}>",
        "Content-Length: 0",
    )
    return "\r\n".join((*lines, "", "")).encode()


async def serves(instance: Instance) -> None:
    """Return once it answers ARI and SIP.

    Raises CannotStartError when it speaks ARI but not SIP: Asterisk itself goes on without a word when it can't have
    its port.
    """
    found = instance.coordinates()
    while not await answers_ari(found):
        await asyncio.sleep(0.05)
    try:
        async with asyncio.timeout(PATIENCE):
            while not await answers_sip((instance.sip_host, instance.ports.sip), 0.3):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise _taken("UDP", "SIP_PORT", instance.ports.sip) from None


def free(instance: Instance) -> None:
    """See that its ports are to be had. Raises CannotStartError that names the setting to change."""
    wanted = (
        ("UDP", "SIP_PORT", socket.SOCK_DGRAM, instance.sip_host, instance.ports.sip),
        ("TCP", "SIP_PORT", socket.SOCK_STREAM, instance.sip_host, instance.ports.sip),
        ("TCP", "SIP_PORT", socket.SOCK_STREAM, instance.sip_host, instance.ports.tls),
        ("TCP", "ARI_PORT", socket.SOCK_STREAM, instance.ari_host, instance.ports.ari),
        ("TCP", "WSS_PORT", socket.SOCK_STREAM, instance.sip_host, instance.ports.https),  # 0: there is always one free
    )
    for kind, setting, type_, host, port in wanted:
        with socket.socket(socket.AF_INET, type_) as door:
            if type_ == socket.SOCK_STREAM:
                door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((host, port))
            except OSError as error:
                raise _taken(kind, setting, port, error) from error


def _taken(kind: str, setting: str, port: int, error: OSError | None = None) -> CannotStartError:
    why = f"can't be had ({error.strerror})" if error and error.errno != 98 else "is taken by another program"
    return CannotStartError(
        f"Asterisk's {kind} port {port} {why}: stop that, or choose another port, as in HARK_{setting}={port + 10}."
    )
