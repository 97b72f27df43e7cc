"""Layouts: how a window is cut into tiles, and where each tile lies in pixels.

Decides nothing about cameras. Pure values and integer geometry; no Qt. Tiles of one span in an even
grid get exactly the same pixel size, so that a camera moved between them needs no new ring; the pixels
that do not divide are left as an equal margin around the grid. A cut of a person's own may have lines
anywhere (`column_shares`, `row_shares`).
"""

from __future__ import annotations

from itertools import accumulate
from typing import NewType

from msgspec import Struct

LayoutId = NewType("LayoutId", str)

#: Pixels between two tiles (UI.md).
TILE_GAP_PX = 2
#: The most tiles of a window, and the most grid lines a cut may have in one direction.
TILES_MOST = 64
LINES_MOST = 64


class Cell(Struct, frozen=True):
    """A tile's place in its layout's grid, in grid units."""

    column: int
    row: int
    columns: int = 1
    rows: int = 1


class Layout(Struct, frozen=True):
    """A named cut of a window. `cells` in reading order: the first is the main tile.

    Attributes:
        column_shares, row_shares: how wide each column and how high each row is, in relation to the
            others; empty when all are equal.

    Raises:
        ValueError: a cell outside the grid, two cells on one spot, shares that do not fit.
    """

    id: LayoutId
    columns: int
    rows: int
    cells: tuple[Cell, ...]
    column_shares: tuple[int, ...] = ()
    row_shares: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not (0 < self.columns <= LINES_MOST and 0 < self.rows <= LINES_MOST):
            raise ValueError(f"layout {self.id}: {self.columns} × {self.rows} is no grid")
        if not 0 < len(self.cells) <= TILES_MOST:
            raise ValueError(f"layout {self.id}: {len(self.cells)} tiles; 1 to {TILES_MOST}")
        for count, shares in ((self.columns, self.column_shares), (self.rows, self.row_shares)):
            if shares and (len(shares) != count or min(shares) <= 0 or sum(shares) > 1 << 20):
                raise ValueError(f"layout {self.id}: {count} lines need {count} positive shares")
        self._check_cells()

    def _check_cells(self) -> None:
        taken: set[tuple[int, int]] = set()
        for cell in self.cells:
            inside = (
                0 <= cell.column < cell.column + cell.columns <= self.columns
                and 0 <= cell.row < cell.row + cell.rows <= self.rows
            )
            if not inside:
                raise ValueError(f"layout {self.id}: {cell} leaves the grid")
            spots = {
                (cell.column + dx, cell.row + dy)
                for dx in range(cell.columns)
                for dy in range(cell.rows)
            }
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


def grid(columns: int, rows: int) -> Layout:
    """columns × rows equal tiles, id such as `3x3`."""
    cells = tuple(Cell(i % columns, i // columns) for i in range(columns * rows))
    return Layout(LayoutId(f"{columns}x{rows}"), columns, rows, cells)


def _one_and(side: int, big: int | None = None) -> Layout:
    """One large tile top left, small ones along the right and the bottom edge."""
    large = big or side - 1
    right = tuple(Cell(column, row) for row in range(large) for column in range(large, side))
    bottom = tuple(Cell(column, row) for row in range(large, side) for column in range(side))
    cells = (Cell(0, 0, large, large), *right, *bottom)
    return Layout(LayoutId(f"1+{len(cells) - 1}"), side, side, cells)


def _two_and_eight() -> Layout:
    small = tuple(Cell(i % 4, 2 + i // 4) for i in range(8))
    return Layout(LayoutId("2+8"), 4, 4, (Cell(0, 0, 2, 2), Cell(2, 0, 2, 2), *small))


def _corridor_and_four() -> Layout:
    """One upright tile on the left (a corridor or a stair), four lying ones beside it."""
    lying = tuple(Cell(1 + 2 * (i % 2), i // 2, 2) for i in range(4))
    return Layout(LayoutId("corridor 1+4"), 5, 2, (Cell(0, 0, 1, 2), *lying))


def _named(name: str, layout: Layout) -> Layout:
    return Layout(LayoutId(name), layout.columns, layout.rows, layout.cells)


#: The layouts every wall knows; the first eight answer to the keys F1…F8. `corridor`: upright tiles
#: for pictures in corridor format (9:16) on a lying monitor; `upright`: for a monitor stood on end.
LAYOUTS: dict[LayoutId, Layout] = {
    layout.id: layout
    for layout in (
        grid(1, 1), grid(2, 2), grid(3, 2), grid(3, 3), grid(4, 4), _one_and(3), _one_and(4), _two_and_eight(),
        grid(4, 3), _one_and(4, 2), grid(5, 5), grid(6, 6), grid(7, 7), grid(8, 8),
        _named("corridor 3", grid(3, 1)), _named("corridor 5", grid(5, 1)), _corridor_and_four(),
        _named("upright 2", grid(1, 2)), _named("upright 3", grid(1, 3)), _named("upright 8", grid(2, 4)),
    )
}  # fmt: skip

SINGLE = LayoutId("1x1")


def smallest_grid(tile_count: int) -> LayoutId:
    """The square layout of the fewest tiles that holds `tile_count` (at most 64)."""
    for side in range(1, 9):
        if side * side >= tile_count:
            return LayoutId(f"{side}x{side}")
    return LayoutId("8x8")


def place(
    layout: Layout, width_px: int, height_px: int, gap_px: int = TILE_GAP_PX
) -> list[PixelRect]:
    """Where each cell of `layout` lies in a window of this size; at least 1 px each."""
    lefts, rights = _lines(layout.columns, layout.column_shares, width_px, gap_px)
    tops, bottoms = _lines(layout.rows, layout.row_shares, height_px, gap_px)
    return [
        PixelRect(
            lefts[cell.column],
            tops[cell.row],
            rights[cell.column + cell.columns - 1] - lefts[cell.column],
            bottoms[cell.row + cell.rows - 1] - tops[cell.row],
        )
        for cell in layout.cells
    ]


def _lines(
    count: int, shares: tuple[int, ...], length_px: int, gap_px: int
) -> tuple[list[int], list[int]]:
    """Where each column (or row) begins and ends."""
    room = length_px - gap_px * (count - 1)
    if not shares:
        unit = max(1, room // count)
        margin = max(0, (length_px - unit * count - gap_px * (count - 1)) // 2)
        starts = [margin + number * (unit + gap_px) for number in range(count)]
        return starts, [start + unit for start in starts]
    total = sum(shares)
    edges = [0, *(round(done * room / total) for done in accumulate(shares))]
    starts = [max(0, edge) + gap_px * number for number, edge in enumerate(edges[:-1])]
    ends = [edge + gap_px * number for number, edge in enumerate(edges[1:])]
    return starts, [max(start + 1, end) for start, end in zip(starts, ends, strict=True)]
