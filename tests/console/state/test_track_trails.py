"""Trails of moving things: what is told of them, how long they stay, and that they stay bounded."""

from __future__ import annotations

from config.site import CameraId
from console.state.track_trails import CAMERAS_MOST, POINTS_MOST, TRACKS_MOST, TrackTrails
from ingest.feed.envelope import parse_utc_ns, utc_text
from vision.boxes import Box
from vision.classes import ObjectClass
from vision.track_news import TrackNews, TrackSeen, TracksSeenData

CAMERA = CameraId("cam-1")
NOW_NS = 1_764_000_000_000_000_000
SECOND_NS = 1_000_000_000


class Walker:
    """Goes right by a hundredth a sighting, four a second."""

    def __init__(self, number: int, first_s: float, *, travelled: bool = True) -> None:
        self.id, self.first_seen_s, self.last_seen_s = number, first_s, first_s
        self.travelled = travelled
        self.object_class = next(iter(ObjectClass))
        self._path: list[tuple[float, Box]] = []

    def step(self) -> None:
        self.last_seen_s += 0.25
        x = 0.01 * len(self._path)
        self._path.append((self.last_seen_s, (x, 0.4, x + 0.1, 0.6)))

    def path(self, count: int) -> list[tuple[float, Box]]:
        return self._path[-count:]


def _seen(
    number: int, at_ns: int, points: tuple[tuple[float, float, float], ...]
) -> TracksSeenData:
    return TracksSeenData(CAMERA, utc_text(at_ns), (TrackSeen(str(number), "car", points),))


def test_every_sighting_is_told_once_and_by_its_foot() -> None:
    news, walker, told = TrackNews(), Walker(1, 100.0), []
    for _ in range(8):
        walker.step()
        walker.step()
        told += news.seen({CAMERA: [walker]}, walker.last_seen_s, utc_text(NOW_NS))
    assert news.seen({CAMERA: [walker]}, walker.last_seen_s + 0.5, utc_text(NOW_NS)) == []
    points = [point for event in told for point in event.tracks[0].points]
    assert [age for age, _, _ in points] == [0.25, 0.0] * 8
    assert [(x, y) for _, x, y in points] == [(round(0.05 + 0.01 * n, 4), 0.6) for n in range(16)]
    assert {event.tracks[0].track_id for event in told} == {"1-100000"}


def test_what_stands_is_not_told_and_a_new_tracker_is_another_track() -> None:
    parked, first, second = Walker(1, 100.0, travelled=False), Walker(2, 100.0), Walker(2, 400.0)
    for walker in (parked, first, second):
        walker.step()
    news = TrackNews()
    assert news.seen({CAMERA: [parked]}, 101.0, utc_text(NOW_NS)) == []
    (a,) = news.seen({CAMERA: [first]}, 101.0, utc_text(NOW_NS))
    (b,) = news.seen({CAMERA: [second]}, 401.0, utc_text(NOW_NS))
    assert a.tracks[0].track_id != b.tracks[0].track_id


def test_a_trail_reaches_ten_seconds_back_and_fades_when_it_is_not_seen() -> None:
    trails = TrackTrails()
    now_ns = parse_utc_ns(utc_text(NOW_NS))
    for number in range(60):
        trails.apply(_seen(1, now_ns + number * SECOND_NS // 4, ((0.0, number / 100, 0.5),)))
    last_ns = now_ns + 59 * SECOND_NS // 4
    (trail,) = trails.of(CAMERA, last_ns)
    assert trail.opacity == 1.0
    assert len(trail.points) == 41
    assert trail.points[-1] == (0.59, 0.5)
    opacities = [
        tuple(each.opacity for each in trails.of(CAMERA, last_ns + round(age_s * 1e9)))
        for age_s in (2.0, 2.5, 3.0, 3.5, 4.0)
    ]
    assert opacities == [(1.0,), (0.75,), (0.5,), (0.25,), ()]
    assert trails.of(CAMERA, last_ns) == ()


def test_a_late_event_never_goes_back_in_time_and_everything_is_bounded() -> None:
    trails = TrackTrails()
    now_ns = parse_utc_ns(utc_text(NOW_NS))
    trails.apply(_seen(1, now_ns, ((0.0, 0.5, 0.5),)))
    trails.apply(_seen(1, now_ns - SECOND_NS, ((0.0, 0.1, 0.1),)))
    assert trails.of(CAMERA, now_ns)[0].points == ((0.5, 0.5),)
    for number in range(200):
        points = tuple((1.0 - at / 200, 0.5, 0.5) for at in range(200))
        trails.apply(_seen(number, now_ns + SECOND_NS, points))
    found = trails.of(CAMERA, now_ns + SECOND_NS)
    assert len(found) == TRACKS_MOST
    assert max(len(trail.points) for trail in found) == POINTS_MOST
    for number in range(CAMERAS_MOST + 10):
        trails.apply(TracksSeenData(CameraId(f"c{number}"), utc_text(now_ns), ()))
    assert trails.of(CAMERA, now_ns + SECOND_NS) == ()
