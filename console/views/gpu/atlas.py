"""Atlas: where pictures lie side by side in one texture, so that one draw reaches all of them.

Shelves: a row takes pictures of about its height. A wall's pictures have few sizes, so shelves
waste little. Pure arithmetic, pixels; any thread.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from console.views.compositor import CompositorFailed

#: The smallest texture that is tried.
SMALLEST_PX = 1024
#: A picture may stand on a shelf that is at most this much higher.
WASTE_MOST = 1.25

Size = tuple[int, int]


@dataclass(slots=True)
class _Shelf:
    top_px: int
    height_px: int
    used_px: int = 0


class Atlas:
    """Places in a texture of `size`, by key. A picture of another size gets another place."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self._shelves: list[_Shelf] = []
        self._filled_px = 0
        self._places: dict[Hashable, tuple[int, int, int, int]] = {}

    def place(self, key: Hashable, size: Size) -> tuple[int, int] | None:
        """Left and top of the place for `key`; None: there is no room left."""
        known = self._places.get(key)
        if known is not None and known[2:] == size:
            return known[:2]
        found = self._room(size)
        if found is not None:
            self._places[key] = (*found, *size)
        return found

    def _room(self, size: Size) -> tuple[int, int] | None:
        width, height = size
        for shelf in self._shelves:
            fits = height <= shelf.height_px <= max(height + 8, height * WASTE_MOST)
            if fits and shelf.used_px + width <= self.size[0]:
                shelf.used_px += width
                return shelf.used_px - width, shelf.top_px
        if width > self.size[0] or self._filled_px + height > self.size[1]:
            return None
        self._shelves.append(_Shelf(self._filled_px, height, width))
        self._filled_px += height
        return 0, self._shelves[-1].top_px


def packed(wanted: Iterable[tuple[Hashable, Size]], most_px: int) -> Atlas:
    """The smallest atlas with a place for every key.

    Args:
        most_px: the longest side of a texture.

    Raises:
        CompositorFailed: no texture of this graphics device is large enough.
    """
    ordered = sorted(wanted, key=lambda one: (one[1][1], one[1][0]), reverse=True)
    width = height = SMALLEST_PX
    while width <= most_px and height <= most_px:
        atlas = Atlas((width, height))
        if all(atlas.place(key, size) is not None for key, size in ordered):
            return atlas
        if height < width:
            height *= 2
        else:
            width *= 2
    raise CompositorFailed(
        f"the wall's {len(ordered)} pictures do not fit a texture of {most_px}×{most_px} pixels"
    )
