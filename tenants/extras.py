"""Which of a hotline's extras are awake: asked here by whoever offers one, decided by whoever knows the hotline's plan.

Only what is listed here can ever sleep. Whatever takes a caller in, or lets people work with what callers said, isn't
an extra and never asks.
"""

from collections.abc import Awaitable, Callable

from infra.database import Session
from infra.errors import Conflict, _

EXTRAS: dict[str, str] = {
    "campaigns": _("Beginning a new campaign"),
    "posters": _("Posters of the donation page"),
    "numbers": _("A second telephone number, and more"),
    "recordings": _("Beginning to record calls"),
}
"""Each by its name, with what people call it."""

Decide = Callable[[Session, str], Awaitable[bool]]
"""Whether an extra of the hotline in scope is awake."""
_decides: list[Decide] = []


class Asleep(Conflict):
    """An extra that sleeps, or that the hotline's plan doesn't have. Nothing was changed."""

    status = 402
    code = "asleep"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Your hotline's plan doesn't include this just now. Calls, messages, notes, cases and gifts go on as "
                "always. An owner or admin finds out more under Money, Plan."
            )
        )


def decide_by(decide: Decide) -> None:
    """Let this decide from now on; without anybody who decides, every extra is awake."""
    _decides[:] = [decide]


async def awake(session: Session, extra: str) -> bool:
    """Whether an extra of the hotline in scope is awake. Raises KeyError for one that isn't listed."""
    EXTRAS[extra]
    for decide in _decides:
        return await decide(session, extra)
    return True


async def need(session: Session, extra: str) -> None:
    """Raise Asleep unless the extra is awake."""
    if not await awake(session, extra):
        raise Asleep
