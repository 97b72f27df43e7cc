"""Scenes called and sent: what gives way, what shows, and that everything goes back by itself."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.site import CameraId
from console.desk.scene_messages import PushInForce, Target, target_of
from console.state.layouts import LAYOUTS, LayoutId
from console.state.pushed_scenes import Push, PushedScenes
from console.state.scenes import (
    MapPosition,
    Scene,
    SceneBook,
    SceneContent,
    SceneTile,
    SceneWindow,
    call,
    content_of,
    window_with,
)
from console.state.tiles import Aspect, TileAddress, WindowId
from console.state.wall import WallState
from ingest.feed.envelope import utc_text

MAIN, SIDE = WindowId("main"), WindowId("side")
CAMERAS = [CameraId(f"cam-{i:03d}") for i in range(1, 65)]
NOW_NS = 1_780_000_000_000_000_000
SECOND_NS = 1_000_000_000


def tile(index: int, window: WindowId = MAIN) -> TileAddress:
    return TileAddress(window, index)


@pytest.fixture
def wall() -> WallState:
    state = WallState()
    state.open_window(MAIN, LayoutId("2x2"))
    state.open_window(SIDE, LayoutId("1x1"))
    state.fill(CAMERAS[:5])
    return state


def shown(wall: WallState, window: WindowId = MAIN) -> list[CameraId | None]:
    return [wall.tile(a).camera_id for a in wall.addresses() if a.window_id == window]


def part(layout: str, *cameras: CameraId, window: WindowId = MAIN) -> SceneWindow:
    tiles = tuple(SceneTile(camera) for camera in cameras)
    return SceneWindow(window, LAYOUTS[LayoutId(layout)], tiles)


def scene(name: str, *parts: SceneWindow, number: int | None = None) -> Scene:
    return Scene(name, number, SceneContent(parts), "seat 2")


def push(name: str, *, to: str = "seat 1", priority: int = 3, at_s: float = 0.0,
         for_s: float | None = 60.0) -> PushInForce:  # fmt: skip
    at = NOW_NS + round(at_s * 1e9)
    expires = None if for_s is None else utc_text(at + round(for_s * 1e9))
    return PushInForce(
        f"{name}@{at_s}", name, to, "seat 2", "look", priority, utc_text(at), expires
    )


class Seat:
    """One seat's wall with three scenes of the site."""

    def __init__(self, wall: WallState) -> None:
        self.wall = wall
        self.book = SceneBook()
        self.pushes = PushedScenes(wall, self.book)
        self.pushes.seat = "seat 1"
        self.book.take(
            [
                scene("one", part("1x1", CAMERAS[20])),
                scene("two", part("3x3", *CAMERAS[30:39])),
                scene("both", part("1x1", CAMERAS[40]), part("1x1", CAMERAS[41], window=SIDE)),
            ]
        )

    def take(self, one: PushInForce, at_s: float = 0.0) -> None:
        self.pushes.take(one, NOW_NS + round(at_s * 1e9))

    def tick(self, at_s: float) -> None:
        self.pushes.tick(NOW_NS + round(at_s * 1e9))


@pytest.fixture
def seat(wall: WallState) -> Seat:
    return Seat(wall)


def test_a_called_scene_shows_what_was_saved_with_zoom_aspect_and_pins(wall: WallState) -> None:
    wall.set_region(tile(1), (0.25, 0.25, 0.75, 0.75))
    wall.set_aspect(tile(2), Aspect.CROP)
    wall.set_pinned(tile(3), True)
    saved = msgspec.json.decode(
        msgspec.json.encode(content_of(wall.windows.values(), MapPosition(0.8, 0.4, 15.0))),
        type=SceneContent,
    )
    before = dict(wall.windows)
    wall.set_pinned(tile(3), False)
    wall.set_layout(MAIN, LayoutId("3x3"))
    for index in range(9):
        wall.put_camera(tile(index), CAMERAS[50])
    call(wall, saved)
    window = wall.window(MAIN)
    assert shown(wall) == CAMERAS[:4]
    assert window.layout == before[MAIN].layout
    assert [t.region_norm for t in window.tiles] == [t.region_norm for t in before[MAIN].tiles]
    assert [t.aspect for t in window.tiles] == [t.aspect for t in before[MAIN].tiles]
    assert [t.pinned for t in window.tiles] == [False, False, False, True]
    assert window.tiles[0].recent[0] == CAMERAS[50]


def test_a_pinned_tile_stays_whatever_scene_comes(wall: WallState) -> None:
    wall.set_pinned(tile(3), True)
    call(wall, scene("x", part("1x1", CAMERAS[20])).content)
    assert shown(wall) == [CAMERAS[3]]
    assert wall.window(MAIN).tiles[1].camera_id == CAMERAS[20]


LAYOUT_IDS = st.sampled_from(list(LAYOUTS))


@settings(deadline=None)
@given(LAYOUT_IDS, LAYOUT_IDS, st.sets(st.integers(0, 63)), st.integers(0, 64))
def test_no_pinned_camera_ever_leaves_the_screen(
    old: LayoutId, new: LayoutId, pins: set[int], camera_count: int
) -> None:
    wall = WallState()
    wall.open_window(MAIN, old)
    wall.fill(CAMERAS)
    count = len(LAYOUTS[old].cells)
    for index in (i for i in pins if i < count):
        wall.set_pinned(tile(index), True)
    pinned = {t.camera_id for t in wall.window(MAIN).tiles[:count] if t.pinned}
    after = window_with(wall.window(MAIN), part(new, *reversed(CAMERAS[:camera_count])))
    visible = after.tiles[: len(after.layout.cells)]
    assert pinned <= {t.camera_id for t in visible if t.pinned}
    assert len(after.tiles) >= len(after.layout.cells)


def test_a_sent_scene_shows_says_why_and_goes_back_by_hub_time(seat: Seat) -> None:
    before = dict(seat.wall.windows)
    heard: list[Push] = []
    seat.pushes.arrived.connect(heard.append)
    seat.take(push("one"))
    assert shown(seat.wall) == [CAMERAS[20]]
    shows = seat.pushes.shown_on(MAIN)
    assert shows is not None
    assert (shows.by, shows.text, seat.pushes.left_s(shows)) == ("seat 2", "look", 60.0)
    seat.pushes.set_hub_offset(-30 * SECOND_NS)  # this seat's clock is half a minute ahead
    seat.tick(61)
    assert shown(seat.wall) == [CAMERAS[20]]
    seat.tick(91)
    assert dict(seat.wall.windows) == before
    assert seat.pushes.shown_on(MAIN) is None
    assert len(heard) == 1


def test_the_more_urgent_scene_wins_of_equal_ones_the_newer(seat: Seat) -> None:
    before = dict(seat.wall.windows)
    seat.take(push("one", priority=2, for_s=100))
    seat.take(push("two", priority=3, at_s=1, for_s=200), at_s=1)
    assert shown(seat.wall) == [CAMERAS[20]]
    assert seat.pushes.waiting_on(MAIN) == 1
    seat.take(push("both", priority=2, at_s=2, for_s=10), at_s=2)
    assert shown(seat.wall) == [CAMERAS[40]]
    seat.tick(13)
    assert shown(seat.wall) == [CAMERAS[20]]
    seat.tick(101)
    assert shown(seat.wall) == CAMERAS[30:39]
    seat.tick(202)
    assert dict(seat.wall.windows) == before


def test_what_the_operator_pins_meanwhile_stays(seat: Seat) -> None:
    seat.take(push("two"))
    seat.wall.set_pinned(tile(1), True)
    seat.tick(61)
    assert seat.wall.tile(tile(1)).camera_id == CAMERAS[31]
    assert seat.wall.tile(tile(1)).pinned
    assert shown(seat.wall)[0] == CAMERAS[0]


def test_a_pinned_tile_survives_the_sent_scene_and_its_end(seat: Seat) -> None:
    seat.wall.set_pinned(tile(2), True)
    before = dict(seat.wall.windows)
    seat.take(push("one"))
    assert shown(seat.wall) == [CAMERAS[2]]
    seat.tick(61)
    assert dict(seat.wall.windows) == before


def test_a_scene_for_a_window_or_some_tiles_leaves_the_rest_alone(seat: Seat) -> None:
    seat.take(push("two", to="seat 1/main/2-3"))
    assert shown(seat.wall) == [CAMERAS[0], CAMERAS[30], CAMERAS[31], CAMERAS[3]]
    seat.take(push("one", to="seat 1/side", at_s=1), at_s=1)
    assert shown(seat.wall, SIDE) == [CAMERAS[20]]
    assert shown(seat.wall)[3] == CAMERAS[3]


def test_a_scene_for_another_seat_changes_nothing_one_for_all_does(seat: Seat) -> None:
    seat.take(push("one", to="seat 9"))
    assert shown(seat.wall) == CAMERAS[:4]
    seat.take(push("one", to="*"))
    assert shown(seat.wall) == [CAMERAS[20]]


def test_a_scene_that_is_over_already_takes_the_former_back(seat: Seat) -> None:
    before = dict(seat.wall.windows)
    seat.take(push("one"))
    seat.take(push("one", at_s=5, for_s=0), at_s=5)
    assert dict(seat.wall.windows) == before


def test_going_back_by_hand_is_for_this_seat_and_lasts(seat: Seat) -> None:
    before = dict(seat.wall.windows)
    seat.take(push("one"))
    seat.pushes.dismiss(MAIN)
    assert dict(seat.wall.windows) == before
    seat.pushes.replace([push("one")], NOW_NS)
    assert dict(seat.wall.windows) == before


def test_a_seat_that_comes_late_shows_what_is_in_force(wall: WallState) -> None:
    seat = Seat(wall)
    scenes = seat.book.entries()
    seat.book.take([])
    seat.pushes.replace([push("one"), push("two", at_s=-100, for_s=50)], NOW_NS)
    assert shown(wall) == CAMERAS[:4]  # the library has not been read yet
    seat.book.take(scenes)
    assert shown(wall) == [CAMERAS[20]]


def test_a_restart_during_a_sent_scene_remembers_the_seats_own_wall(seat: Seat) -> None:
    before = dict(seat.wall.windows)
    seat.take(push("one"))
    assert dict(seat.pushes.without_pushes()) == before


def test_the_map_follows_a_scene_for_the_whole_seat_and_goes_back(seat: Seat) -> None:
    here, there = MapPosition(0.5, 0.5, 14.0), MapPosition(0.8, 0.4, 16.0)
    moves: list[MapPosition] = []
    seat.pushes.map_position = lambda: here
    seat.pushes.map_wanted.connect(moves.append)
    content = SceneContent((part("1x1", CAMERAS[9]),), there)
    seat.book.take([Scene("map", 4, content)])
    seat.take(push("map"))
    seat.tick(61)
    assert moves == [there, here]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("seat 1", Target("seat 1")),
        ("wall-1/monitor DP-2", Target("wall-1", "monitor DP-2")),
        ("wall-1/main/1-3,7", Target("wall-1", "main", (0, 1, 2, 6))),
        ("*", Target("*")),
    ],
)
def test_a_target_is_a_seat_a_window_or_tiles(text: str, target: Target) -> None:
    assert target_of(text) == target


@given(st.text(max_size=40))
def test_any_target_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert target_of(text).seat


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["one", "two", "both"]), st.integers(1, 3), st.integers(1, 60),
        st.sampled_from(["seat 1", "seat 1/main", "seat 1/side", "seat 1/main/2", "*"]),
    ),
    max_size=8,
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(STEPS)
def test_whatever_was_sent_the_wall_is_as_before_in_the_end(
    steps: list[tuple[str, int, int, str]],
) -> None:
    state = WallState()
    state.open_window(MAIN, LayoutId("2x2"))
    state.open_window(SIDE, LayoutId("1x1"))
    state.fill(CAMERAS[:5])
    before = dict(state.windows)
    seat = Seat(state)
    for at_s, (name, priority, for_s, to) in enumerate(steps):
        seat.take(push(name, to=to, priority=priority, at_s=at_s, for_s=for_s), at_s=at_s)
    seat.tick(1000)
    assert dict(state.windows) == before
