"""Our minor units and Stripe's: the same but for three currencies that Stripe counts by a custom of its own."""

from billing.money import Money, digits

_PLACES = {"ISK": 2, "MGA": 0, "UGX": 2}
"""https://docs.stripe.com/currencies: ISK and UGX with two places that are always nought, MGA without any."""


def to_stripe(money: Money) -> int:
    """The amount in Stripe's unit. Raises ValueError for one that it can't write down."""
    shift = _PLACES.get(money.currency, digits(money.currency)) - digits(money.currency)
    if shift >= 0:
        return int(money.minor * 10**shift)
    whole, rest = divmod(money.minor, 10**-shift)
    if rest:
        raise ValueError(f"{money.minor} minor units of {money.currency} are no whole unit of the processor's")
    return int(whole)


def from_stripe(amount: int, currency: str) -> Money:
    """What Stripe calls `amount` of `currency` (in either case). Raises ValueError for a part of our smallest unit."""
    code = currency.upper()
    shift = _PLACES.get(code, digits(code)) - digits(code)
    if shift <= 0:
        return Money(int(amount * 10**-shift), code)
    whole, rest = divmod(amount, 10**shift)
    if rest:
        raise ValueError(f"{amount} of {code} is less than our smallest unit")
    return Money(whole, code)
