"""What the rest of the house may know of the simulated processor: where it is, and whether it is on."""

from billing.processor import access
from infra.errors import NotFound
from infra.settings import settings

PATH = "/simulated/stripe"
WEBHOOKS = {False: "/webhooks/stripe", True: "/webhooks/stripe/connect"}
"""Where events are told without being asked to: the platform's own, and connected accounts'."""


def is_on() -> bool:
    """Whether payments are simulated here."""
    return access.simulated()


def refuse_unless_on() -> None:
    """Raise NotFound where real payments are set up: nothing simulated may be mistaken for them."""
    if not is_on():
        raise NotFound


def page(path: str) -> str:
    """The address of a hosted page, as people reach it."""
    return f"{settings().base_url.rstrip('/')}{PATH}{path}"
