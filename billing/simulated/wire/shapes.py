"""The shapes of answers, read from the annotations of the SDK's own resource classes: a blank of each, and a check.

A field that may be null is null in a blank, a field that may not has its type's plainest value. So an answer always
has every field that the installed SDK knows, and none that it doesn't.
"""

import types
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, ForwardRef, Literal, Union, get_args, get_origin

from stripe._list_object import ListObject
from stripe._object_classes import get_object_class
from stripe._stripe_object import StripeObject, UntypedStripeObject

Data = dict[str, Any]
SPARSE = {"payment_method", "deleted"}
"""Kinds of which Stripe sends only the fields that apply: a card has no field `alipay`."""
SPARSE_CLASSES = {"PaymentMethodDetails", "PaymentMethodOptions", "Evidence", "NextAction", "Capabilities"}
RARE = {
    "deleted", "sources", "subscriptions", "cash_balance", "tax_ids", "deleted_at", "card_present", "interac_present",
}  # fmt: skip
"""Fields that only an expanded or a deleted object has."""


@cache
def resource(kind: str) -> type[StripeObject]:
    """The SDK's class of objects of this kind ("charge", "checkout.session"). Raises LookupError for others."""
    found = get_object_class("V1", kind)
    if found is StripeObject:
        raise LookupError(kind)
    return found


def _is_classwide(kind: Any) -> bool:
    return get_origin(kind) is ClassVar


@cache
def _fields(cls: Any) -> dict[str, Any]:
    return {
        name: kind for name, kind in cls.__annotations__.items() if not _is_classwide(kind) and not name.startswith("_")
    }


def fields(cls: Any) -> dict[str, Any]:
    """The annotated fields of a resource or a part of one."""
    return _fields(cls)


def _options(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)


def _is_part(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, StripeObject)


def _plain(kind: Any) -> Any:  # noqa: PLR0911 - a table of types
    """The plainest value of a type."""
    options = _options(kind)
    if type(None) in options:
        return None
    first = next((one for one in options if get_origin(one) is Literal), options[0])
    origin = get_origin(first)
    if origin is Literal:
        return get_args(first)[0]
    if origin is list:
        return []
    if origin is ListObject:
        return {"object": "list", "data": [], "has_more": False, "url": ""}
    if origin is UntypedStripeObject or origin is dict or first is UntypedStripeObject:
        return {}
    if _is_part(first):
        return part(first)
    return {int: 0, bool: False, float: 0.0, Decimal: "0"}.get(first, "")


def part(cls: type, **given: Any) -> Data:
    """A part of a resource (a charge's billing details) with these fields, all others blank."""
    _refuse_unknown(cls, given)
    if cls.__name__ in SPARSE_CLASSES:
        return {name: _plain(kind) for name, kind in fields(cls).items() if _plain(kind) is not None} | given
    return {name: _plain(kind) for name, kind in fields(cls).items()} | given


def blank(kind: str, **given: Any) -> Data:
    """An object of this kind with these fields, all others blank. Raises ValueError for one the SDK doesn't know."""
    cls = resource(kind)
    _refuse_unknown(cls, given)
    known = fields(cls)
    made = {name: _plain(of) for name, of in known.items() if name not in RARE or name in given}
    if kind in SPARSE:
        made = {name: value for name, value in made.items() if not _is_choice(known[name])}
    return made | {"object": kind} | given


def _is_choice(kind: Any) -> bool:
    return any(_is_part(one) and one.__name__ != "BillingDetails" for one in _options(kind))


def _refuse_unknown(cls: type, given: Data) -> None:
    if unknown := given.keys() - fields(cls).keys():
        raise ValueError(f"{cls.__qualname__} has no {', '.join(sorted(unknown))}")


def misfits(data: Any, kind: Any = None, at: str = "") -> list[str]:
    """Where an answer differs from the SDK's annotations: fields it doesn't know, types it doesn't expect, fields
    that may not be null and are or are missing. Without `kind` the object itself says what it is."""
    if kind is None:
        kind = resource(data["object"])
    if _is_part(kind) and kind is not StripeObject:
        return _misfits_of_part(data, kind, at)
    found = [_misfits_of_one(data, one, at) for one in _options(kind)]
    return min(found, key=len)


def _misfits_of_part(data: Any, cls: type, at: str) -> list[str]:
    if not isinstance(data, dict):
        return [f"{at}: {data!r} is no {cls.__name__}"]
    known = fields(cls)
    if cls.__name__ == "Data":  # an event's object is whatever it is about
        return []
    wrong = [f"{at}.{name}: unknown to the SDK" for name in data.keys() - known.keys()]
    for name, kind in known.items():
        if name in data:
            wrong += misfits(data[name], kind, f"{at}.{name}")
        elif type(None) not in _options(kind):
            wrong.append(f"{at}.{name}: missing")
    return wrong


def _misfits_of_one(data: Any, kind: Any, at: str) -> list[str]:  # noqa: PLR0911 - a table of types
    origin = get_origin(kind)
    inner = get_args(kind)
    if kind is Any or kind is UntypedStripeObject or origin is UntypedStripeObject or origin is dict:
        return [] if kind is Any or isinstance(data, dict) else [f"{at}: {data!r} is no mapping"]
    if isinstance(kind, ForwardRef | str):
        return _misfits_of_reference(data, kind if isinstance(kind, str) else kind.__forward_arg__, at)
    if origin is list or origin is ListObject:
        listed = data.get("data") if origin is ListObject and isinstance(data, dict) else data
        if not isinstance(listed, list):
            return [f"{at}: {data!r} is no list"]
        return [wrong for place, one in enumerate(listed) for wrong in misfits(one, inner[0], f"{at}.{place}")]
    if origin is Literal:
        return [] if data in inner else [f"{at}: {data!r} is none of {inner[:6]}"]
    if origin in (Union, types.UnionType) or _is_part(kind):
        return misfits(data, kind, at)
    fits = (str, Decimal) if kind is Decimal else (int, float) if kind is float else kind
    if isinstance(data, fits) and not (kind is int and isinstance(data, bool)):
        return []
    return [f"{at}: {data!r} is no {getattr(kind, '__name__', kind)}"]


def _misfits_of_reference(data: Any, name: str, at: str) -> list[str]:
    """A resource named by its class: only an expanded one, an object, can be one."""
    if not isinstance(data, dict) or "object" not in data:
        return [f"{at}: {data!r} is no {name}"]
    cls = resource(data["object"])
    if cls.__name__ != name.rpartition(".")[2].removesuffix("Resource"):
        return [f"{at}: a {cls.__name__} where a {name} belongs"]
    return _misfits_of_part(data, cls, at)
