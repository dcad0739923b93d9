"""What telephones do, as sipp's scenarios: one that calls on a trunk, one that is called, one that signs in."""

from tests.voice.sipp import pause, send, xml

SDP = (
    "v=0", "o=- 1 1 IN IP4 [local_ip]", "s=-", "c=IN IP4 [local_ip]", "t=0 0", "m=audio [ear] RTP/AVP 0 101",
    "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-11", "a=ptime:20", "a=sendrecv",
)  # fmt: skip
WITH_SDP = ("Content-Type: application/sdp", "Content-Length: [len]", "", *SDP)
NO_BODY = ("Content-Length: 0",)
PROVISIONAL = tuple(f'<recv response="{code}" optional="true"/>' for code in (100, 180, 183))
CONTACT = "Contact: <sip:[caller]@[local_ip]:[local_port];transport=[transport]>"
ANSWERING = ("[last_Via:]", "[last_From:]", "[last_To:];tag=[pid]SIPp[call_number]", "[last_Call-ID:]", "[last_CSeq:]")
AGAIN = ("[last_Via:]", "[last_From:]", "[last_To:]", "[last_Call-ID:]", "[last_CSeq:]")


def request(method: str, number: int, *more: str, to_tag: str = "[peer_tag_param]") -> str:
    """A request of a caller's, with this CSeq."""
    return send(
        f"{method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0",
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport",
        "Max-Forwards: 70",
        'From: "Caller" <sip:[caller]@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]',
        f"To: <sip:[service]@[remote_ip]:[remote_port]>{to_tag}",
        "Call-ID: [call_id]",
        f"CSeq: {number} {method}",
        CONTACT,
        *(more or NO_BODY),
        more='retrans="500"' if method != "ACK" else "",
    )


def call() -> tuple[str, ...]:
    """Dial and be answered."""
    return (
        request("INVITE", 1, *WITH_SDP, to_tag=""),
        *PROVISIONAL,
        '<recv response="200" rtd="true"/>',
        request("ACK", 1),
    )


def caller(stays: float | None = None) -> str:
    """Calls, is answered, hangs up after `stays` seconds; without, waits until the other side does."""
    if stays is None:
        return xml(*call(), *hung_up())
    return xml(*call(), pause(stays), request("BYE", 2), '<recv response="200"/>')


def caller_who_gives_up(after: float) -> str:
    """Calls, hears it ring, and hangs up unanswered."""
    cancel = send(
        "CANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0",
        "[last_Via:]",
        "Max-Forwards: 70",
        "[last_From:]",
        "To: <sip:[service]@[remote_ip]:[remote_port]>",
        "[last_Call-ID:]",
        "CSeq: 1 CANCEL",
        *NO_BODY,
    )
    rings = tuple(f'<recv response="{code}" optional="true"/>' for code in (180, 183))
    return xml(
        request("INVITE", 1, *WITH_SDP, to_tag=""), '<recv response="100"/>', *rings, pause(after), cancel,
        '<recv response="200"/>', '<recv response="487"/>', request("ACK", 1),
    )  # fmt: skip


def caller_refused(status: int) -> str:
    """Calls and is refused with this status."""
    return xml(
        request("INVITE", 1, *WITH_SDP, to_tag=""), *PROVISIONAL, f'<recv response="{status}"/>', request("ACK", 1)
    )


def info_keys(keys: str, stays: float = 1.0) -> str:
    """Calls, is answered, presses keys by SIP INFO half a second apart, hangs up."""
    body = "Content-Type: application/dtmf-relay", "Content-Length: [len]", ""
    steps = []
    for number, key in enumerate(keys, 2):
        steps += [pause(0.5), request("INFO", number, *body, f"Signal={key}", "Duration=160"), '<recv response="200"/>']
    return xml(*call(), *steps, pause(stays), request("BYE", len(keys) + 2), '<recv response="200"/>')


def is_called(*steps: str) -> str:
    """A telephone that does this when it is called, and is done; whoever asks whether it is there hears that it is."""
    return xml(
        '<recv request="OPTIONS" optional="true" next="asked"/>',
        *steps,
        '<nop next="done"><action><exec int_cmd="stop_gracefully"/></action></nop>',
        '<label id="asked"/>',
        send("SIP/2.0 200 OK", *ANSWERING, CONTACT, *NO_BODY),
        '<label id="done"/>',
        "<nop/>",
    )


def telephone_that_takes_info(keys: int) -> str:
    """Is called and answers, but knows no keys in its sound: it is told of so many by SIP INFO, and then is hung up."""
    told = ('<recv request="INFO" crlf="true"/>', send("SIP/2.0 200 OK", *AGAIN, *NO_BODY))
    without = tuple(line.replace(" 0 101", " 0") for line in WITH_SDP if ":101 " not in line)
    return is_called(*picks_up(0.2, without), '<Reference variables="them,us"/>', *told * keys, *hung_up())


def telephone(rings: float = 0.2, stays: float | None = None) -> str:
    """Is called, rings, answers; hangs up after `stays` seconds, or waits until the other side does."""
    answered = picks_up(rings, WITH_SDP)
    if stays is None:
        return is_called(*answered, '<Reference variables="them,us"/>', *hung_up())
    bye = send(
        "BYE [next_url] SIP/2.0",
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
        "Max-Forwards: 70",
        "From: [$us]",
        "To: [$them]",
        "Call-ID: [call_id]",
        "CSeq: 1 BYE",
        *NO_BODY,
        more='retrans="500"',
    )
    return is_called(*answered, pause(stays), bye, '<recv response="200"/>')


def picks_up(rings: float, sdp: tuple[str, ...]) -> tuple[str, ...]:
    """Ring so long, and answer with this."""
    return (
        '<recv request="INVITE" rrs="true"/>',
        send("SIP/2.0 180 Ringing", *ANSWERING, CONTACT, *NO_BODY),
        pause(rings),
        send("SIP/2.0 200 OK", *ANSWERING, CONTACT, *sdp, more='retrans="500"'),
        '<recv request="ACK">'
        '<action><ereg regexp=".*" search_in="hdr" header="From:" assign_to="them"/>'
        '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="us"/></action></recv>',
    )


def telephone_that_says(status: int, reason: str, rings: float = 0.0) -> str:
    """Is called and refuses: 486 Busy Here, 603 Decline, 480 Temporarily Unavailable…"""
    return is_called(
        '<recv request="INVITE" crlf="true"/>',
        send("SIP/2.0 180 Ringing", *ANSWERING, CONTACT, *NO_BODY),
        pause(rings),
        send(f"SIP/2.0 {status} {reason}", *ANSWERING, *NO_BODY),
        '<recv request="ACK"/>',
    )


def telephone_that_rings() -> str:
    """Is called and rings until the other side gives up."""
    return is_called(
        '<recv request="INVITE" crlf="true"/>',
        send("SIP/2.0 180 Ringing", *ANSWERING, CONTACT, *NO_BODY),
        '<recv request="CANCEL" crlf="true"/>',
        send("SIP/2.0 200 OK", *AGAIN, *NO_BODY),
        send(
            "SIP/2.0 487 Request Terminated", "[last_Via:]", "[last_From:]", "[last_To:];tag=[pid]SIPp[call_number]",
            "[last_Call-ID:]", "CSeq: [cseq] INVITE", *NO_BODY,
        ),
        '<recv request="ACK"/>',
    )  # fmt: skip


def hung_up() -> tuple[str, ...]:
    """The other side hangs up."""
    return '<recv request="BYE" crlf="true" timeout="60000"/>', send("SIP/2.0 200 OK", *AGAIN, *NO_BODY)


def registers(expires: int = 120) -> str:
    """Signs in as the account that it was started with, and is accepted."""

    def register(number: int, *more: str) -> str:
        return send(
            "REGISTER sip:[remote_ip]:[remote_port] SIP/2.0",
            "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport",
            "Max-Forwards: 70",
            "From: <sip:[account]@[remote_ip]>;tag=[pid]SIPp[call_number]",
            "To: <sip:[account]@[remote_ip]>",
            "Call-ID: [call_id]",
            f"CSeq: {number} REGISTER",
            "Contact: <sip:[account]@[local_ip]:[local_port]>",
            *more,
            f"Expires: {expires}",
            *NO_BODY,
            more='retrans="500"',
        )

    return xml(
        register(1),
        '<recv response="401" auth="true"/>',
        register(2, "[authentication]"),
        '<recv response="200"/>',
    )
