"""A hash tree over a day's entries (as in RFC 9162, 2.1, with SHA-256), proofs that an entry is in it, and the chain.

What is hashed is prefixed: an entry with a nought byte, a pair of hashes with a one, so that neither can pass for the
other. The entries' hashes are put in order first; where there is an odd one it goes up as it is.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Literal

EMPTY_CHAIN = bytes(32)
"""What the first closed day is chained to."""

Step = tuple[Literal["left", "right"], bytes]
"""A hash to be put beside ours, and on which side."""


def leaf_hash(content: bytes) -> bytes:
    """The hash of an entry's canonical bytes."""
    return hashlib.sha256(b"\x00" + content).digest()


def _pair(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The next level up."""
    pairs = [_pair(*level[start : start + 2]) for start in range(0, len(level) - 1, 2)]
    return pairs + list(level[len(pairs) * 2 :])


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaves, in whatever order they come; of none, the hash of nothing."""
    level = sorted(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else hashlib.sha256(b"").digest()


def proof_of(leaves: Sequence[bytes], leaf: bytes) -> list[Step]:
    """The way from a leaf up to the root. Raises ValueError when it isn't among them."""
    level, steps = sorted(leaves), list[Step]()
    place = level.index(leaf)
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            steps.append(("left" if beside < place else "right", level[beside]))
        level, place = _above(level), place // 2
    return steps


def climbed(leaf: bytes, steps: Sequence[Step]) -> bytes:
    """The root to which a proof leads."""
    for side, beside in steps:
        leaf = _pair(beside, leaf) if side == "left" else _pair(leaf, beside)
    return leaf


def linked(chain: bytes, day: date, root: bytes) -> bytes:
    """The chain's hash once this day is in it: over the hash before, the day as text, and its root."""
    return hashlib.sha256(chain + day.isoformat().encode() + root).digest()
