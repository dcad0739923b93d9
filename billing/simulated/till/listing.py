"""Lists as Stripe gives them: newest first, a page at a time, from behind or before an object."""

from typing import Any

from sqlalchemy import Integer, and_, cast
from sqlmodel import col, select

from billing.simulated.models import SimulatedObject
from billing.simulated.till.till import Till
from billing.simulated.wire.errors import Refused, missing
from billing.simulated.wire.shapes import Data

DEFAULT, MOST = 10, 100
PAGING = frozenset({"limit", "starting_after", "ending_before", "expand", "created"})
COMPARED = {"gt": "__gt__", "gte": "__ge__", "lt": "__lt__", "lte": "__le__"}


async def listed(till: Till, kind: str, given: Data, *, url: str = "", also: list[Any] | None = None) -> Data:
    """A page of the account's objects of a kind. Of `given`, what isn't about paging is compared with the object's
    field of that name; `also` are further conditions. Raises Refused for a page that can't be."""
    limit = given.get("limit", DEFAULT)
    if not 1 <= limit <= MOST:
        raise Refused(f"Invalid integer: limit must be between 1 and {MOST}", param="limit")
    data = col(SimulatedObject.data)
    where = [SimulatedObject.account == till.account, SimulatedObject.kind == kind, ~data.has_key("deleted")]  # type: ignore[attr-defined]  # JSONB
    where += also or []
    where += [data[name].astext == _written(value) for name, value in given.items() if name not in PAGING]
    where += _created(given.get("created"))
    backwards = "ending_before" in given
    if cursor := given.get("ending_before") or given.get("starting_after"):
        row = await till.row(kind, cursor)
        if row is None:
            raise missing(kind, cursor, "ending_before" if backwards else "starting_after")
        key = col(SimulatedObject.id)
        where.append(key > row.id if backwards else key < row.id)
    order = col(SimulatedObject.id).asc() if backwards else col(SimulatedObject.id).desc()
    found = (
        await till.session.exec(select(SimulatedObject).where(and_(*where)).order_by(order).limit(limit + 1))
    ).all()
    shown = [row.data for row in found[:limit]]
    return {
        "object": "list",
        "data": shown[::-1] if backwards else shown,
        "has_more": len(found) > limit,
        "url": url or till.path,
    }


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _created(wanted: Any) -> list[Any]:
    """Conditions on when it was made: a second, or bounds."""
    if wanted is None:
        return []
    at = cast(col(SimulatedObject.data)["created"].astext, Integer)
    if isinstance(wanted, int):
        return [at == wanted]
    return [getattr(at, COMPARED[name])(value) for name, value in wanted.items()]


def page_of(items: list[Data], url: str) -> Data:
    """A list that is part of an object, whole."""
    return {"object": "list", "data": items, "has_more": False, "url": url}
