"""The way to Stripe: which one, with which key, and what goes wrong on the way, in our words."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

import stripe
from pydantic import SecretStr
from stripe import HTTPXClient, RequestOptions, StripeClient

from infra.errors import HarkError, _
from infra.settings import settings
from infra.vault import platform_fingerprint

log = logging.getLogger(__name__)
SECONDS = 20
"""How long one request may take; a donor waits for some of them."""
AGAIN = 2
"""How often the library itself tries again; every request that changes something carries an idempotency key."""
_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[tuple[str, str], StripeClient]] = WeakKeyDictionary()


class Unavailable(HarkError):
    """The processor can't be reached, or can't do it now. Nothing is lost: doing the same again is safe."""

    status = 503
    code = "processor_away"

    def __init__(self, message: str = _("Payments can't be reached just now. Try again in a few minutes.")) -> None:
        super().__init__(message)


class NotReady(HarkError):
    """The hotline has no account at the processor that may take payments."""

    status = 409
    code = "no_account"

    def __init__(self, message: str = _("This hotline can't take gifts on this page yet.")) -> None:
        super().__init__(message)


class Gone(NotReady):
    """An account that doesn't let us in any more."""


class Refused(HarkError):
    """The processor said no, and would say so again. `reason` is its own word (`charge_disputed`), for programs."""

    status = 422
    code = "processor_refused"

    def __init__(
        self, reason: str, message: str = _("The payment service said no to this. Nothing was changed.")
    ) -> None:
        super().__init__(message)
        self.reason = reason


def simulated() -> bool:
    """Whether no real money moves because this installation plays the processor itself."""
    return settings().stripe == "simulated"


def live() -> bool:
    """Whether what the processor says is about real money."""
    return settings().stripe == "live"


def api_address() -> str:
    """Where the processor's API is; of the simulated one, as seen from this machine."""
    if settings().stripe_api:
        return str(settings().stripe_api).rstrip("/")
    if not simulated():
        return stripe.DEFAULT_API_BASE
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings().host, settings().host)  # noqa: S104 - looked up, not listened on
    return f"http://{f'[{host}]' if ':' in host else host}:{settings().port}/simulated/stripe"


def _secret(given: SecretStr | None, prefix: str, purpose: str) -> str:
    """The setting, else one that only this installation can know."""
    if given is not None:
        return given.get_secret_value()
    return prefix + platform_fingerprint("stripe.simulated", purpose).hex()[:32]


def api_key() -> str:
    """The platform's secret key."""
    return _secret(settings().stripe_key, "sk_test_", "key")


def webhook_secret(*, connect: bool) -> str:
    """What events are signed with: those of hotlines' accounts (`connect`), or those of the platform's own."""
    if connect:
        return _secret(settings().stripe_connect_secret, "whsec_", "connect")
    return _secret(settings().stripe_webhook_secret, "whsec_", "platform")


def client() -> StripeClient:
    """This event loop's client: connections can't be shared between loops."""
    loop, to = asyncio.get_running_loop(), (api_address(), api_key())
    if (held := _clients.get(loop)) and held[0] == to:
        return held[1]
    made = StripeClient(
        to[1],
        base_addresses={"api": to[0], "connect": to[0], "files": to[0]} if _elsewhere() else None,
        max_network_retries=AGAIN,
        http_client=HTTPXClient(timeout=SECONDS, allow_sync_methods=False),
    )
    _clients[loop] = (to, made)
    return made


def _elsewhere() -> bool:
    return simulated() or settings().stripe_api is not None


def at(account: str, key: str | None = None) -> RequestOptions:
    """Options of a request on an account ("" for the platform's own), with its idempotency key if it changes
    something."""
    options = RequestOptions()
    if account:
        options["stripe_account"] = account
    if key:
        options["idempotency_key"] = key
    return options


@contextmanager
def plainly() -> Iterator[None]:
    """Say what goes wrong inside in our words: Unavailable, Gone, or Refused with the processor's own reason."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise Unavailable from error
    except stripe.PermissionError as error:
        raise Gone from error
    except stripe.AuthenticationError as error:
        log.error("the processor doesn't take our key")
        raise Unavailable from error
    except stripe.IdempotencyError as error:  # somebody is asking the same at this moment
        raise Unavailable from error
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        if error.http_status == 409 or error.code in {"lock_timeout", "idempotency_key_in_use"}:
            raise Unavailable from error
        log.warning("the processor refused: %s (%s)", error.code, error.request_id)
        raise Refused(error.code or "invalid_request") from error
    except stripe.StripeError as error:
        raise Unavailable from error
