"""A frame number that survives encoding and scaling: a row of black and white cells in the picture.

Sixteen bits, first cell always white, second always black, then the number, then its parity; drawn
in the middle of the picture, where no overlay of a tile lies. Pure numpy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NUMBER_BITS = 12
CELLS = NUMBER_BITS + 3
#: Part of the picture the row covers: left, top, right, bottom in 0..1.
PLACE = (0.2, 0.46, 0.8, 0.54)
WHITE, BLACK = 235, 16


def _bits(number: int) -> list[int]:
    value = [(number >> bit) & 1 for bit in range(NUMBER_BITS)]
    return [1, 0, *value, sum(value) & 1]


def draw(luma: NDArray[np.uint8], number: int) -> None:
    """Draws `number` (0..4095) into a (height, width) luma plane."""
    height, width = luma.shape
    top, bottom = round(PLACE[1] * height), round(PLACE[3] * height)
    edges = np.linspace(PLACE[0] * width, PLACE[2] * width, CELLS + 1).round().astype(int)
    for cell, bit in enumerate(_bits(number)):
        luma[top:bottom, edges[cell] : edges[cell + 1]] = WHITE if bit else BLACK


def read(pixels: NDArray[np.uint8]) -> int | None:
    """The number in a painted tile, (height, width, 4) uint8 BGRA; None when none is readable."""
    height, width = pixels.shape[:2]
    row = round((PLACE[1] + PLACE[3]) / 2 * height)
    step = (PLACE[2] - PLACE[0]) / CELLS
    columns = [round((PLACE[0] + (cell + 0.5) * step) * width) for cell in range(CELLS)]
    bits = [int(pixels[row, column, 1]) > 125 for column in columns]
    if not bits[0] or bits[1]:
        return None
    value = bits[2 : 2 + NUMBER_BITS]
    if (sum(value) & 1) != bits[-1]:
        return None
    return sum(bit << place for place, bit in enumerate(value))
