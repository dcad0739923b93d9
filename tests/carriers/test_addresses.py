"""Which SIP addresses are rung: those of people at somebody's switch, no way to dear numbers or into our network."""

import pytest

from infra.carriers.addresses import Refused, may_ring


@pytest.mark.parametrize(
    ("typed", "rung"),
    [
        ("201@pbx.example.org", "sip:201@pbx.example.org"),
        ("sip:ann.lee@PBX.Example.org:5080", "sip:ann.lee@pbx.example.org:5080"),
        (" SIP:101@198.41.0.4 ", "sip:101@198.41.0.4"),
        ("+442079460018@pbx.example.org", "sip:+442079460018@pbx.example.org"),
    ],
)
def test_an_address_is_written_as_companies_take_it(typed: str, rung: str) -> None:
    assert may_ring(typed, "GB") == rung


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "form"),
        ("201", "form"),
        ("201@pbx", "form"),
        ("201@pbx.example.org;transport=tls", "form"),
        ("201@pbx.example.org?X-Order=1", "form"),
        ("a%40b@pbx.example.org", "form"),
        ("201@pbx.example.org:70000", "form"),
        ("201@pbx.example.org\nTo: x", "form"),
        ("201@10.0.0.4", "private"),
        ("201@127.0.0.1", "private"),
        ("201@169.254.169.254", "private"),
        ("+442079460018@ours.pstn.twilio.com", "company"),
        ("201@sip.telnyx.com", "company"),
        ("201@example.signalwire.com", "company"),
        ("999@pbx.example.org", "number"),
        ("+449098790000@pbx.example.org", "number"),
        ("+88216000000@pbx.example.org", "number"),
    ],
)
def test_what_is_never_rung(typed: str, why: str) -> None:
    assert may_ring(typed, "GB") == Refused(why)  # type: ignore[arg-type]  # one of its words
