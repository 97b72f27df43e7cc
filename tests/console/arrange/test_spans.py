"""One picture over several monitors: every part joins the next, and what is behind a frame is hidden."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.site import CameraId
from console.desk.scene_messages import PushInForce
from console.state.layout_cutting import CANVAS, Box, boxes_of, layout_of
from console.state.layouts import LAYOUTS, LayoutId
from console.state.pushed_scenes import PushedScenes
from console.state.scenes import Scene, SceneBook, SceneContent, SceneTile, SceneWindow
from console.state.spans import MonitorPlace, Spans, parts_of
from console.state.tiles import Aspect, TileAddress, WindowId
from console.state.wall import WallState

CAMERAS = [CameraId(f"cam-{i:03d}") for i in range(1, 41)]
WINDOWS = [WindowId(f"monitor {name}") for name in ("A", "B", "C", "D")]


def wall_of(columns: int, rows: int, width: int = 1920, height: int = 1080) -> list[MonitorPlace]:
    return [
        MonitorPlace(WINDOWS[row * columns + column], column * width, row * height, width, height)
        for row in range(rows)
        for column in range(columns)
    ]


def test_four_monitors_in_a_square_show_a_quarter_each() -> None:
    parts = parts_of(wall_of(2, 2), 0, (1920, 1080))
    assert [parts[w].region_norm for w in WINDOWS] == [
        (0, 0, 0.5, 0.5), (0.5, 0, 1, 0.5), (0, 0.5, 0.5, 1), (0.5, 0.5, 1, 1),
    ]  # fmt: skip


def test_what_lies_behind_the_frames_is_shown_by_nobody() -> None:
    parts = parts_of(wall_of(2, 2), 48, (1920, 1080), Aspect.FILL)
    first, second = parts[WINDOWS[0]].region_norm, parts[WINDOWS[1]].region_norm
    hidden = (second[0] - first[2]) * (2 * 1920 + 2 * 48)
    assert hidden == pytest.approx(2 * 48, abs=1.5)
    assert (first[0], second[2]) == (0.0, 1.0)


def test_two_monitors_side_by_side_keep_the_pictures_shape_with_bars_outside() -> None:
    parts = parts_of(wall_of(2, 1), 0, (1920, 1080))
    left, right = parts[WINDOWS[0]], parts[WINDOWS[1]]
    assert (left.region_norm, right.region_norm) == ((0, 0, 0.5, 1), (0.5, 0, 1, 1))
    assert left.layout is not None
    assert right.layout is not None
    assert boxes_of(left.layout)[0].right == CANVAS
    assert boxes_of(left.layout)[0].left == CANVAS // 2
    assert boxes_of(right.layout)[0].left == 0


@given(
    st.sampled_from([(2, 1), (1, 2), (2, 2), (3, 1), (4, 1)]),
    st.floats(0, 100), st.sampled_from([(1920, 1080), (704, 576), (1080, 1920)]),
    st.sampled_from(list(Aspect)),
)  # fmt: skip
def test_parts_never_overlap_and_never_leave_the_picture(
    grid: tuple[int, int], bezel: float, shape: tuple[int, int], aspect: Aspect
) -> None:
    parts = [p for p in parts_of(wall_of(*grid), bezel, shape, aspect).values() if p.layout]
    regions = [p.region_norm for p in parts]
    assert regions
    for x1, y1, x2, y2 in regions:
        assert 0 <= x1 < x2 <= 1.0001
        assert 0 <= y1 < y2 <= 1.0001
    for i, a in enumerate(regions):
        for b in regions[i + 1 :]:
            assert (
                a[2] <= b[0] + 1e-9
                or b[2] <= a[0] + 1e-9
                or a[3] <= b[1] + 1e-9
                or b[3] <= a[1] + 1e-9
            )


class Seat:
    def __init__(self) -> None:
        self.wall = WallState()
        for window_id in WINDOWS:
            self.wall.open_window(window_id, LayoutId("2x2"))
        self.wall.fill(CAMERAS)
        self.spans = Spans(self.wall)
        self.spans.set_monitors(wall_of(2, 2))

    def tile(self, window: int) -> TileAddress:
        return TileAddress(WINDOWS[window], 0)

    def regions(self) -> list[tuple[float, ...]]:
        return [self.wall.tile(self.tile(i)).region_norm for i in range(4)]


@pytest.fixture
def seat() -> Seat:
    return Seat()


def test_a_camera_spans_the_wall_and_everything_comes_back(seat: Seat) -> None:
    before = dict(seat.wall.windows)
    assert seat.spans.start(CAMERAS[30], WINDOWS)
    assert {seat.wall.tile(seat.tile(i)).camera_id for i in range(4)} == {CAMERAS[30]}
    assert seat.regions()[3] == (0.5, 0.5, 1.0, 1.0)
    assert seat.spans.own_windows() == before
    seat.spans.end()
    assert dict(seat.wall.windows) == before


def test_a_window_with_a_pin_takes_no_part(seat: Seat) -> None:
    seat.wall.set_pinned(TileAddress(WINDOWS[1], 2), True)
    pinned = seat.wall.window(WINDOWS[1])
    seat.spans.start(CAMERAS[30], WINDOWS)
    assert seat.wall.window(WINDOWS[1]) == pinned
    assert seat.spans.span is not None
    assert WINDOWS[1] not in seat.spans.span.window_ids


def test_a_camera_called_to_one_part_is_called_to_all(seat: Seat) -> None:
    seat.spans.start(CAMERAS[30], WINDOWS)
    seat.wall.call(CAMERAS[35], seat.tile(2))
    assert {seat.wall.tile(seat.tile(i)).camera_id for i in range(4)} == {CAMERAS[35]}


def test_a_zoom_on_one_part_zooms_the_whole_picture(seat: Seat) -> None:
    seat.spans.start(CAMERAS[30], WINDOWS)
    seat.wall.set_region(seat.tile(0), (0.25, 0.25, 0.5, 0.5))
    first, second, _third, fourth = seat.regions()
    assert first == pytest.approx((0.25, 0.25, 0.5, 0.5))
    assert second == pytest.approx((0.5, 0.25, 0.75, 0.5))
    assert fourth == pytest.approx((0.5, 0.5, 0.75, 0.75))


def test_a_monitor_that_goes_and_comes_back_finds_its_part(seat: Seat) -> None:
    seat.spans.start(CAMERAS[30], WINDOWS)
    whole = seat.regions()
    seat.spans.set_monitors(wall_of(2, 2)[:2])
    assert seat.regions()[:2] != whole[:2]
    seat.spans.set_monitors(wall_of(2, 2))
    assert seat.regions() == whole


def test_a_window_taken_for_something_else_ends_the_span_for_the_others(seat: Seat) -> None:
    before = dict(seat.wall.windows)
    seat.spans.start(CAMERAS[30], WINDOWS)
    seat.wall.set_layout(WINDOWS[0], LayoutId("3x3"))
    assert seat.spans.span is None
    assert seat.wall.window(WINDOWS[0]).layout_id == LayoutId("3x3")
    assert [seat.wall.window(w) for w in WINDOWS[1:]] == [before[w] for w in WINDOWS[1:]]


def test_a_picture_whose_shape_becomes_known_is_laid_anew(seat: Seat) -> None:
    shapes = {CAMERAS[30]: (0, 0)}
    seat.spans.shape_of = lambda camera: shapes[camera]
    seat.spans.start(CAMERAS[30], WINDOWS)
    seat.spans.refresh()
    assert seat.wall.window(WINDOWS[0]).layout == layout_of(
        LayoutId("span"), [Box(0, 0, CANVAS, CANVAS)]
    )
    shapes[CAMERAS[30]] = (400, 400)
    seat.spans.refresh()
    assert boxes_of(seat.wall.window(WINDOWS[0]).layout)[0].left > CANVAS // 3


def test_a_sent_scene_ends_the_span_and_leads_back_to_what_was_before_it(seat: Seat) -> None:
    before = dict(seat.wall.windows)
    book = SceneBook()
    part = SceneWindow(WINDOWS[0], LAYOUTS[LayoutId("1x1")], (SceneTile(CAMERAS[35]),))
    book.take([Scene("gate", 1, SceneContent((part,)))])
    pushes = PushedScenes(seat.wall, book)
    pushes.seat = "s"
    pushes.own_windows = seat.spans.own_windows
    seat.spans.start(CAMERAS[30], WINDOWS)
    utc = "2026-01-01T00:00:00Z"
    pushes.take(PushInForce("p", "gate", f"s/{WINDOWS[0]}", "x", "", 3, utc, None), 0)
    assert seat.spans.span is None
    assert seat.wall.tile(seat.tile(0)).camera_id == CAMERAS[35]
    pushes.dismiss(WINDOWS[0])
    assert dict(seat.wall.windows) == before
