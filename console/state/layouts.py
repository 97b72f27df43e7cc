"""Layouts: how a window is cut into tiles, and where each tile lies in pixels.

Decides nothing about cameras. Pure values and integer geometry; no Qt. Tiles of one span get
exactly the same pixel size, so that a camera moved between them needs no new ring; the pixels
that do not divide are left as an equal margin around the grid.
"""

from __future__ import annotations

from typing import NewType

from msgspec import Struct

LayoutId = NewType("LayoutId", str)

#: Pixels between two tiles (UI.md).
TILE_GAP_PX = 2


class Cell(Struct, frozen=True):
    """A tile's place in its layout's grid, in grid units."""

    column: int
    row: int
    span: int = 1


class Layout(Struct, frozen=True):
    """A named cut of a window. `cells` in reading order: the first is the main tile.

    Raises:
        ValueError: a cell outside the grid, or two cells on one spot.
    """

    id: LayoutId
    columns: int
    rows: int
    cells: tuple[Cell, ...]

    def __post_init__(self) -> None:
        taken: set[tuple[int, int]] = set()
        for cell in self.cells:
            spots = {
                (cell.column + dx, cell.row + dy)
                for dx in range(cell.span)
                for dy in range(cell.span)
            }
            if any(not (0 <= x < self.columns and 0 <= y < self.rows) for x, y in spots):
                raise ValueError(f"layout {self.id}: {cell} leaves the grid")
            if taken & spots:
                raise ValueError(f"layout {self.id}: {cell} lies on another tile")
            taken |= spots


class PixelRect(Struct, frozen=True):
    """A rectangle in pixels of the window, origin top left."""

    x_px: int
    y_px: int
    width_px: int
    height_px: int

    def contains(self, x_px: float, y_px: float) -> bool:
        return (
            self.x_px <= x_px < self.x_px + self.width_px
            and self.y_px <= y_px < self.y_px + self.height_px
        )


def grid(side: int) -> Layout:
    """side × side equal tiles, id such as `3x3`."""
    cells = tuple(Cell(i % side, i // side) for i in range(side * side))
    return Layout(LayoutId(f"{side}x{side}"), side, side, cells)


def _one_and(side: int) -> Layout:
    """One large tile top left, small ones along the right and the bottom edge."""
    big = side - 1
    right = tuple(Cell(big, row) for row in range(big))
    bottom = tuple(Cell(column, big) for column in range(side))
    cells = (Cell(0, 0, big), *right, *bottom)
    return Layout(LayoutId(f"1+{len(cells) - 1}"), side, side, cells)


def _three_by_two() -> Layout:
    """Six tiles near 16:9 in the wide, low wall above a map."""
    return Layout(LayoutId("3x2"), 3, 2, tuple(Cell(i % 3, i // 3) for i in range(6)))


def _two_and_eight() -> Layout:
    small = tuple(Cell(i % 4, 2 + i // 4) for i in range(8))
    return Layout(LayoutId("2+8"), 4, 4, (Cell(0, 0, 2), Cell(2, 0, 2), *small))


#: The layouts every wall knows, in the order of the keys F1…
LAYOUTS: dict[LayoutId, Layout] = {
    layout.id: layout
    for layout in (
        grid(1), grid(2), _three_by_two(), grid(3), grid(4), _one_and(3), _one_and(4), _two_and_eight(),
        grid(5), grid(6), grid(8),
    )
}  # fmt: skip

SINGLE = LayoutId("1x1")


def smallest_grid(tile_count: int) -> LayoutId:
    """The square layout of the fewest tiles that holds `tile_count` (at most 64)."""
    for side in (1, 2, 3, 4, 5, 6, 8):
        if side * side >= tile_count:
            return LayoutId(f"{side}x{side}")
    return LayoutId("8x8")


def place(
    layout: Layout, width_px: int, height_px: int, gap_px: int = TILE_GAP_PX
) -> list[PixelRect]:
    """Where each cell of `layout` lies in a window of this size; at least 1 px each."""
    unit_w = max(1, (width_px - gap_px * (layout.columns - 1)) // layout.columns)
    unit_h = max(1, (height_px - gap_px * (layout.rows - 1)) // layout.rows)
    margin_x = max(0, (width_px - unit_w * layout.columns - gap_px * (layout.columns - 1)) // 2)
    margin_y = max(0, (height_px - unit_h * layout.rows - gap_px * (layout.rows - 1)) // 2)
    return [
        PixelRect(
            margin_x + cell.column * (unit_w + gap_px),
            margin_y + cell.row * (unit_h + gap_px),
            unit_w * cell.span + gap_px * (cell.span - 1),
            unit_h * cell.span + gap_px * (cell.span - 1),
        )
        for cell in layout.cells
    ]
