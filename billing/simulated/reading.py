"""Objects that are simply read: one by its id, or a list of them."""

from billing.simulated.registry import endpoint
from billing.simulated.till import Till
from billing.simulated.till.listing import listed
from billing.simulated.wire.shapes import Data


def readable(kind: str, path: str, place: str, one: type, every: type, *, named: bool = False) -> None:
    """Let objects of this kind be fetched at `path` by their id, and listed there, newest first. `one` and `every` are
    the SDK's types of the parameters; an unknown id is blamed on `id` or, where
    Stripe does so (`named`), on the place."""

    @endpoint("GET", f"{path}/{{{place}}}", one)
    async def retrieve(till: Till, _given: Data, ref: str) -> Data:
        return await till.find(kind, ref, param=place if named else "id")

    @endpoint("GET", path, every)
    async def index(till: Till, given: Data) -> Data:
        return await listed(till, kind, given)
