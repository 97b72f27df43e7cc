"""Layouts: every tile inside the window, none over another, equal tiles equal to the pixel."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.state.layouts import LAYOUTS, Cell, Layout, LayoutId, PixelRect, place, smallest_grid

TILE_COUNTS = {
    "1x1": 1, "2x2": 4, "3x2": 6, "3x3": 9, "4x3": 12, "4x4": 16, "5x5": 25, "6x6": 36, "7x7": 49,
    "8x8": 64, "1+5": 6, "1+7": 8, "2+8": 10, "1+12": 13,
    "corridor 3": 3, "corridor 5": 5, "corridor 1+4": 5,
    "upright 2": 2, "upright 3": 3, "upright 8": 8,
}  # fmt: skip


def test_every_promised_layout_exists_with_its_tiles() -> None:
    assert {layout.id: len(layout.cells) for layout in LAYOUTS.values()} == TILE_COUNTS


def _overlap(a: PixelRect, b: PixelRect) -> bool:
    return (
        a.x_px < b.x_px + b.width_px
        and b.x_px < a.x_px + a.width_px
        and a.y_px < b.y_px + b.height_px
        and b.y_px < a.y_px + a.height_px
    )


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=str)
@given(width=st.integers(160, 8000), height=st.integers(90, 4400))
def test_tiles_fill_the_window_without_touching(layout: Layout, width: int, height: int) -> None:
    rects = place(layout, width, height)
    assert all(r.x_px >= 0 and r.x_px + r.width_px <= width for r in rects)
    assert all(r.y_px >= 0 and r.y_px + r.height_px <= height for r in rects)
    assert not any(_overlap(a, b) for a, b in itertools.combinations(rects, 2))
    spans = [(c.columns, c.rows) for c in layout.cells]
    sizes = {(span, r.width_px, r.height_px) for span, r in zip(spans, rects, strict=True)}
    assert len(sizes) == len(set(spans))


def test_a_layout_with_overlapping_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="lies on another"):
        Layout(LayoutId("bad"), 2, 2, (Cell(0, 0, 2, 2), Cell(1, 1)))


@pytest.mark.parametrize(
    ("count", "layout"), [(1, "1x1"), (5, "3x3"), (16, "4x4"), (37, "7x7"), (50, "8x8")]
)
def test_smallest_grid_holds_the_tiles(count: int, layout: str) -> None:
    assert smallest_grid(count) == layout
