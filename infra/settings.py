"""Every setting of an installation: read once from HARK_… variables (or `.env` beside them), all checked."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

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


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


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
    speech_voices: dict[str, str] = Field(default_factory=dict)
    """That engine's voices by language, as JSON: {"en": "Amy", "zh-Hans": "Zhiyu"}; unset, it chooses itself."""

    asterisk: str = ""
    """Your own Asterisks, parted by spaces: http://user:password@host:8088/ari?app=hark&sip=host:5060&ws=wss://host/ws."""
    sip_host: str = "127.0.0.1"
    """The address of this machine at which `hark voice` takes calls; 0.0.0.0 for all of them."""
    sip_port: int = Field(default=5060, ge=1, le=65535)
    sip_public: str | None = None
    """The address that telephone companies see, where this machine stands behind another one."""
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
    auto_approve: bool = True
    """New organisations go live without a platform operator's review, and their page says so."""

    @model_validator(mode="after")
    def _relay_is_whole(self) -> Self:
        if self.turn_url and not self.turn_secret:
            raise ValueError("HARK_TURN_URL needs HARK_TURN_SECRET beside it")
        if self.relay_only and not self.turn_url:
            raise ValueError("HARK_RELAY_ONLY needs HARK_TURN_URL: there is no relay to go through")
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


def _line(error: dict[str, Any]) -> str:
    said = str(error["msg"]).removeprefix("Value error, ")
    if not error["loc"]:
        return said
    said = said[:1].lower() + said[1:]
    name = f"HARK_{str(error['loc'][0]).upper()}"
    secret = "://" in str(error["input"])  # an address may hold a password
    return f"{name}: {said}" if secret else f"{name} is {str(error['input'])!r}: {said}"
