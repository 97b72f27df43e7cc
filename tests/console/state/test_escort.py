"""Following somebody from camera to camera: hand-over, no to and fro, pins, take-over, lost sight."""

from __future__ import annotations

import msgspec
import pytest

from config.geometry import GeoPoint, moved
from config.site import Camera, CameraId, Inspector, InspectorId
from console.state.escort import LOST_S, Escort, EscortNews
from console.state.layouts import LayoutId
from console.state.people import People
from console.state.tiles import TileAddress
from console.state.wall import MAIN_WINDOW, WallState
from ingest.clock import ManualClock
from tests.console.seat_kit import CENTRE, position

WHO = InspectorId("insp-1")
TILE = TileAddress(MAIN_WINDOW, 0)


def camera(name: str, east_m: float, bearing_deg: float) -> Camera:
    return Camera(
        CameraId(name), name, "rtsp://x", place=moved(CENTRE, east_m, 0),
        bearing_deg=bearing_deg, fov_deg=60.0,
    )  # fmt: skip


#: Two cameras on one street that look at each other over 200 m.
CAMERAS = (camera("west", 0, 90.0), camera("east", 200, 270.0))


class Walk:
    def __init__(self) -> None:
        self.clock = ManualClock(mono_ns=10**12, utc_ns=10**18)
        self.wall = WallState()
        self.wall.open_window(MAIN_WINDOW, LayoutId("2x2"))
        self.people = People((Inspector(WHO, "王建国"),))
        self.escort = Escort(self.wall, self.people, lambda: (CAMERAS, {}), self.clock)
        self.news: list[EscortNews] = []
        self.escort.news.connect(lambda what, _followed: self.news.append(what))

    def to(self, east_m: float, north_m: float = 0.0, *, after_s: float = 1.0) -> None:
        self.clock.advance(after_s)
        place: GeoPoint = moved(CENTRE, east_m, north_m)
        entry = position(1, now_utc_ns=self.clock.utc_ns())
        self.people.apply(
            [msgspec.structs.replace(entry, lat_deg=place.lat_deg, lon_deg=place.lon_deg)]
        )

    @property
    def shown(self) -> str | None:
        return self.wall.tile(TILE).camera_id


@pytest.fixture
def walk() -> Walk:
    made = Walk()
    made.to(20)
    return made


def test_the_tile_goes_with_them_along_the_street(walk: Walk) -> None:
    assert walk.escort.start(WHO, TILE)
    assert walk.shown == "west"
    for east_m in range(30, 190, 10):
        walk.to(float(east_m), after_s=2.0)
    assert walk.shown == "east"
    assert walk.news == [EscortNews.STARTED, EscortNews.HANDED_OVER, EscortNews.HANDED_OVER]


def test_somebody_in_the_middle_of_two_cameras_is_not_thrown_to_and_fro(walk: Walk) -> None:
    walk.escort.start(WHO, TILE)
    for step in range(40):
        walk.to(100.0 + (8 if step % 2 else -8), after_s=1.0)
    assert walk.news.count(EscortNews.HANDED_OVER) == 1


def test_a_pinned_tile_is_never_taken(walk: Walk) -> None:
    walk.wall.set_pinned(TILE, True)
    assert not walk.escort.start(WHO, TILE)
    assert walk.shown is None
    walk.wall.set_pinned(TILE, False)
    walk.escort.start(WHO, TILE)
    walk.wall.set_pinned(TILE, True)
    walk.to(190, after_s=10.0)
    assert walk.shown == "west"
    assert walk.news[-1] is EscortNews.TAKEN_OVER
    assert walk.escort.followed is None


def test_another_camera_put_there_by_hand_ends_it(walk: Walk) -> None:
    walk.escort.start(WHO, TILE)
    walk.wall.put_camera(TILE, CameraId("market"))
    walk.to(190, after_s=10.0)
    assert walk.shown == "market"
    assert walk.news[-1] is EscortNews.TAKEN_OVER


def test_out_of_sight_is_said_once_and_seen_again_is_shown_again(walk: Walk) -> None:
    walk.escort.start(WHO, TILE)
    for _ in range(3):
        walk.to(20, 400)
    assert walk.news.count(EscortNews.OUT_OF_SIGHT) == 1
    assert walk.shown == "west"
    walk.to(180)
    assert walk.shown == "east"


def test_without_a_position_nobody_is_followed_and_it_is_said(walk: Walk) -> None:
    walk.escort.start(WHO, TILE)
    walk.clock.advance(LOST_S + 1)
    walk.escort.look()
    walk.escort.look()
    assert walk.news.count(EscortNews.POSITION_LOST) == 1
    assert walk.escort.followed is not None
    walk.to(30)
    assert not walk.escort.followed.is_lost


def test_ending_leaves_the_picture(walk: Walk) -> None:
    walk.escort.start(WHO, TILE)
    walk.escort.end()
    assert walk.shown == "west"
    walk.to(190, after_s=10.0)
    assert walk.shown == "west"
    assert not walk.escort.start(InspectorId("nobody"), TILE)
