"""Accounts come from one variable, and no error ever shows what is in it."""

import json

import pytest

from infra.settings import SettingError, Settings, settings

GOOD = {"name": "main", "vendor": "twilio", "account": "AC1", "token": "s3cret"}


@pytest.fixture(autouse=True)
def afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are read anew, and those of the run come back afterwards."""
    monkeypatch.setattr("tests.carriers.twiml.test_accounts.settings", settings.__wrapped__)


def test_several_accounts_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"name": "sw", "vendor": "signalwire", "account": "p", "token": "t", "signing": "k", "space": "x.example"}
    monkeypatch.setenv("HARK_TWIML", json.dumps([GOOD, more]))
    first, second = settings().twiml
    assert (first.vendor, first.token.get_secret_value(), second.space) == ("twilio", "s3cret", "x.example")
    assert "s3cret" not in repr(Settings())


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ('[{"name": "s3cret', "HARK_TWIML: must be a JSON list of accounts"),
        (json.dumps([GOOD | {"vendor": "s3cret"}]), "HARK_TWIML: input should be 'twilio', 'signalwire' or 'telnyx'"),
        (json.dumps([GOOD | {"vendor": "telnyx"}]), "HARK_TWIML: the telnyx account 'main' needs 'signing'"),
        (json.dumps([GOOD, GOOD]), "two accounts in HARK_TWIML have the same name"),
        (json.dumps([GOOD | {"fallback": "s3cret"}]), "HARK_TWIML: must be http://… or https://…"),
    ],
)
def test_what_cant_be_used_is_named_without_its_secrets(monkeypatch: pytest.MonkeyPatch, value: str, says: str) -> None:
    monkeypatch.setenv("HARK_TWIML", value)
    with pytest.raises(SettingError) as no:
        settings()
    assert str(no.value) == says
    assert "s3cret" not in str(no.value)
