"""Free cutting: no step ever leaves a tile outside, over another, or too small to see."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.site import CameraId
from console.state.layout_book import FREE, LayoutBook, LayoutEntry, LayoutOrigin
from console.state.layout_cutting import (
    CANVAS,
    LEAST,
    Axis,
    CutProblem,
    CutRefused,
    boxes_of,
    gap_at,
    gap_beside,
    merge,
    move_gap,
    split,
)
from console.state.layout_editor import EditEnd, LayoutEditor
from console.state.layouts import LAYOUTS, TILES_MOST, Layout, LayoutId, place
from console.state.tiles import TileAddress, WindowId
from console.state.wall import WallState

MAIN = WindowId("main")
CAMERAS = [CameraId(f"cam-{i:03d}") for i in range(1, 65)]


def layout(name: str) -> Layout:
    return LAYOUTS[LayoutId(name)]


def fills_the_window(cut: Layout) -> None:
    boxes = boxes_of(cut)
    assert sum(box.area for box in boxes) == CANVAS * CANVAS
    for a, b in itertools.combinations(boxes, 2):
        assert a.right <= b.left or b.right <= a.left or a.bottom <= b.top or b.bottom <= a.top


def test_every_known_layout_survives_the_way_to_the_canvas_and_back() -> None:
    for known in LAYOUTS.values():
        fills_the_window(known)
        halved = split(known, 0, Axis.ROWS).layout if len(known.cells) < TILES_MOST else known
        whole = merge(halved, (0, len(known.cells))).layout if halved is not known else known
        assert boxes_of(whole) == boxes_of(known)


def test_a_split_tile_keeps_its_camera_and_the_new_half_is_the_last_tile() -> None:
    cut = split(layout("2x2"), 1, Axis.COLUMNS)
    boxes = boxes_of(cut.layout)
    assert cut.order == (0, 1, 2, 3, None)
    assert (boxes[1].left, boxes[1].right, boxes[4].left, boxes[4].right) == (
        2520,
        3780,
        3780,
        5040,
    )


def test_tiles_that_form_no_rectangle_are_not_merged() -> None:
    with pytest.raises(CutRefused) as caught:
        merge(layout("3x3"), (0, 1, 3))
    assert caught.value.problem is CutProblem.NO_RECTANGLE


def test_the_whole_line_moves_where_tiles_on_both_sides_hang_together() -> None:
    gap = gap_at(layout("2x2"), CANVAS // 2, CANVAS // 4, 50)
    assert gap is not None
    assert (gap.before, gap.after) == ((0,), (1,))
    across = gap_at(layout("1+5"), CANVAS * 2 // 3, CANVAS // 2, 50)
    assert across is not None
    assert (across.before, across.after) == ((0,), (1, 2))


def test_a_moved_gap_stops_where_the_next_tile_would_be_too_small() -> None:
    gap = gap_beside(layout("3x3"), 4, Axis.COLUMNS, after=True)
    assert gap is not None
    moved = move_gap(layout("3x3"), gap, CANVAS)
    assert boxes_of(moved)[5].left == CANVAS - LEAST
    fills_the_window(moved)


def test_a_gap_near_another_line_rests_on_it_so_that_tiles_line_up() -> None:
    gap = gap_at(layout("2x2"), CANVAS // 2, CANVAS // 4, 50)
    assert gap is not None
    moved = move_gap(layout("2x2"), gap, CANVAS // 3 + 20)
    assert boxes_of(moved)[0].right == CANVAS // 3


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["split", "merge", "move"]),
        st.integers(0, 63), st.integers(0, 63), st.sampled_from(list(Axis)), st.integers(0, CANVAS),
    ),
    max_size=25,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(start=st.sampled_from(list(LAYOUTS.values())), steps=STEPS)
def test_any_sequence_of_cuts_fills_the_window_exactly(
    start: Layout, steps: list[tuple[str, int, int, Axis, int]]
) -> None:
    cut = start
    for what, a, b, axis, to in steps:
        first, second = a % len(cut.cells), b % len(cut.cells)
        try:
            if what == "split":
                cut = split(cut, first, axis).layout
            elif what == "merge":
                cut = merge(cut, (first, second)).layout
            elif (gap := gap_beside(cut, first, axis, after=to % 2 == 0)) is not None:
                cut = move_gap(cut, gap, to)
        except CutRefused:
            continue
        fills_the_window(cut)
    rects = place(cut, 1920, 1080)
    assert all(r.x_px >= 0 and r.x_px + r.width_px <= 1920 for r in rects)
    assert all(r.y_px >= 0 and r.y_px + r.height_px <= 1080 for r in rects)
    assert min(min(r.width_px, r.height_px) for r in rects) > 1080 // 30


@pytest.fixture
def wall() -> WallState:
    state = WallState()
    state.open_window(MAIN, LayoutId("2x2"))
    state.fill(CAMERAS[:6])
    return state


def shown(wall: WallState) -> list[CameraId | None]:
    return [wall.tile(a).camera_id for a in wall.addresses()]


def test_cameras_stay_in_their_tiles_while_a_window_is_cut(wall: WallState) -> None:
    editor = LayoutEditor(wall, MAIN)
    editor.choose(0)
    editor.split(Axis.ROWS)
    assert shown(wall) == [*CAMERAS[:4], None]
    editor.choose(1)
    editor.choose(3, more=True)
    editor.merge()
    assert shown(wall) == [*CAMERAS[:3], None]
    assert wall.window(MAIN).layout_id == FREE
    assert wall.window(MAIN).tiles[-1].camera_id == CAMERAS[3]


def test_undo_and_discard_bring_back_what_was_there(wall: WallState) -> None:
    before = wall.window(MAIN)
    ends: list[EditEnd] = []
    editor = LayoutEditor(wall, MAIN)
    editor.ended.connect(ends.append)
    editor.split(Axis.COLUMNS)
    after_one = wall.window(MAIN)
    editor.push_edge(1, 0)
    editor.undo()
    assert wall.window(MAIN) == after_one
    editor.take_back()
    editor.keep()
    assert wall.window(MAIN) == before
    assert ends == [EditEnd.TAKEN_BACK]


def test_after_a_merge_the_cursor_is_on_a_tile_that_exists_before_anybody_looks(
    wall: WallState,
) -> None:
    """The bar asked whether a tile that was gone could be split, and the window stopped painting."""
    editor = LayoutEditor(wall, MAIN)
    editor.choose(2)
    editor.choose(3, more=True)
    seen: list[bool] = []
    editor.changed.connect(lambda: seen.append(editor.cursor < len(editor.layout.cells)))
    editor.merge()
    editor.undo()
    assert all(seen)


def test_a_dragged_gap_reaches_the_wall_only_when_it_is_let_go(wall: WallState) -> None:
    editor = LayoutEditor(wall, MAIN)
    gap = editor.gap_under(0.5, 0.25, 0.01)
    assert gap is not None
    editor.grab(gap)
    editor.drag(0.7, 0.25)
    assert wall.window(MAIN).layout_id == LayoutId("2x2")
    assert boxes_of(editor.layout)[0].right > CANVAS // 2
    editor.drop()
    assert wall.window(MAIN).layout_id == FREE


def test_a_cut_from_elsewhere_ends_the_editing(wall: WallState) -> None:
    ends: list[EditEnd] = []
    editor = LayoutEditor(wall, MAIN)
    editor.ended.connect(ends.append)
    wall.call(CAMERAS[20])
    assert ends == []
    wall.set_layout(MAIN, LayoutId("3x3"))
    assert ends == [EditEnd.OVERTAKEN]


def test_the_selection_stays_on_a_tile_that_exists(wall: WallState) -> None:
    wall.select(TileAddress(MAIN, 3))
    seen: list[TileAddress | None] = []
    wall.window_changed.connect(lambda _window: seen.append(wall.selected))
    wall.cut(MAIN, layout("1x1"))
    assert seen == [TileAddress(MAIN, 0)]


def test_own_and_shared_layouts_are_found_by_name_and_built_in_names_are_taken() -> None:
    book = LayoutBook()
    own = book.keep("路口", split(layout("2x2"), 0, Axis.ROWS).layout)
    book.take_site(
        [
            LayoutEntry(layout("3x3"), LayoutOrigin.SITE),
            LayoutEntry(
                Layout(LayoutId("广场"), 1, 1, layout("1x1").cells), LayoutOrigin.SITE, "seat 2"
            ),
        ]
    )
    assert book.find("路口") == LayoutEntry(own, LayoutOrigin.OWN)
    entry = book.find("广场")
    assert entry is not None
    assert entry.by == "seat 2"
    assert book.find("3x3") == LayoutEntry(layout("3x3"), LayoutOrigin.BUILT_IN)
    with pytest.raises(ValueError, match="every wall"):
        book.keep("3x3", own)
    again = LayoutBook()
    again.restore(book.own)
    assert again.find("路口") == book.find("路口")
    book.forget(own.id)
    assert book.find("路口") is None
