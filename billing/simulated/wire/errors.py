"""Errors in the shape in which Stripe sends them, so that the SDK raises the classes it has for them."""

from typing import Any

DOCS = "https://docs.stripe.com/error-codes/"


class Refused(Exception):
    """A request that is answered with an error. `kind` decides the SDK's class together with the status."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        keeps: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.keeps = keeps
        """Whether what was written until now stays: a declined card leaves a failed charge behind."""
        named = {"code": code, "doc_url": f"{DOCS}{code.replace('_', '-')}" if code else None, "param": param} | more
        self.error = {"type": kind, "message": message} | {
            name: value for name, value in named.items() if value is not None
        }

    def body(self) -> dict[str, Any]:
        """What is sent."""
        return {"error": self.error}


def missing(kind: str, key: str, param: str | None = "id") -> Refused:
    """There is no such object in this account."""
    word = kind.rpartition(".")[2].replace("_", " ")
    return Refused(f"No such {word}: '{key}'", status=404, code="resource_missing", param=param)


def needs(param: str) -> Refused:
    """A parameter that must be there isn't."""
    return Refused(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unlike(param: str, message: str) -> Refused:
    """A parameter's value can't be what it is."""
    return Refused(message, code="parameter_invalid", param=param)


def declined(message: str, *, code: str, decline_code: str | None = None, **more: Any) -> Refused:
    """The card was refused; what led up to it stays on record."""
    return Refused(message, status=402, kind="card_error", code=code, decline_code=decline_code, keeps=True, **more)
