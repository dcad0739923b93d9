"""Why calls end: from the causes of ITU-T Q.850, as Asterisk gives them, to our own words, and back."""

from infra.carriers.protocol import Reason

REASONS: dict[int, Reason] = {
    1: "unreachable",  # unallocated number
    2: "unreachable",
    3: "unreachable",  # no route to destination
    17: "busy",
    18: "no_answer",  # no user responding
    19: "no_answer",
    20: "unregistered",  # subscriber absent
    21: "rejected",
    22: "unreachable",  # number changed
    27: "unreachable",  # destination out of order
    28: "invalid",  # number format
    29: "rejected",
    31: "lost",
    34: "unreachable",  # no circuit
    38: "unreachable",
    41: "unreachable",
    42: "unreachable",
    44: "unreachable",
    58: "unreachable",  # no codec in common
    102: "unreachable",  # nothing came back in time
    127: "unreachable",
}
"""For a leg that wasn't answered yet."""
BROKEN = frozenset({27, 31, 38, 41, 44, 102})
"""For one that was: these say that it broke, all others that somebody hung up. 44 is an end to all sound."""
CAUSES: dict[Reason, int] = {
    "busy": 17,
    "no_answer": 19,
    "rejected": 21,
    "blocked": 21,
    "unreachable": 27,
    "invalid": 28,
}
"""What the other side is told; of anything else, that the call was cleared normally (16)."""


def reason(cause: int, *, answered: bool, rung: bool) -> Reason:
    """Why a leg is over. `rung`: we rang it, so that unanswered and without a cause means that nobody came."""
    if answered:
        return "lost" if cause in BROKEN else "gone"
    if not rung:
        return "gone"
    return REASONS.get(cause, "no_answer")


def cause(reason: Reason) -> int:
    """The cause to hang up with."""
    return CAUSES.get(reason, 16)
