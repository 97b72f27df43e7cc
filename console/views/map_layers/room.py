"""Room: which parts of a picture are taken already, so that names never cover one another.

Threads: one thread.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import QRectF

#: Boxes are kept by squares of this size: a box is compared with its neighbours, not with all.
SQUARE_PX = 64


class Room:
    """Boxes in pixels, by the squares they touch."""

    def __init__(self) -> None:
        self._squares: dict[tuple[int, int], list[QRectF]] = {}
        self._boxes: list[QRectF] = []

    def take(self, box: QRectF) -> None:
        """Nothing else belongs here from now on."""
        self._boxes.append(box)
        for square in _squares_of(box):
            self._squares.setdefault(square, []).append(box)

    def boxes(self) -> list[QRectF]:
        """Every box that was taken, each once."""
        return list(self._boxes)

    def is_free(self, box: QRectF) -> bool:
        """Whether `box` touches nothing that is taken."""
        return not any(
            box.intersects(taken)
            for square in _squares_of(box)
            for taken in self._squares.get(square, ())
        )


def _squares_of(box: QRectF) -> Iterator[tuple[int, int]]:
    for column in range(
        math.floor(box.left() / SQUARE_PX), math.floor(box.right() / SQUARE_PX) + 1
    ):
        for row in range(
            math.floor(box.top() / SQUARE_PX), math.floor(box.bottom() / SQUARE_PX) + 1
        ):
            yield column, row
