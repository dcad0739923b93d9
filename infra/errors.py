"""Errors that people may read: each has a message (a gettext id), a status and a code; one handler renders them."""

from typing import Any


def _(message: str) -> str:
    """Marks a sentence for translation; it is translated where it is shown."""
    return message


class HarkError(Exception):
    """Something went wrong in a way that can be said plainly.

    `message` is an English sentence and the id of its translation; `params` fill its `%(name)s` places.
    """

    status = 500
    code = "error"

    def __init__(self, message: str, *, field: str | None = None, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.field = field
        self.params = params


class Invalid(HarkError):
    """What was sent can't be used as it is; nothing was changed. `field` names the offender in a form."""

    status = 422
    code = "invalid"


class NotFound(HarkError):
    """It isn't there, or it isn't theirs: a stranger can't tell which."""

    status = 404
    code = "not_found"

    def __init__(self, message: str = _("There is nothing at this address."), **params: Any) -> None:
        super().__init__(message, **params)


class Forbidden(HarkError):
    """A member asked for something that their role doesn't include."""

    status = 403
    code = "forbidden"

    def __init__(
        self, message: str = _("Your role doesn't include this. An admin can change it."), **params: Any
    ) -> None:
        super().__init__(message, **params)


class SignInNeeded(HarkError):
    """Nobody is signed in; a page sends them to sign in and back."""

    status = 401
    code = "sign_in"

    def __init__(self, message: str = _("Sign in first.")) -> None:
        super().__init__(message)


class Conflict(HarkError):
    """Somebody or something else came first; the current state is unharmed."""

    status = 409
    code = "conflict"


class TooLarge(HarkError):
    """What was sent is larger than anything that Hark takes."""

    status = 413
    code = "too_large"

    def __init__(self, message: str = "That is more than 12 MB, which is the most that can be sent at once.") -> None:
        super().__init__(message)


class TooMany(HarkError):
    """Too many tries in too short a time. `seconds` says when to come back."""

    status = 429
    code = "too_many"

    def __init__(
        self, message: str = _("Too many tries. Try again in %(minutes)s minutes."), *, seconds: int = 60
    ) -> None:
        super().__init__(message, minutes=max(1, -(-seconds // 60)))
        self.seconds = seconds
