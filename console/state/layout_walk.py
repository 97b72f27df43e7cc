"""Which tile lies beside which: the way of the arrow keys over a layout. Pure."""

from __future__ import annotations

from console.state.layouts import Layout


def neighbour(layout: Layout, index: int, dx: int, dy: int) -> int | None:
    """The nearest tile in a direction among those that lie beside this one, first in order."""
    here = layout.cells[index]
    best: tuple[int, int] | None = None
    for other, cell in enumerate(layout.cells):
        if dx:
            beside = _overlap(here.row, here.rows, cell.row, cell.rows)
            away = _gap(here.column, here.columns, cell.column, cell.columns, dx)
        else:
            beside = _overlap(here.column, here.columns, cell.column, cell.columns)
            away = _gap(here.row, here.rows, cell.row, cell.rows, dy)
        if beside and away >= 0 and (best is None or away < best[0]):
            best = (away, other)
    return None if best is None else best[1]


def _overlap(a: int, a_span: int, b: int, b_span: int) -> bool:
    return a < b + b_span and b < a + a_span


def _gap(a: int, a_span: int, b: int, b_span: int, direction: int) -> int:
    """Free grid units from `a` to `b` in a direction; negative when `b` is not that way."""
    return b - (a + a_span) if direction > 0 else a - (b + b_span)
