"""Over TLS with a certificate of our own: trunks that call us there, their sound encrypted too, and browsers."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import websockets
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra.carriers.asterisk.trunks import Trunk, parts
from infra.clock import now
from infra.services.trouble import CannotStartError
from tests.voice.asterisk import Asterisk, ports, running
from tests.voice.sipp import CARRIER, free_port

NAME = "switch.example.org"
PASSWORD = b"secret"


def certificate(folder: Path, password: bytes = b"") -> tuple[Path, Path]:
    """One for our name, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    sealed = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    found = folder / "certificate.pem", folder / "key.pem"
    found[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    found[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed)
    )  # fmt: skip
    found[1].chmod(0o600)  # it may be readable by root alone
    return found


@pytest.fixture(scope="module")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Asterisk, ssl.SSLContext]]:
    """An Asterisk with a certificate and a company that calls over TLS, and who trusts that and nothing else."""
    shown, key = certificate(tmp_path_factory.mktemp("tls"))
    async with running(certificate=shown, key=key, ports=replace(ports(), https=free_port())) as started:
        made = parts(Trunk(name="company", host=CARRIER, transport="tls", codecs=("ulaw",), check=0))
        for kind in ("aor", "endpoint", "identify"):
            await started.push(kind, "trunk-company", **made[kind])
        yield started, ssl.create_default_context(cafile=str(shown))


def invite(number: str, *sdp: str) -> bytes:
    """A company calls, with these lines about its sound."""
    body = "\r\n".join(("v=0", f"o=- 1 1 IN IP4 {CARRIER}", "s=-", f"c=IN IP4 {CARRIER}", "t=0 0", *sdp, ""))
    head = (
        f"INVITE sip:{number}@{NAME} SIP/2.0",
        f"Via: SIP/2.0/TLS {CARRIER}:40000;branch=z9hG4bK{uuid4().hex};rport",
        "Max-Forwards: 70",
        f"From: <sip:4479@{CARRIER}>;tag=one",
        f"To: <sip:{number}@{NAME}>",
        f"Call-ID: {uuid4().hex}",
        "CSeq: 1 INVITE",
        f"Contact: <sip:4479@{CARRIER}:40000;transport=tls>",
        "Content-Type: application/sdp",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*head, "", body)).encode()


@pytest.mark.parametrize(
    ("sdp", "status"),
    [
        (("m=audio 40002 RTP/SAVP 0", f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{'A' * 40}"), 200),
        (("m=audio 40002 RTP/AVP 0",), 488),
    ],
)
async def test_a_company_calls_over_tls_and_the_sound_is_encrypted_or_nothing(
    secured: tuple[Asterisk, ssl.SSLContext], sdp: tuple[str, ...], status: int
) -> None:
    asterisk, trusting = secured
    reading, writing = await asyncio.open_connection(
        asterisk.sip[0], asterisk.switch.instance.ports.tls, ssl=trusting, server_hostname=NAME, local_addr=(CARRIER, 0)
    )
    writing.write(invite("4420", *sdp))
    said = ""
    async with asyncio.timeout(10):
        while not re.search(rf"SIP/2.0 {status} [\s\S]*?\r\n\r\n", said):
            said += (await reading.read(4096)).decode()
        while status == 200 and "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" not in said:
            said += (await reading.read(4096)).decode()
    assert status != 200 or "RTP/SAVP 0" in said
    writing.close()
    for channel in await asterisk.channels():
        await asterisk.ari("DELETE", f"/channels/{channel['id']}")


async def test_a_browser_reaches_the_websocket_over_tls(secured: tuple[Asterisk, ssl.SSLContext]) -> None:
    asterisk, trusting = secured
    port = asterisk.switch.instance.ports.https
    async with websockets.connect(
        f"wss://{asterisk.sip[0]}:{port}/ws", ssl=trusting, server_hostname=NAME,
        subprotocols=[websockets.Subprotocol("sip")],
    ) as socket:  # fmt: skip
        assert socket.subprotocol == "sip"


async def test_a_certificate_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path) -> None:
    shown, key = certificate(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "sealed").mkdir()
    sealed = dict(zip(("certificate", "key"), certificate(tmp_path / "sealed", PASSWORD), strict=True))
    for given, why in (
        ({"certificate": tmp_path / "none.pem", "key": key}, "HARK_SIP_CERTIFICATE: .*none.pem can't be read: No such"),
        ({"certificate": shown}, "set HARK_SIP_KEY as well"),
        ({"certificate": shown, "key": certificate(tmp_path / "other")[1]}, "must be a certificate and its own key"),
        (sealed, "without a password"),
        ({"ports": replace(ports(), https=free_port())}, "HARK_WSS_PORT wants a certificate"),
    ):
        with pytest.raises(CannotStartError, match=why):
            async with running(**given):
                pass
