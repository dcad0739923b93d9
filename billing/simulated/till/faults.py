"""Troubles on purpose: events that come in another order, twice, late or never; requests that are refused or whose
answer is lost."""

from typing import Any

from billing.simulated.models import SimulatedObject
from billing.simulated.till.till import Till
from billing.simulated.wire.shapes import Data

KIND = REF = "faults"
NONE: Data = {"shuffle": False, "double": False, "delay": 0, "drop": 0, "refuse": 0, "lose": 0}
"""No trouble. `delay` is in seconds; `drop` (events), `refuse` and `lose` (requests, before and after they are done)
are chances in a hundred."""


async def faults(till: Till) -> Data:
    """The troubles that are switched on now."""
    row = await till.other("").row(KIND, REF)
    return NONE | (row.data if row else {})


async def set_faults(till: Till, **wanted: Any) -> Data:
    """Switch troubles; those that aren't named are off."""
    unknown = wanted.keys() - NONE.keys()
    if unknown:
        raise ValueError(f"there is no trouble called {', '.join(sorted(unknown))}")
    row = await till.other("").row(KIND, REF)
    if row is None:
        row = SimulatedObject(kind=KIND, ref=REF)
        till.session.add(row)
    row.data = NONE | wanted
    await till.session.flush()
    return row.data
