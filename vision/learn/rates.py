"""How sure a counted rate is: exact 95 % intervals of counts, without scipy."""

from __future__ import annotations

import math

#: What lies outside each end of a 95 % interval.
TAIL = 0.025
_STEPS = 60


def _at_most(count: int, mean: float) -> float:
    """Chance of `count` or fewer events where `mean` are expected."""
    if mean <= 0:
        return 1.0
    terms = (k * math.log(mean) - mean - math.lgamma(k + 1) for k in range(count + 1))
    return min(1.0, math.fsum(math.exp(term) for term in terms))


def _mean_where(count: int, chance: float) -> float:
    low, high = 0.0, 10.0 + 3.0 * count
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(count, middle) > chance else (low, middle)
    return (low + high) / 2


def poisson_interval(count: int) -> tuple[float, float]:
    """The means (low, high) that a count of rare events is compatible with at 95 % (Garwood).

    Nothing seen is not nothing there: 0 events give (0, 3.69).
    """
    low = 0.0 if count == 0 else _mean_where(count - 1, 1 - TAIL)
    return low, _mean_where(count, TAIL)


def _binomial_at_most(count: int, of: int, chance: float) -> float:
    """Chance of `count` or fewer successes in `of` tries."""
    if chance <= 0.0 or count >= of:
        return 1.0
    if chance >= 1.0:
        return 0.0
    return math.fsum(
        math.comb(of, k) * chance**k * (1 - chance) ** (of - k) for k in range(count + 1)
    )


def _share_where(count: int, of: int, chance: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if _binomial_at_most(count, of, middle) > chance else (low, middle)
        )
    return (low + high) / 2


def share_interval(count: int, of: int) -> tuple[float, float]:
    """The shares (low, high) that `count` of `of` is compatible with at 95 % (Clopper-Pearson)."""
    if of == 0:
        return 0.0, 1.0
    low = 0.0 if count == 0 else _share_where(count - 1, of, 1 - TAIL)
    return low, 1.0 if count == of else _share_where(count, of, TAIL)
