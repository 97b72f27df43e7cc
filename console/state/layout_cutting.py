"""Cutting a window freely: split a tile, merge tiles, move a gap. Pure: a layout in, another out.

Works on rectangles of a canvas of 5,040 × 5,040 units (divisible by 1…10, so that even grids stay
even); the result is a `Layout` again. The order of tiles is kept, so that cameras stay where they are.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from msgspec import Struct

from console.state.layouts import TILES_MOST, Cell, Layout, LayoutId
from ingest.errors import GridwallError

CANVAS = 5040
#: No tile gets narrower or lower than this share of the window (1/20).
LEAST = CANVAS // 20
#: A moved gap comes to rest on another tile's edge, or on a 24th of the window, this near.
SNAP = CANVAS // 80


class CutProblem(enum.Enum):
    TOO_SMALL = "the tile is too small to be split"
    TOO_MANY = "a window has 64 tiles at most"
    NO_RECTANGLE = "only tiles that form a rectangle together can be merged"
    TOO_FEW = "select two or more tiles to merge them"
    NOT_EVEN = "this layout cannot be cut any finer"


class CutRefused(GridwallError):
    """A cut that is not possible: `problem` says why."""

    def __init__(self, problem: CutProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class Axis(enum.Enum):
    """A split into columns has its gap upright; into rows, lying."""

    COLUMNS = "columns"
    ROWS = "rows"


class Box(Struct, frozen=True):
    """A tile on the canvas."""

    left: int
    top: int
    right: int
    bottom: int

    def span(self, axis: Axis) -> tuple[int, int]:
        return (self.left, self.right) if axis is Axis.COLUMNS else (self.top, self.bottom)

    def with_span(self, axis: Axis, start: int, end: int) -> Box:
        if axis is Axis.COLUMNS:
            return Box(start, self.top, end, self.bottom)
        return Box(self.left, start, self.right, end)

    @property
    def area(self) -> int:
        return (self.right - self.left) * (self.bottom - self.top)


class Cut(Struct, frozen=True):
    """A new layout; `order[i]` is the former index of tile i (None: a tile of its own)."""

    layout: Layout
    order: tuple[int | None, ...]


class Gap(Struct, frozen=True):
    """The movable piece of a line between tiles: who ends there and who begins there."""

    axis: Axis
    at: int
    before: tuple[int, ...]
    after: tuple[int, ...]


def boxes_of(layout: Layout) -> list[Box]:
    """Every tile on the canvas."""
    xs = _edges(layout.columns, layout.column_shares)
    ys = _edges(layout.rows, layout.row_shares)
    return [
        Box(xs[c.column], ys[c.row], xs[c.column + c.columns], ys[c.row + c.rows])
        for c in layout.cells
    ]


def layout_of(layout_id: LayoutId, boxes: Sequence[Box]) -> Layout:
    """The layout of these tiles. Raises CutRefused where it would need too many lines."""
    xs = sorted({0, CANVAS} | {edge for box in boxes for edge in (box.left, box.right)})
    ys = sorted({0, CANVAS} | {edge for box in boxes for edge in (box.top, box.bottom)})
    cells = tuple(
        Cell(
            xs.index(box.left),
            ys.index(box.top),
            xs.index(box.right) - xs.index(box.left),
            ys.index(box.bottom) - ys.index(box.top),
        )
        for box in boxes
    )
    try:
        return Layout(layout_id, len(xs) - 1, len(ys) - 1, cells, _shares(xs), _shares(ys))
    except ValueError as error:
        raise CutRefused(CutProblem.NOT_EVEN) from error


def split(layout: Layout, index: int, axis: Axis) -> Cut:
    """Tile `index` in two halves; the new one is the last tile. Raises CutRefused."""
    boxes = boxes_of(layout)
    if len(boxes) >= TILES_MOST:
        raise CutRefused(CutProblem.TOO_MANY)
    start, end = boxes[index].span(axis)
    if end - start < 2 * LEAST:
        raise CutRefused(CutProblem.TOO_SMALL)
    middle = (start + end) // 2
    halves = boxes[index].with_span(axis, start, middle), boxes[index].with_span(axis, middle, end)
    boxes[index] = halves[0]
    order = (*range(len(boxes)), None)
    return Cut(layout_of(layout.id, [*boxes, halves[1]]), order)


def merge(layout: Layout, indexes: Iterable[int]) -> Cut:
    """These tiles as one, at the place of the first. Raises CutRefused."""
    chosen = sorted(set(indexes))
    if len(chosen) < 2:
        raise CutRefused(CutProblem.TOO_FEW)
    boxes = boxes_of(layout)
    parts = [boxes[index] for index in chosen]
    whole = Box(
        min(box.left for box in parts),
        min(box.top for box in parts),
        max(box.right for box in parts),
        max(box.bottom for box in parts),
    )
    if whole.area != sum(box.area for box in parts):
        raise CutRefused(CutProblem.NO_RECTANGLE)
    kept = [index for index in range(len(boxes)) if index not in chosen[1:]]
    merged = [whole if index == chosen[0] else boxes[index] for index in kept]
    return Cut(layout_of(layout.id, merged), tuple(kept))


def gap_at(layout: Layout, x: int, y: int, reach: int) -> Gap | None:
    """The gap within `reach` units of a point of the canvas, None where there is none."""
    boxes = boxes_of(layout)
    for axis, at, along in ((Axis.COLUMNS, x, y), (Axis.ROWS, y, x)):
        other = Axis.ROWS if axis is Axis.COLUMNS else Axis.COLUMNS
        for index, box in enumerate(boxes):
            start, end = box.span(other)
            edge = box.span(axis)[1]
            if abs(edge - at) <= reach and start <= along <= end and edge < CANVAS:
                return _gap_of(boxes, index, axis)
    return None


def gap_beside(layout: Layout, index: int, axis: Axis, *, after: bool) -> Gap | None:
    """The gap at one side of a tile; None at the window's edge."""
    boxes = boxes_of(layout)
    edge = boxes[index].span(axis)[1 if after else 0]
    if edge in (0, CANVAS):
        return None
    if after:
        return _gap_of(boxes, index, axis)
    other = Axis.ROWS if axis is Axis.COLUMNS else Axis.COLUMNS
    for number, box in enumerate(boxes):
        if box.span(axis)[1] == edge and _meet(box.span(other), boxes[index].span(other)):
            return _gap_of(boxes, number, axis)
    return None


def move_gap(layout: Layout, gap: Gap, to: int, *, snaps: bool = True) -> Layout:
    """The layout with this gap at `to`, kept where every tile stays large enough."""
    boxes = boxes_of(layout)
    low = max(boxes[index].span(gap.axis)[0] for index in gap.before) + LEAST
    high = min(boxes[index].span(gap.axis)[1] for index in gap.after) - LEAST
    if low > high:
        return layout
    at = min(max(_snapped(boxes, gap, to) if snaps else to, low), high)
    for index in gap.before:
        boxes[index] = boxes[index].with_span(gap.axis, boxes[index].span(gap.axis)[0], at)
    for index in gap.after:
        boxes[index] = boxes[index].with_span(gap.axis, at, boxes[index].span(gap.axis)[1])
    return layout_of(layout.id, boxes)


def _gap_of(boxes: Sequence[Box], index: int, axis: Axis) -> Gap:
    """All tiles that must move with the far edge of tile `index`: they touch along the line."""
    other = Axis.ROWS if axis is Axis.COLUMNS else Axis.COLUMNS
    at = boxes[index].span(axis)[1]
    enders = [i for i, box in enumerate(boxes) if box.span(axis)[1] == at]
    beginners = [i for i, box in enumerate(boxes) if box.span(axis)[0] == at]
    before, after = {index}, set[int]()
    grown = True
    while grown:
        found_after = {i for i in beginners for j in before if _touch(boxes, i, j, other)}
        found_before = {i for i in enders for j in found_after if _touch(boxes, i, j, other)}
        grown = found_after != after or not found_before <= before
        after, before = found_after, before | found_before
    return Gap(axis, at, tuple(sorted(before)), tuple(sorted(after)))


def _touch(boxes: Sequence[Box], a: int, b: int, axis: Axis) -> bool:
    return _meet(boxes[a].span(axis), boxes[b].span(axis))


def _meet(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _snapped(boxes: Sequence[Box], gap: Gap, to: int) -> int:
    moving = {*gap.before, *gap.after}
    lines = {
        edge
        for index, box in enumerate(boxes)
        if index not in moving
        for edge in box.span(gap.axis)
    }
    lines |= {number * CANVAS // 24 for number in range(1, 24)}
    nearest = min(lines, key=lambda line: abs(line - to))
    return nearest if abs(nearest - to) <= SNAP else to


def _edges(count: int, shares: tuple[int, ...]) -> list[int]:
    used = shares or (1,) * count
    total = sum(used)
    return [0, *(round(done * CANVAS / total) for done in accumulate(used))]


def _shares(edges: Sequence[int]) -> tuple[int, ...]:
    """Differences of the edges; empty when all are equal (give or take a rounding unit)."""
    widths = [b - a for a, b in pairwise(edges)]
    return () if max(widths) - min(widths) <= 1 else tuple(widths)
