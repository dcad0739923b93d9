"""Money as whole minor units of a currency: reckoned without fractions, read as typed, shown as people read it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, total_ordering

from babel import Locale
from babel.numbers import get_currency_symbol, parse_pattern

LARGEST = 10**15
"""The most minor units that one amount may have: a thousand of them still add up far inside a BIGINT."""

_DIGITS = {
    **{"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0},
    **{"UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0},
    **{"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3},
    **{"CLF": 4, "UYW": 4},
}

_GROUPS = re.compile(r"\d{1,3}(?:([ ,.'])\d{3}(?:\1\d{3})*)?|\d+")


class CurrencyMismatch(ValueError):
    """Two currencies can't be added or compared."""


class BadAmount(ValueError):
    """What somebody typed isn't an amount; `reason` is the word that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """So many minor units (cents, fen; whole yen) of an ISO 4217 currency in upper case."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are whole, not {self.minor!r}")
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):
            raise ValueError(f"{self.currency!r} is no ISO 4217 code")

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return other.minor

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)


def digits(currency: str) -> int:
    """How many decimal places a currency has by ISO 4217. (CLDR, which Babel follows, knows how many people write:
    none for the Serbian dinar, though banks reckon in para. Processors may differ from both; that is theirs to map.)
    """
    return _DIGITS.get(currency, 2)


def parse(text: str, currency: str) -> Money:
    """The amount that somebody typed: "12", "12.50", "12,50", "1,000", "1 000", "１２元", with or without its sign.

    Three digits behind a single separator are thousands ("1.000" is a thousand euros), except behind a point where
    the currency has three decimals. Raises BadAmount, a ValueError, with a reason: "empty", "not_a_number",
    "too_precise", "negative" or "too_large".
    """
    typed = " ".join(unicodedata.normalize("NFKC", text).split()).replace("\u2019", "'").replace("\u2212", "-")
    typed = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in typed)
    typed = typed.replace("\u066b", ".").replace("\u066c", ",")
    for sign in _signs(currency):
        if sign in typed:
            typed = typed.replace(sign, "", 1).strip()
            break
    if not typed:
        raise BadAmount("empty")
    negative = typed.startswith("-")
    whole, fraction = _split(typed.removeprefix("-").strip(), digits(currency))
    if len(fraction.rstrip("0")) > digits(currency):
        raise BadAmount("too_precise")
    minor = int(whole + fraction[: digits(currency)].ljust(digits(currency), "0"))
    if negative and minor:
        raise BadAmount("negative")
    if minor > LARGEST:
        raise BadAmount("too_large")
    return Money(minor, currency)


@lru_cache(maxsize=256)
def _signs(currency: str) -> list[str]:
    """The signs that may stand beside an amount of this currency, longest first; another currency's never pass."""
    signs = {currency, currency.lower(), get_currency_symbol(currency, "en"), get_currency_symbol(currency, "zh")}
    signs |= {"CNY": {"元", "块"}, "JPY": {"円"}, "TWD": {"元", "$"}, "HKD": {"元", "$"}}.get(currency, set())
    return sorted((unicodedata.normalize("NFKC", sign) for sign in signs), key=len, reverse=True)


def _split(typed: str, places: int) -> tuple[str, str]:
    """The digits before and behind the decimal mark."""
    if len(typed) > 40:
        raise BadAmount("too_large" if re.fullmatch(r"[\d ,.']+", typed) else "not_a_number")
    whole, mark, fraction = typed, "", ""
    last = max(typed.rfind("."), typed.rfind(","))
    if last >= 0:
        whole, mark, fraction = typed[:last], typed[last], typed[last + 1 :]
        alone = typed.count(mark) == 1
        thousands = len(fraction) == 3 and whole not in {"", "0"} and not set(whole) & {".", ",", "'", " "}
        if not alone or (thousands and not (places == 3 and mark == ".")):
            whole, fraction = typed, ""
    if fraction and not (fraction.isascii() and fraction.isdigit()):
        raise BadAmount("not_a_number")
    if not (whole == "" and fraction) and not (_GROUPS.fullmatch(whole) and whole.isascii()):
        raise BadAmount("not_a_number")
    return re.sub(r"\D", "", whole) or "0", fraction


def shown(money: Money, language: str) -> str:
    """The amount as a reader of `language` (a tag such as "zh-Hans") writes it, with its currency's sign."""
    locale = Locale.parse(language, sep="-")
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    places = digits(money.currency)
    pattern.frac_prec = (places, places)
    amount = Decimal(money.minor).scaleb(-places)
    said: str = pattern.apply(amount, locale, currency=money.currency, currency_digits=False)
    return said


def in_digits(money: Money) -> str:
    """The amount in digits alone, with a point, as a field takes it and programs read it: "12.50"."""
    places = digits(money.currency)
    return f"{Decimal(money.minor).scaleb(-places):.{places}f}"


def brief(money: Money, language: str) -> str:
    """As `shown`, without decimals where they are nought: "€12,300", "€12.50"."""
    said, places = shown(money, language), digits(money.currency)
    return re.sub(rf"[.,]0{{{places}}}(?!\d)", "", said) if places and money.minor % 10**places == 0 else said


def share(money: Money, parts: Sequence[int]) -> list[Money]:
    """Split by these weights so that the shares add up to the whole: each gets its floor, and what is left over goes,
    a unit each, to the largest remainders (the earlier of equals). Raises ValueError without a positive weight."""
    total = sum(parts)
    if total <= 0 or min(parts) < 0:
        raise ValueError("weights are whole numbers from nought, and not all nought")
    size, sign = abs(money.minor), -1 if money.minor < 0 else 1
    shares = [size * part // total for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda place: -(size * parts[place] % total))
    for place in by_remainder[: size - sum(shares)]:
        shares[place] += 1
    return [Money(sign * portion, money.currency) for portion in shares]
