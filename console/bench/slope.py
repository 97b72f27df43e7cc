"""A trend by regression, with what is known about it.

Samples a few seconds apart are not independent (a camera that is away is away in several): they are
averaged over blocks first, and the confidence interval is of the regression over the blocks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from scipy import stats

BLOCK_S = 30.0
#: With fewer blocks no interval is worth telling.
BLOCKS_LEAST = 4


class Slope(Struct, frozen=True):
    """Change an hour, and the 95 % confidence interval of it."""

    per_hour: float
    low: float
    high: float
    blocks: int


def slope(times_s: Sequence[float], values: Sequence[float], block_s: float = BLOCK_S) -> Slope:
    """Least squares over the means of blocks.

    Raises ValueError with fewer than `BLOCKS_LEAST` blocks: nothing was measured then.
    """
    at, found = np.asarray(times_s, np.float64), np.asarray(values, np.float64)
    numbers = ((at - at[0]) // block_s).astype(int) if at.size else np.empty(0, int)
    present = np.unique(numbers)
    if present.size < BLOCKS_LEAST:
        raise ValueError(
            f"a slope needs {BLOCKS_LEAST} blocks of {block_s:.0f} s, there are {present.size}: "
            "measure longer"
        )
    middles = np.array([at[numbers == number].mean() for number in present])
    means = np.array([found[numbers == number].mean() for number in present])
    line = stats.linregress(middles / 3600, means)
    margin = float(stats.t.ppf(0.975, present.size - 2)) * float(line.stderr)
    rate = float(line.slope)
    return Slope(round(rate, 3), round(rate - margin, 3), round(rate + margin, 3), present.size)
