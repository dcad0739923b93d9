"""Every setting of an installation: read once from HARK_… variables (or `.env` beside them), all checked."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

_PARENT = Path(__file__).resolve().parents[1]
ENGINES = _PARENT / "infra" / "speech" / "engines"
HOME = _PARENT if (_PARENT / "pyproject.toml").exists() else Path.cwd()
"""The checkout; for an installed wheel, the folder Hark is started in."""


class SettingError(Exception):
    """A setting can't be used as it is; the message is one line that names it and says what it takes."""


def _one_of(*starts: str) -> AfterValidator:
    """The value is one of these words, or begins with one of those that end in a colon or slashes."""

    def check(value: str) -> str:
        if any(value.startswith(start) if start.endswith((":", "/")) else value == start for start in starts):
            return value
        raise ValueError("must be " + " or ".join(s + "…" if s.endswith((":", "/")) else s for s in starts))

    return AfterValidator(check)


def _engine(name: str) -> str:
    """The name of an engine that speaks."""
    known = sorted(path.stem for path in ENGINES.glob("[a-z]*.py"))
    if name not in known:
        raise ValueError("must be " + " or ".join(known))
    return name


def _from_json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError('must be JSON, such as {"en": "Amy"}') from None


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


class TwimlAccount(BaseModel):
    """An account with a telephone company that speaks Twilio's dialect. Its name stands in the addresses that the
    company calls, so it must stay once numbers point at it."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")
    vendor: Literal["twilio", "signalwire", "telnyx"]
    account: str = Field(min_length=1)
    """Twilio's Account SID, SignalWire's project id, Telnyx's account id."""
    token: SecretStr
    """What our requests show: an auth token, an API token, an API key."""
    signing: SecretStr | None = None
    """What theirs are checked with: SignalWire's signing key, Telnyx's public key; Twilio's is the token."""
    space: str = Field(default="", pattern=r"^[A-Za-z0-9.-]*$")
    """SignalWire's space: example.signalwire.com."""
    application: str = ""
    """Telnyx: the TeXML application that calls and numbers belong to."""
    fallback: Annotated[str, _one_of("http://", "https://")] | None = None
    """A document kept elsewhere that takes a caller's message while this installation can't be reached."""
    trunk: str = ""
    """What calls are handed to at the company that are to come by SIP instead, led to our own Asterisk there: Twilio's
    Elastic SIP Trunk (TK…), Telnyx's SIP connection."""
    api: Annotated[str, _one_of("http://", "https://")] | None = None
    """Another address of the vendor's API: a region's, or a stand-in's."""

    @model_validator(mode="after")
    def _vendor_has_all(self) -> Self:
        needs = {"signalwire": ("signing", "space"), "telnyx": ("signing", "application")}
        for missing in (name for name in needs.get(self.vendor, ()) if not getattr(self, name)):
            raise ValueError(f"the {self.vendor} account {self.name!r} needs {missing!r}")
        if self.trunk and self.vendor == "signalwire":
            raise ValueError(f"the signalwire account {self.name!r} can't hand its numbers to a 'trunk'")
        return self


class Settings(BaseSettings):
    """What may be set. Unset, everything runs on this machine alone and nothing leaves it."""

    model_config = SettingsConfigDict(env_prefix="HARK_", env_file=HOME / ".env", env_ignore_empty=True, extra="ignore")

    data_dir: Annotated[Path, AfterValidator(_absolute)] = HOME / "var"
    """Where everything that must survive is kept: database, Redis, keys, files."""
    database_url: Annotated[str, _one_of("postgresql+asyncpg://")] | None = None
    """Your own PostgreSQL; unset, Hark runs one inside `data_dir`."""
    redis_url: Annotated[str, _one_of("redis://", "rediss://", "unix://")] | None = None
    """Your own Redis; unset, Hark runs one inside `data_dir`."""
    pool_size: int = Field(default=8, ge=1, le=100)
    """Connections that a process keeps to the database; under load it opens up to as many again."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    base_url: Annotated[str, _one_of("http://", "https://")] = Field(
        default_factory=lambda data: f"http://localhost:{data.get('port')}"
    )
    """How people reach this installation, as it stands in links."""

    kms_key: str | None = None
    """The AWS KMS key that wraps the tenants' keys; unset, a key file in `data_dir` does."""
    storage: Annotated[str, _one_of("disk", "s3://")] = "disk"
    mail: Annotated[str, _one_of("local", "ses", "smtp://", "smtps://")] = "local"
    """`local` keeps mail on this installation's own /outbox page."""
    mail_from: str = "Hark <hark@localhost>"

    speech: Annotated[str, AfterValidator(_engine)] = "espeak"
    """Who speaks to callers on the telephone: a file of `infra/speech/engines`, such as `espeak` or `polly`."""
    speech_voices: Annotated[dict[str, str], NoDecode, BeforeValidator(_from_json)] = Field(default_factory=dict)
    """That engine's voices by language, as JSON: {"en": "Amy", "zh-Hans": "Zhiyu"}; unset, it chooses itself."""

    asterisk: str = ""
    """Your own Asterisks, parted by spaces: http://user:password@host:8088/ari?app=hark&sip=host:5060&ws=wss://host/ws.
    With &entrance=host:5060, as telephone companies see it, those of `twiml` ring the accounts that sign in there."""
    sip_host: str = "127.0.0.1"
    """The address of this machine at which `hark voice` takes calls; 0.0.0.0 for all of them."""
    sip_port: int = Field(default=5060, ge=1, le=65534)
    """UDP and TCP; the one after it is for TLS."""
    sip_public: str | None = None
    """The address that telephone companies see, where this machine stands behind another one."""
    sip_certificate: Path | None = None
    """A PEM file: the certificate of this machine's name with those that lead to its root, shown over TLS."""
    sip_key: Path | None = None
    """The key that belongs to it, as PEM without a password."""
    wss_port: int = Field(default=0, ge=0, le=65535)
    """Where browsers and Hark itself reach Asterisk's websocket over TLS with that certificate; 0 for nowhere: through
    Hark, as long as both are on one machine."""
    ari_port: int = Field(default=8088, ge=1, le=65535)
    rtp_ports: str = Field(default="10000-10199", pattern=r"^\d{4,5}-\d{4,5}$")
    """Where sound arrives, two to a leg of a call."""
    voice_database_url: Annotated[str, _one_of("postgresql://")] | None = None
    """How Asterisk itself reads operators' accounts from your own PostgreSQL, as the role `hark_voice`."""
    voice_fallback: str = Field(default="", pattern=r"^[\w/@+.:&-]*$")
    """Whom Asterisk rings while Hark is away, before it takes a message, in the words of its Dial: PJSIP/duty."""

    turn_url: Annotated[str, _one_of("turn:", "turns:")] | None = None
    """The relay for media; several addresses are parted by commas."""
    turn_secret: str | None = None
    """What the relay calls `static-auth-secret`."""
    relay_only: bool = Field(default_factory=lambda data: bool(data.get("turn_url")))
    """Media goes through the relay only, so no side learns the other's address; unset: where there is one."""
    twiml: tuple[TwimlAccount, ...] = ()
    """Accounts with Twilio, SignalWire or Telnyx, as a JSON list of objects (see TwimlAccount)."""
    trunk_check: int = Field(default=60, ge=0, le=3600)
    """Every how many seconds a hotline's own trunk is asked whether it is there; 0 for never."""
    private_trunks: bool = False
    """Hotlines' own SIP trunks may lie in private networks: for an installation beside its own telephone exchange."""
    auto_approve: bool = True
    """New organisations go live without a platform operator's review, and their page says so."""

    stripe: Literal["simulated", "test", "live"] = "simulated"
    """Where gifts are paid: `simulated` is served by this installation itself, moves no money and says so."""
    stripe_key: SecretStr | None = None
    """The platform's secret key, or a restricted one, of that mode."""
    stripe_webhook_secret: SecretStr | None = None
    """What Stripe signs events of the platform's own account with, sent to /webhooks/stripe."""
    stripe_connect_secret: SecretStr | None = None
    """What Stripe signs events of the hotlines' accounts with, sent to /webhooks/stripe/connect."""
    stripe_fee: int = Field(default=0, ge=0, le=2000)
    """The platform's part of each gift in basis points (100 for one per cent); the donor's page says it."""
    stripe_api: Annotated[str, _one_of("http://", "https://")] | None = None
    """Another address of Stripe's API: a stand-in's, or this installation's own as its worker reaches it."""
    plans: Literal["off", "on"] = "off"
    """Whether hotlines have plans, which some pay for; `off`, everything is everybody's and nothing is billed."""

    @model_validator(mode="after")
    def _relay_is_whole(self) -> Self:
        if self.turn_url and not self.turn_secret:
            raise ValueError("HARK_TURN_URL needs HARK_TURN_SECRET beside it")
        if self.relay_only and not self.turn_url:
            raise ValueError("HARK_RELAY_ONLY needs HARK_TURN_URL: there is no relay to go through")
        return self

    @model_validator(mode="after")
    def _stripe_is_whole(self) -> Self:
        if self.stripe == "simulated":
            return self
        for name in ("stripe_key", "stripe_webhook_secret", "stripe_connect_secret"):
            if getattr(self, name) is None:
                raise ValueError(f"HARK_STRIPE={self.stripe} needs HARK_{name.upper()} beside it")
        if self.stripe_key and f"_{self.stripe}_" not in self.stripe_key.get_secret_value():
            raise ValueError(f"HARK_STRIPE_KEY isn't a key of the {self.stripe} mode")
        return self

    @model_validator(mode="after")
    def _accounts_differ(self) -> Self:
        if len({account.name for account in self.twiml}) < len(self.twiml):
            raise ValueError("two accounts in HARK_TWIML have the same name")
        return self

    @property
    def master_key_path(self) -> Path:
        """The key file that wraps the tenants' keys; without it nothing sealed can be read again."""
        return self.data_dir / "keys" / "master.key"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process. Raises SettingError naming the first that can't be used."""
    try:
        return Settings()
    except ValidationError as wrong:
        raise SettingError(_line(dict(wrong.errors()[0]))) from None
    except SettingsError:  # its cause quotes the value, which holds tokens
        raise SettingError("HARK_TWIML: must be a JSON list of accounts") from None


def _line(error: dict[str, Any]) -> str:
    said = str(error["msg"]).removeprefix("Value error, ")
    if not error["loc"]:
        return said
    said = said[:1].lower() + said[1:]
    name = f"HARK_{str(error['loc'][0]).upper()}"
    secret = "://" in str(error["input"]) or len(error["loc"]) > 1  # an address may hold a password, an account a token
    return f"{name}: {said}" if secret else f"{name} is {str(error['input'])!r}: {said}"
