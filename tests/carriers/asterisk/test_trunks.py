"""Trunks are pushed when we connect and when they change, and what may be rung through them is spelt out."""

import pytest

from infra.carriers.asterisk import trunks
from infra.carriers.asterisk.trunks import Trunk, endpoint, endpoint_name, parts
from infra.carriers.protocol import Resync
from tests.carriers.asterisk.fake_ari import FakeAri
from tests.carriers.asterisk.heard import Heard

PLAIN = Trunk(name="plain", host="sip.example.org", match=("192.0.2.1", "192.0.2.0/28"))
LOGIN = Trunk(
    name="login", host="sip.example.org", port=5070, username="me", password="secret", register=True,
    proxy="sip:proxy.example.org;lr", from_domain="example.org", codecs=("g722", "alaw"),
)  # fmt: skip


async def test_trunks_are_there_after_we_connect_and_go_when_they_are_gone(heard: Heard) -> None:
    heard.trunks = [PLAIN, LOGIN]
    async with FakeAri().running() as fake:
        fake.endpoints = {"o-anna": "online"}
        async with heard.of(fake.node()) as voice:
            await heard.until(Resync)
            await fake.until(lambda: ("registration", "trunk-login") in fake.objects)
            assert fake.objects["identify", "trunk-plain"]["match"] == "192.0.2.1,192.0.2.0/28"
            assert ("auth", "trunk-plain") not in fake.objects
            kinds = [path.split("/")[4] for path in fake.asked("PUT") if path.endswith("trunk-login")]
            assert kinds == ["auth", "aor", "endpoint", "identify", "registration"]
            before = len(fake.asked("PUT"))
            await voice.refresh("one")
            assert len(fake.asked("PUT")) == before  # what is as it should be is left alone
            heard.trunks = [PLAIN]
            await voice.refresh("one")
            assert {name for _, name in fake.objects} == {"trunk-plain"}
            assert set(fake.endpoints) == {"o-anna", "trunk-plain"}


async def test_a_trunk_that_no_longer_logs_in_loses_its_login(heard: Heard) -> None:
    heard.trunks = [LOGIN]
    async with FakeAri().running() as fake, heard.of(fake.node()) as voice:
        await heard.until(Resync)
        await fake.until(lambda: ("registration", "trunk-login") in fake.objects)
        heard.trunks = [Trunk(name="login", host="sip.example.org")]
        await voice.refresh("one")
        assert {kind for kind, _ in fake.objects} == {"aor", "endpoint", "identify"}


async def test_a_name_that_leads_inside_by_now_is_left_out(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    leads: dict[str, list[str]] = {"sip.example.org": ["9.9.9.9"], "later.example.org": ["9.9.9.9"]}

    async def look_up(host: str, _port: int) -> list[str]:
        if host not in leads:
            raise OSError(host)
        return leads[host]

    monkeypatch.setattr(trunks, "addresses", look_up)
    heard.trunks = [Trunk(name=host[:5], host=host, public=True) for host in (*leads, "127.0.0.1", "no.example.org")]
    leads["127.0.0.1"] = ["127.0.0.1"]
    async with FakeAri().running() as fake, heard.of(fake.node()) as voice:
        await heard.until(Resync)
        await fake.until(lambda: ("identify", "trunk-later") in fake.objects)
        assert set(fake.endpoints) == {"trunk-sip.e", "trunk-later"}
        leads["sip.example.org"] = ["9.9.9.9", "10.0.0.7"]
        del leads["later.example.org"]
        await voice.refresh("one")
        assert set(fake.endpoints) == {"trunk-later"}, "a name server that is silent for a moment ends no trunk"


def test_the_sound_of_a_trunk_over_tls_is_encrypted_too() -> None:
    assert parts(Trunk(name="t", host="sip.example.org", transport="tls"))["endpoint"]["media_encryption"] == "sdes"
    assert "media_encryption" not in parts(PLAIN)["endpoint"]


def test_what_a_trunk_is_made_of() -> None:
    made = parts(LOGIN)
    assert made["auth"]["password"] == "secret"
    assert made["aor"]["contact"] == "sip:sip.example.org:5070"
    assert (
        made["endpoint"] | {"allow": "g722,alaw", "context": "from-trunk", "outbound_auth": "trunk-login"}
        == (made["endpoint"])
    )
    assert made["registration"]["client_uri"] == "sip:me@example.org"
    assert "secret" not in repr(LOGIN)


@pytest.mark.parametrize(
    ("to", "where", "name"),
    [
        ("number:+442079460000", "PJSIP/+442079460000@trunk-main", "trunk-main"),
        ("number:+442079460000@uk", "PJSIP/+442079460000@trunk-uk", "trunk-uk"),
        ("member:o-anna", "PJSIP/o-anna", "o-anna"),
        ("sip:anna@desk.example.org", "PJSIP/trunk-main/sip:anna@desk.example.org", "trunk-main"),
        ("sip:anna@desk.example.org@uk", "PJSIP/trunk-uk/sip:anna@desk.example.org", "trunk-uk"),
        ("number:", "", ""),
        ("number:+44 20", "", ""),
        ("number:+442079460000@uk&PJSIP/x", "", ""),
        ("member:a/b", "", ""),
        ("sip:a,b@c", "", ""),
        ("local:1@incoming", "", ""),
        ("", "", ""),
    ],
)
def test_only_numbers_members_and_addresses_are_rung(to: str, where: str, name: str) -> None:
    assert endpoint(to, "main") == where
    assert endpoint_name(where) == name


def test_without_a_trunk_no_number_is_rung() -> None:
    assert endpoint("number:+442079460000") == ""
