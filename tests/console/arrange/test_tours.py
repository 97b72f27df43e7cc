"""Tours, hotspots and a tile's memory, without a window."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.site import CameraId
from console.state.hotspot import Hotspots
from console.state.layouts import LAYOUTS, LayoutId
from console.state.scenes import Scene, SceneBook, SceneContent, SceneTile, SceneWindow
from console.state.tiles import TileAddress, WindowId
from console.state.tour_runs import TourRuns, TourState, all_cameras
from console.state.tours import (
    Tour,
    TourBook,
    TourContent,
    TourStep,
    steps_of_text,
    text_of_steps,
)
from console.state.wall import WallState

MAIN, SIDE = WindowId("main"), WindowId("side")
CAMERAS = [CameraId(f"cam-{i:03d}") for i in range(1, 31)]
SECOND = 1_000_000_000


def tile(index: int, window: WindowId = MAIN) -> TileAddress:
    return TileAddress(window, index)


def tour(*steps: TourStep, name: str = "night") -> Tour:
    return Tour(name, None, TourContent(steps))


def step(camera: int, dwell_s: float = 10.0, preset: str | None = None) -> TourStep:
    return TourStep(dwell_s, CAMERAS[camera], preset=preset)


class Seat:
    def __init__(self) -> None:
        self.wall = WallState()
        self.wall.open_window(MAIN, LayoutId("2x2"))
        self.wall.open_window(SIDE, LayoutId("1x1"))
        self.wall.fill(CAMERAS[:5])
        self.book, self.scenes = TourBook(), SceneBook()
        self.runs = TourRuns(self.wall, self.book, self.scenes)

    def tick(self, seconds: float) -> None:
        self.runs.tick(round(seconds * SECOND))

    def camera(self, index: int, window: WindowId = MAIN) -> CameraId | None:
        return self.wall.tile(tile(index, window)).camera_id

    def state(self, index: int = 0) -> TourState | None:
        run = self.runs.run_on(tile(index))
        return None if run is None else run.state


@pytest.fixture
def seat() -> Seat:
    return Seat()


def test_every_step_stays_as_long_as_it_says_and_the_tour_begins_again(seat: Seat) -> None:
    shown: list[TourStep] = []
    seat.runs.step_shown.connect(lambda _at, one: shown.append(one))
    seat.runs.start(tour(step(10, 5), step(11, 20, "gate")), [tile(0)], 0)
    for seconds, camera in ((4.9, 10), (5.0, 11), (24.9, 11), (25.0, 10)):
        seat.tick(seconds)
        assert seat.camera(0) == CAMERAS[camera], seconds
    assert [one.preset for one in shown] == [None, "gate", None]


def test_several_tours_run_at_once_and_the_rest_of_the_wall_stays(seat: Seat) -> None:
    seat.runs.start(tour(step(10), step(11)), [tile(0)], 0)
    seat.runs.start(tour(step(20, 3), step(21, 3), name="fast"), [tile(0, SIDE)], 0)
    seat.tick(3)
    seat.tick(6)
    seat.tick(10)
    assert (seat.camera(0), seat.camera(0, SIDE)) == (CAMERAS[11], CAMERAS[21])
    assert [seat.camera(i) for i in (1, 2, 3)] == CAMERAS[1:4]


def test_a_tour_over_a_window_shows_a_page_of_cameras_at_a_time(seat: Seat) -> None:
    seat.runs.start(all_cameras(CAMERAS[10:16]), [tile(i) for i in range(4)], 0)
    assert [seat.camera(i) for i in range(4)] == CAMERAS[10:14]
    seat.tick(10)
    assert [seat.camera(i) for i in range(4)] == [*CAMERAS[14:16], *CAMERAS[10:12]]


def test_a_touched_tour_waits_until_it_is_told_to_go_on(seat: Seat) -> None:
    seat.runs.start(tour(step(10), step(11)), [tile(0)], 0)
    seat.tick(4)
    seat.runs.touched(tile(1))
    assert seat.state() is TourState.RUNNING
    seat.runs.touched(tile(0))
    seat.tick(100)
    assert (seat.state(), seat.camera(0)) == (TourState.PAUSED, CAMERAS[10])
    seat.runs.toggle(tile(0), 100 * SECOND)
    seat.tick(105.9)
    assert seat.camera(0) == CAMERAS[10]
    seat.tick(106)
    assert seat.camera(0) == CAMERAS[11]


def test_a_camera_called_into_a_touring_tile_pauses_the_tour(seat: Seat) -> None:
    seat.runs.start(tour(step(10), step(11)), [tile(0)], 0)
    seat.wall.call(CAMERAS[25], tile(0))
    seat.tick(100)
    assert (seat.state(), seat.camera(0)) == (TourState.PAUSED, CAMERAS[25])


def test_a_pinned_tile_is_left_alone(seat: Seat) -> None:
    seat.wall.set_pinned(tile(0), True)
    seat.runs.start(tour(step(10), step(11)), [tile(0)], 0)
    assert (seat.state(), seat.camera(0)) == (None, CAMERAS[0])
    seat.runs.start(tour(step(10), step(11)), [tile(1)], 0)
    seat.wall.set_pinned(tile(1), True)
    seat.tick(10)
    assert seat.camera(1) == CAMERAS[10]


def test_a_step_may_be_a_scene(seat: Seat) -> None:
    part = SceneWindow(MAIN, LAYOUTS[LayoutId("1x1")], (SceneTile(CAMERAS[28]),))
    seat.scenes.take([Scene("gate", 3, SceneContent((part,)))])
    seat.runs.start(tour(step(10), TourStep(5, scene="gate")), [tile(0)], 0)
    seat.tick(10)
    assert seat.wall.window(MAIN).layout_id == LayoutId("1x1")
    assert seat.camera(0) == CAMERAS[28]
    seat.tick(15)
    assert seat.camera(0) == CAMERAS[10]


def test_a_new_tour_on_a_tile_ends_the_former_and_a_stop_leaves_the_picture(seat: Seat) -> None:
    seat.runs.start(tour(step(10), step(11)), [tile(0)], 0)
    seat.runs.start(tour(step(20), step(21), name="b"), [tile(0)], 0)
    assert [run.tour.name for run in seat.runs.runs] == ["b"]
    seat.runs.step(tile(0), 1, 0)
    assert seat.camera(0) == CAMERAS[21]
    seat.runs.stop(tile(0))
    seat.tick(100)
    assert (seat.runs.runs, seat.camera(0)) == ((), CAMERAS[21])


def test_a_tour_goes_on_after_a_restart_once_the_hub_has_told_what_it_is(seat: Seat) -> None:
    night = tour(step(10), step(11), step(12))
    seat.runs.start(night, [tile(2)], 0)
    seat.tick(10)
    seat.runs.toggle(tile(2), 10 * SECOND)
    again = Seat()
    again.runs.restore(seat.runs.remember())
    assert again.runs.runs == ()
    assert again.runs.remember() == seat.runs.remember()
    again.book.take([night])
    assert (again.camera(2), again.state(2)) == (CAMERAS[11], TourState.PAUSED)


def test_a_tour_survives_a_window_that_is_cut_smaller_or_closed(seat: Seat) -> None:
    seat.runs.start(tour(step(10), step(11)), [tile(3), tile(0, SIDE)], 0)
    seat.wall.set_layout(MAIN, LayoutId("1x1"))
    seat.wall.close_window(SIDE)
    seat.tick(100)
    assert seat.camera(0) == CAMERAS[0]


def test_a_tour_is_written_one_step_a_line() -> None:
    cameras = dict(enumerate(CAMERAS, start=1))
    steps, problems = steps_of_text(
        "12 10\n\n7 15s gate left\n*3 20秒\n5", cameras.get, {3: "S"}.get
    )
    assert steps == [
        TourStep(10, CAMERAS[11]), TourStep(15, CAMERAS[6], preset="gate left"),
        TourStep(20, scene="S"), TourStep(10, CAMERAS[4]),
    ]  # fmt: skip
    assert problems == []
    numbers = {camera: number for number, camera in cameras.items()}
    again = text_of_steps(tuple(steps), numbers.get, {"S": 3}.get)
    assert steps_of_text(again, cameras.get, {3: "S"}.get)[0] == steps


@pytest.mark.parametrize("line", ["99 10", "*9 10", "x 10", "1 0", "1 9999", "1 nan", "*3 10 gate"])
def test_a_line_that_cannot_be_read_is_told_with_its_number(line: str) -> None:
    cameras = dict(enumerate(CAMERAS, start=1))
    steps, problems = steps_of_text(f"1 10\n{line}", cameras.get, {3: "S"}.get)
    assert len(steps) == 1
    assert [(p.line, p.found) for p in problems] == [(2, line)]


@given(st.text(max_size=200))
def test_any_text_is_read_or_told(text: str) -> None:
    steps, problems = steps_of_text(text, lambda _n: CAMERAS[0], lambda _n: "S")
    assert len(steps) + len(problems) <= len(text.splitlines())


def test_a_hotspot_shows_what_is_selected_elsewhere_unless_it_is_pinned() -> None:
    wall = WallState()
    wall.open_window(MAIN, LayoutId("1+5"))
    wall.fill(CAMERAS[:6])
    spots = Hotspots(wall)
    wall.select(tile(3))
    wall.set_hotspot(tile(0), True)
    assert wall.tile(tile(0)).camera_id == CAMERAS[3]
    wall.select(tile(4))
    assert wall.tile(tile(0)).camera_id == CAMERAS[4]
    wall.call(CAMERAS[20])
    assert wall.tile(tile(0)).camera_id == CAMERAS[20]
    wall.select(tile(0))
    assert wall.tile(tile(0)).camera_id == CAMERAS[20]
    wall.set_pinned(tile(0), True)
    wall.select(tile(2))
    spots.follow()
    assert wall.tile(tile(0)).camera_id == CAMERAS[20]
