"""Telephones in numbers: sipp calls and is called, and its own record says when each message was on the wire."""

import asyncio
import os
import shutil
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

SDP = """v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000"""
HOLD_MS = 400
"""How long a caller stays once somebody, or something, has answered."""

CALLER = f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="caller">
<send retrans="500"><![CDATA[
INVITE sip:[field0]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:[field1]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:[field0]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:[field1]@[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

{SDP}
]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="200" timeout="5000"/>
<send><![CDATA[
ACK sip:[field0]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:[field1]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:[field0]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Content-Length: 0

]]></send>
<pause milliseconds="{HOLD_MS}"/>
<send retrans="500"><![CDATA[
BYE sip:[field0]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:[field1]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:[field0]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Content-Length: 0

]]></send>
<recv response="200" timeout="5000"/>
</scenario>
"""
ANSWER = "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]t[call_number]\n[last_Call-ID:]\n[last_CSeq:]"
CALLED = f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="called">
<recv request="INVITE"/>
<send retrans="500"><![CDATA[
SIP/2.0 200 OK
{ANSWER}
Contact: <sip:[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

{SDP}
]]></send>
<recv request="ACK"/>
<recv request="BYE" timeout="30000"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
</scenario>
"""


@dataclass(frozen=True)
class Invite:
    """One INVITE: the number it asked for, and when it was on the wire, in seconds since the epoch."""

    number: str
    at: float


class Sipp:
    """One sipp. It ends with the block that it is used in."""

    def __init__(self, folder: Path, scenario: str, own: tuple[str, int], peer: tuple[str, int]) -> None:
        self._folder, self._own, self._peer = folder, own, peer
        self._scenario = folder / "scenario.xml"
        folder.mkdir()
        self._scenario.write_text(scenario)
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, *arguments: str) -> None:
        """Begin to play; `arguments` are sipp's own."""
        program = shutil.which("sipp")
        assert program, "asked before"
        host, port = self._own
        self._process = await asyncio.create_subprocess_exec(
            program, f"{self._peer[0]}:{self._peer[1]}", "-sf", str(self._scenario), "-i", host, "-p", str(port),
            "-nostdin", "-l", "2000", "-trace_shortmsg", "-shortmessage_file", str(self._folder / "messages"),
            *arguments, cwd=self._folder, env=os.environ | {"TERM": "dumb"},
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip

    async def done(self, within: float) -> int:
        """Its exit code: 0 when every call was played to its end. One that takes longer is ended, and counts as 1."""
        assert self._process
        try:
            async with asyncio.timeout(within):
                return await self._process.wait()
        except TimeoutError:
            await self.end()
            return 1

    async def end(self) -> None:
        """End it, if it hasn't."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def invites(self) -> list[Invite]:
        """Every INVITE that it sent or got, each once however often it was said again, in order."""
        found: dict[str, Invite] = {}
        path = self._folder / "messages"
        for line in path.read_text(errors="replace").splitlines() if path.exists() else ():
            _day, _time, moment, _way, call, _cseq, first = line.split("\t")
            if first.startswith("INVITE sip:"):
                number = first.removeprefix("INVITE sip:").partition("@")[0].removeprefix("+")
                found.setdefault(call, Invite(number, float(moment)))
        return list(found.values())


def waits(sent: Iterable[Invite], came: Sequence[Invite], within: float = 4.0) -> tuple[list[float], int]:
    """Seconds from each caller's INVITE to the one at the telephone of that number, and how many never came there."""
    arrived: dict[str, deque[float]] = defaultdict(deque)
    for invite in came:
        arrived[invite.number].append(invite.at)
    took, lost = [], 0
    for invite in sent:
        times = arrived[invite.number]
        while times and times[0] < invite.at:
            times.popleft()
        if times and times[0] - invite.at < within:
            took.append(times.popleft() - invite.at)
        else:
            lost += 1
    return took, lost
