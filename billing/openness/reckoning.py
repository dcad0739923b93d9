"""What may be laid open, and how long the money lasts: pure, so that both can be tried on any numbers at all.

People are held together in fives. A stretch of months is laid open once at least five people were answered in it, and
five or none gave or had something given back, and, where minutes cost anything, five or none were on the telephone;
until then it waits for the next months. What is laid open stays as it is, whatever is entered later. So every figure,
and every difference of two figures, is about five people or nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

FEW = 5
"""Fewer than so many people are never told of."""
MONTHS_OF_COSTS = 6
"""Costs of at least so many months make the average that a runway is reckoned with."""


@dataclass(frozen=True, slots=True)
class People:
    """How many different people: callers who were answered, those of them on the telephone, and givers."""

    callers: int
    telephoned: int
    givers: int

    @property
    def enough(self) -> bool:
        """Whether a stretch of months with these people may be laid open."""
        return self.callers >= FEW and all(some == 0 or some >= FEW for some in (self.telephoned, self.givers))


def rounded(count: int) -> int:
    """A number of contacts as it is published: to the nearest five, and never below."""
    return max(FEW, (count + FEW // 2) // FEW * FEW)


def each_cost(costs: int, answered: int) -> int:
    """What one answered contact cost in minor units, from the number as it is published."""
    return max(0, costs) // answered


def spendable(liquid: int, owed_to_us: int, owed: int) -> int:
    """What there is to live on, in minor units: what lies at hand less what is owed and promised, as far as that isn't
    covered by what others owe. Promises of others are no money yet, so they never add anything."""
    return liquid - max(0, owed - max(0, owed_to_us))


def runway(there: int, costs: Sequence[tuple[int, int]]) -> int | None:
    """For how many whole months `there` lasts. `costs` are (minor units, months) of stretches, oldest first: the latest
    ones that make six months or more are averaged. None while they don't, or cost nothing."""
    spent = months = 0
    for minor, length in reversed(costs):
        if months >= MONTHS_OF_COSTS:
            break
        spent, months = spent + minor, months + length
    if months < MONTHS_OF_COSTS or spent <= 0:
        return None
    return max(0, there) * months // spent
