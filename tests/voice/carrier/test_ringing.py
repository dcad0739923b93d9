"""Ringing people over a real Asterisk: who answers, who doesn't and why, and what they may see."""

import asyncio

import pytest

from infra.carriers.asterisk.trunks import Trunk
from infra.carriers.protocol import Answered, Digit, HangUp, Heard, Over, Play, Resync, Ring, Ringing
from tests.voice import scenarios
from tests.voice.carrier.conftest import NUMBER, OPERATORS, Stage, Words
from tests.voice.sipp import Sipp, address, free_port


async def test_a_telephone_rings_and_is_answered(stage: Stage) -> None:
    phone = await stage.operator("op")
    [invite] = [message for message in phone.messages() if message.startswith("INVITE")]
    assert invite.startswith("INVITE sip:+442079460999@")
    assert f"<sip:{NUMBER}@" in invite  # ours is shown
    assert [type(signal) for signal in stage.heard.signals if not isinstance(signal, Resync)] == [Ringing, Answered]
    await stage.tell(HangUp("op", "h"))
    assert await stage.heard.until(Over) == Over("op", "gone")
    assert (await phone.done()).code == 0


@pytest.mark.parametrize(
    ("status", "words", "why"),
    [
        (486, "Busy Here", "busy"),
        (600, "Busy Everywhere", "busy"),
        (603, "Decline", "rejected"),
        (403, "Forbidden", "rejected"),
        (480, "Temporarily Unavailable", "no_answer"),
        (408, "Request Timeout", "no_answer"),
        (404, "Not Found", "unreachable"),
        (484, "Address Incomplete", "invalid"),
        (500, "Server Error", "unreachable"),
        (503, "Service Unavailable", "unreachable"),
        (488, "Not Acceptable Here", "unreachable"),
    ],
)
async def test_a_telephone_that_refuses_says_why(stage: Stage, status: int, words: str, why: str) -> None:
    await stage.telephone("op", scenarios.telephone_that_says(status, words))
    assert (await stage.heard.until(Over)).reason == why
    assert stage.heard.count(Answered) == 0


async def test_nobody_answers_in_time(stage: Stage) -> None:
    phone = await stage.telephone("op", scenarios.telephone_that_rings(), seconds=1)
    assert await stage.heard.until(Over) == Over("op", "no_answer")
    outcome = await phone.done()
    assert outcome.code == 0
    assert "CANCEL" in outcome.requests


async def test_who_is_called_off_while_it_rings_stops_ringing(stage: Stage) -> None:
    phone = await stage.telephone("op", scenarios.telephone_that_rings(), seconds=20)
    await stage.heard.until(Ringing)
    await stage.tell(HangUp("op", "h"))
    assert await stage.heard.until(Over) == Over("op", "gone")
    assert (await phone.done()).code == 0


async def test_a_member_who_is_not_signed_in_is_unregistered(stage: Stage) -> None:
    await stage.tell(Ring("none", "r", "member:o-nobody", NUMBER, 5))
    assert await stage.heard.until(Over) == Over("none", "unregistered")
    await stage.asterisk.push("aor", "o-away", max_contacts="1")
    await stage.asterisk.push("endpoint", "o-away", aors="o-away", disallow="all", allow="ulaw", context="operators")
    await stage.tell(Ring("away", "r", "member:o-away", NUMBER, 5))
    assert await stage.heard.until(Over, ref="away") == Over("away", "unregistered")


async def test_a_dead_target_is_unanswered_and_once_known_to_be_dead_unreachable(stage: Stage) -> None:
    port = free_port(OPERATORS)
    stage.heard.trunks.append(Trunk(name="dead", host=OPERATORS, port=port))
    await stage.voice.refresh(stage.asterisk.at.name)
    await stage.tell(Ring("first", "r", "number:+442079460999@dead", NUMBER, 1))
    assert await stage.heard.until(Over, ref="first", within=3) == Over("first", "no_answer")
    asks = {"qualify_frequency": "1", "qualify_timeout": "0.5"}  # rather than once a minute
    await stage.asterisk.push("aor", "trunk-dead", contact=f"sip:{OPERATORS}:{port}", **asks)
    await asyncio.sleep(2.5)
    await stage.tell(Ring("second", "r", "number:+442079460999@dead", NUMBER, 5))
    assert await stage.heard.until(Over, ref="second", within=2) == Over("second", "unreachable")


async def test_one_malformed_number_fails_alone(stage: Stage) -> None:
    await stage.tell(Ring("bad", "r", "number:+44 (0)20&PJSIP/x@company", NUMBER, 5))
    phone = await stage.operator("good")
    assert await stage.heard.until(Over) == Over("bad", "invalid")
    assert stage.heard.count(Over, ref="good") == 0
    await stage.tell(HangUp("good", "h"))
    await phone.done()


async def test_a_trunk_that_nobody_knows_is_unreachable(stage: Stage) -> None:
    await stage.tell(Ring("op", "r", "number:+442079460999@nowhere", NUMBER, 5))
    assert await stage.heard.until(Over) == Over("op", "unreachable")


async def test_ringing_again_under_the_same_name_rings_nobody_twice(stage: Stage) -> None:
    phone = await stage.telephone("op", scenarios.telephone_that_rings())
    await stage.heard.until(Ringing)
    await stage.tell(Ring("op", "another id", "number:+442079460999@op", NUMBER, 10))
    await asyncio.sleep(0.3)
    assert len([message for message in phone.messages() if message.startswith("INVITE")]) == 1
    assert len(await stage.asterisk.channels()) == 1


async def test_who_is_rung_on_their_mobile_is_asked_and_confirms(stage: Stage, words: Words) -> None:
    phone = await stage.operator("op")
    await stage.tell(Play("op", "confirm", (words(3.0),), keys="1"))
    await phone.sound.until_heard(0.4)
    await phone.sound.press("1")
    assert await stage.heard.until(Digit) == Digit("op", "1")
    await stage.heard.until(Heard, id="confirm")
    assert phone.sound.heard < 2


async def test_a_trunk_logs_in_and_calls_in_over_its_login(stage: Stage) -> None:
    company = await Sipp.start(registrar(), to=stage.asterisk.sip, host=address(4))
    stage.heard.trunks.append(
        Trunk(
            name="login", host=address(4), port=company.address[1], username="hotline", password="secret",
            register=True,
        )
    )  # fmt: skip
    await stage.voice.refresh(stage.asterisk.at.name)
    outcome = await company.done()
    assert outcome.code == 0, outcome.complaints
    assert outcome.requests == ["REGISTER", "REGISTER"]
    assert 'username="hotline"' in outcome.messages[-2]
    assert "secret" not in "".join(outcome.messages)


def registrar() -> str:
    """A telephone company that wants a login."""
    from_us = ("[last_Via:]", "[last_From:]", "[last_To:];tag=1", "[last_Call-ID:]", "[last_CSeq:]")
    challenge = 'WWW-Authenticate: Digest realm="company", nonce="abc", algorithm=MD5, qop="auth"'
    return scenarios.xml(
        '<recv request="REGISTER"/>',
        scenarios.send("SIP/2.0 401 Unauthorized", *from_us, challenge, *scenarios.NO_BODY),
        '<recv request="REGISTER"/>',
        scenarios.send("SIP/2.0 200 OK", *from_us, "[last_Contact:]", "Expires: 600", *scenarios.NO_BODY),
    )
