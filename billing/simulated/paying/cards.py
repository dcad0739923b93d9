"""Test cards: Stripe's published numbers, each of which always behaves in the same way. No real card is ever taken."""

from dataclasses import dataclass, field
from functools import cache

TEST_CARDS_PAGE = "https://docs.stripe.com/testing"


@dataclass(frozen=True, slots=True)
class Decline:
    """Why a card is refused, in Stripe's words."""

    code: str
    reason: str
    message: str


def _card(reason: str, message: str = "Your card was declined.") -> Decline:
    return Decline("card_declined", reason, message)


def _alike(code: str, message: str) -> Decline:
    return Decline(code, code, message)


GENERIC = _card("generic_decline")
FUNDS = _card("insufficient_funds", "Your card has insufficient funds.")
LOST = _card("lost_card")
STOLEN = _card("stolen_card")
FRAUD = _card("fraudulent")
LIMIT = _card("card_velocity_exceeded", "Your card was declined for exceeding its limit.")
EXPIRED = _alike("expired_card", "Your card has expired.")
CVC = _alike("incorrect_cvc", "Your card's security code is incorrect.")
ERROR = _alike("processing_error", "An error occurred while processing your card. Try again in a little bit.")
UNASKED = _alike("authentication_required", "Your card was declined. This transaction requires authentication.")


@dataclass(frozen=True, slots=True)
class Card:
    """A test card. `names` are what stands behind `pm_card_` and `tok_` for it."""

    number: str
    names: tuple[str, ...] = ()
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    declines: Decline | None = None
    """Refused when it is charged."""
    declines_at_once: bool = True
    """Refused also when it is only kept for later."""
    asks: bool = False
    """Wants its holder's confirmation (3-D Secure) each time."""
    asks_once: bool = False
    """Wants it only when it is first kept."""
    disputes: str | None = None
    """Charged, then disputed for this reason."""
    inquiry: bool = False
    available: bool = False
    """What it brings is available at once."""
    refund: str = field(default="succeeded")
    """How its refunds end: succeeded, pending or failed."""


CARDS = (
    Card("4242424242424242", ("visa", "us")),
    Card("4000056655665556", ("visa_debit",), funding="debit"),
    Card("5555555555554444", ("mastercard",), brand="mastercard"),
    Card("378282246310005", ("amex",), brand="amex"),
    Card("6200000000000005", ("unionpay",), brand="unionpay"),
    Card("4000001560000002", ("cn",), country="CN"),
    Card("4000003440000004", ("hk",), country="HK"),
    Card("4000008260000000", ("gb",), country="GB", funding="debit"),
    Card("4000002760000016", ("de",), country="DE"),
    Card("4000003920000003", ("jp",), country="JP"),
    Card("4000000000000002", ("chargeDeclined", "visa_chargeDeclined"), declines=GENERIC),
    Card(
        "4000000000009995", ("chargeDeclinedInsufficientFunds", "visa_chargeDeclinedInsufficientFunds"), declines=FUNDS
    ),
    Card("4000000000009987", ("visa_chargeDeclinedLostCard",), declines=LOST),
    Card("4000000000009979", ("visa_chargeDeclinedStolenCard",), declines=STOLEN),
    Card("4100000000000019", ("radarBlock",), declines=FRAUD),
    Card("4000000000000069", ("chargeDeclinedExpiredCard",), declines=EXPIRED),
    Card("4000000000000127", ("chargeDeclinedIncorrectCvc",), declines=CVC),
    Card("4000000000000119", ("chargeDeclinedProcessingError",), declines=ERROR),
    Card("4000000000006975", ("visa_chargeDeclinedVelocityLimitExceeded",), declines=LIMIT),
    Card("4000000000000341", ("chargeCustomerFail",), declines=GENERIC, declines_at_once=False),
    Card("4000002500003155", ("authenticationRequiredOnSetup",), asks_once=True),
    Card("4000002760003184", ("authenticationRequired",), asks=True),
    Card("4000008260003178", ("authenticationRequiredChargeDeclinedInsufficientFunds",), asks=True, declines=FUNDS),
    Card("4000000000003220", ("threeDSecure2Required",), asks=True),
    Card("4000000000003063", ("threeDSecureRequired",), asks=True),
    Card("4000008400001629", ("threeDSecureRequiredChargeDeclined",), asks=True, declines=GENERIC),
    Card("4000000000000259", ("createDispute",), disputes="fraudulent"),
    Card("4000000000002685", ("createDisputeProductNotReceived",), disputes="product_not_received"),
    Card("4000000000001976", ("createDisputeInquiry",), disputes="fraudulent", inquiry=True),
    Card("4000000000000077", ("bypassPending",), available=True),
    Card("4000003720000278", ("bypassPendingInternational",), country="IE", available=True),
    Card("4000000000007726", ("pendingRefund",), refund="pending"),
    Card("4000000000005126", ("refundFail",), refund="failed"),
)  # fmt: skip


@cache
def _by_number() -> dict[str, Card]:
    return {card.number: card for card in CARDS}


@cache
def _by_name() -> dict[str, Card]:
    return {name: card for card in CARDS for name in card.names}


def by_number(typed: str) -> Card | None:
    """The test card with this number, however it was typed; None for any other number."""
    return _by_number().get("".join(filter(str.isdigit, typed)))


def by_token(token: str) -> Card | None:
    """The test card that `pm_card_visa`, `tok_visa` and their like stand for."""
    for prefix in ("pm_card_", "tok_"):
        if token.startswith(prefix):
            return _by_name().get(token.removeprefix(prefix))
    return None
