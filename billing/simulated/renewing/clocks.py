"""Test clocks: customers that live by one see no other time, and what falls due happens as it is put forward."""

from billing.simulated.renewing.renewal import run_until
from billing.simulated.till import Till
from billing.simulated.till.events import tell
from billing.simulated.wire.errors import Refused
from billing.simulated.wire.shapes import Data

MOST_SECONDS = 5 * 366 * 24 * 3600


async def live_by(till: Till, customer: Data) -> None:
    """From now on the till's present is the customer's: their clock's, or the real one."""
    clock = await till.seek("test_helpers.test_clock", customer.get("test_clock"))
    till.clock = clock["frozen_time"] if clock else None


async def advance(till: Till, clock: Data, to: int) -> Data:
    """Put a clock forward; everything that its customers' subscriptions owe until then happens, each at its hour.

    Raises Refused for a time that lies behind it.
    """
    if to <= clock["frozen_time"]:
        raise Refused("A test clock can only be advanced forward in time.", param="frozen_time")
    if to - clock["frozen_time"] > MOST_SECONDS:
        raise Refused("A test clock can't be advanced by more than five years at once.", param="frozen_time")
    advancing = await till.change(clock, status="advancing", status_details={"advancing": {"target_frozen_time": to}})
    await tell(till, "test_helpers.test_clock.advancing", advancing)
    till.clock = clock["frozen_time"]
    await run_until(till, lambda one: one["test_clock"] == clock["id"], to)
    till.clock = None
    ready = await till.change(clock, status="ready", frozen_time=to, status_details={"advancing": None})
    await tell(till, "test_helpers.test_clock.ready", ready)
    return advancing
