"""What a request may hold, read from the SDK's own parameter types: names it doesn't know are refused as Stripe does,
values come out as the types say."""

import types
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

from stripe._request_options import RequestOptions
from stripe._stripe_object import UntypedStripeObject
from typing_extensions import is_typeddict

from billing.simulated.wire.errors import Refused, needs

ELSEWHERE = {"StripeContext": str, "Mapping": Mapping}
"""Names that the SDK's modules know only while types are checked."""
OPTIONS = frozenset(RequestOptions.__annotations__)


@cache
def known(cls: type) -> tuple[dict[str, Any], frozenset[str]]:
    """The parameters of a request by name with their types, and which of them must be there."""
    hints = get_type_hints(cls, localns=ELSEWHERE, include_extras=True)
    needed = set()
    plain = {}
    for name, kind in hints.items():
        if name in OPTIONS and RequestOptions in getattr(cls, "__orig_bases__", ()):
            continue
        if get_origin(kind) in (NotRequired, Required):
            plain[name] = get_args(kind)[0]
        else:
            plain[name] = kind
            needed.add(name)
    return plain, frozenset(needed)


def check(cls: type, raw: Mapping[str, Any], at: str = "") -> dict[str, Any]:
    """The parameters, each as its type says. Raises Refused for one that is unknown, missing or unlike its type."""
    kinds, needed = known(cls)
    for name in raw:
        if name not in kinds:
            where = _named(at, name)
            raise Refused(f"Received unknown parameter: {where}", code="parameter_unknown", param=where)
    for name in kinds:
        if name in needed and name not in raw:
            raise needs(_named(at, name))
    return {name: _as(kinds[name], value, _named(at, name)) for name, value in raw.items()}


def _named(at: str, name: str) -> str:
    return f"{at}[{name}]" if at else name


def _as(kind: Any, value: Any, at: str) -> Any:
    """The value as this type. Where several are allowed they are tried in turn, the strictest first."""
    trouble: Refused | None = None
    for option in _options(kind):
        try:
            return _as_one(option, value, at)
        except Refused as refused:
            fits = isinstance(value, dict) and (is_typeddict(option) or _is_list(option))
            trouble = refused if fits or trouble is None else trouble
    raise trouble or Refused(f"Invalid value for {at}", param=at)


@cache
def _options(kind: Any) -> tuple[Any, ...]:
    """The types that a value may have. The SDK lets every choice of words be any string, for words to come; the
    processor itself takes none that it doesn't know."""
    if get_origin(kind) not in (Union, types.UnionType):
        return (kind,)
    options = [one for one in get_args(kind) if get_origin(one) is not UntypedStripeObject]
    if any(get_origin(one) is Literal and len(get_args(one)) > 1 for one in options):
        options = [one for one in options if one is not str]
    return tuple(sorted(options, key=_looseness))


def _looseness(kind: Any) -> int:
    if get_origin(kind) is Literal:
        return 0
    if is_typeddict(kind) or get_origin(kind) in (list, dict):
        return 1
    return 3 if kind is str else 2


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is list


def _as_one(kind: Any, value: Any, at: str) -> Any:
    origin = get_origin(kind)
    if is_typeddict(kind):
        return check(kind, _mapping(value, at), at)
    if _is_list(kind):
        return _list(get_args(kind)[0], value, at)
    if origin in (dict, UntypedStripeObject):
        of = (get_args(kind) or (str, Any))[1]
        return {name: _as(of, one, _named(at, name)) for name, one in _mapping(value, at).items()}
    if origin is Literal:
        return _choice(get_args(kind), value, at)
    if kind is Any:
        return value
    if not isinstance(value, str):
        raise Refused(f"Invalid string: {value}", param=at)
    return _scalar(kind, value, at)


def _mapping(value: Any, at: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Refused("Invalid object", param=at)
    return value


def _list(of: Any, value: Any, at: str) -> list[Any]:
    if value == "":
        return []
    if not isinstance(value, dict) or not all(place.isdigit() for place in value):
        raise Refused("Invalid array", param=at)
    return [_as(of, value[place], f"{at}[{place}]") for place in sorted(value, key=int)]


def _choice(words: tuple[Any, ...], value: Any, at: str) -> Any:
    for word in words:
        if value == word or (isinstance(word, bool) and value == str(word).lower()):
            return word
    listed = ", ".join(str(word) for word in words[:-1]) + f", or {words[-1]}" if len(words) > 1 else str(words[0])
    raise Refused(f"Invalid {at}: must be one of {listed}", param=at)


def _scalar(kind: Any, value: str, at: str) -> Any:
    if kind is bool:
        if value not in ("true", "false"):
            raise Refused(f"Invalid boolean: {value}", param=at)
        return value == "true"
    if kind is int:
        if not value.lstrip("-").isascii() or not value.lstrip("-").isdigit() or len(value) > 20:
            raise Refused(f"Invalid integer: {value}", code="parameter_invalid_integer", param=at)
        return int(value)
    if kind in (float, Decimal):
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise Refused(f"Invalid decimal: {value}", param=at) from None
        if not number.is_finite():
            raise Refused(f"Invalid decimal: {value}", param=at)
        return float(number) if kind is float else str(number)
    return value
