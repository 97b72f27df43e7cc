"""TrackTrails: the last seconds of what moves in each camera's picture, as lines for its tile.

Age-honest: a point is gone after ten seconds, and a thing that was not seen for two seconds fades
out over the next two instead of standing there. Bounded in cameras, tracks and points.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from msgspec import Struct

from config.site import CameraId
from ingest.feed.envelope import parse_utc_ns
from vision.track_news import TracksSeenData

TRAIL_S = 10.0
#: Seen so lately: whole. After it fades for FADE_S.
FRESH_S, FADE_S = 2.0, 2.0
CAMERAS_MOST, TRACKS_MOST, POINTS_MOST = 256, 32, 64
#: Opacity moves in such steps, so that a tile repaints only when it looks different.
_STEPS = 4


class Trail(Struct, frozen=True):
    """Foot points in 0..1 of the picture, oldest first; `opacity` of the whole, 0..1."""

    points: tuple[tuple[float, float], ...]
    opacity: float


@dataclass(slots=True)
class _Track:
    points: deque[tuple[int, float, float]] = field(
        default_factory=lambda: deque(maxlen=POINTS_MOST)
    )


class TrackTrails:
    """By camera; the camera not heard of for longest goes first, so does its track."""

    def __init__(self) -> None:
        self._cameras: OrderedDict[CameraId, OrderedDict[str, _Track]] = OrderedDict()

    def apply(self, seen: TracksSeenData) -> None:
        """Takes an event. Raises ValueError when its time is none."""
        utc_ns = parse_utc_ns(seen.utc)
        tracks = self._cameras.setdefault(seen.camera_id, OrderedDict())
        self._cameras.move_to_end(seen.camera_id)
        for told in seen.tracks:
            track = tracks.setdefault(told.track_id, _Track())
            tracks.move_to_end(told.track_id)
            for age_s, x_norm, y_norm in told.points:
                at_ns = utc_ns - round(age_s * 1e9)
                if not track.points or at_ns > track.points[-1][0]:
                    track.points.append((at_ns, x_norm, y_norm))
        while len(tracks) > TRACKS_MOST:
            tracks.popitem(last=False)
        while len(self._cameras) > CAMERAS_MOST:
            self._cameras.popitem(last=False)

    def of(self, camera_id: CameraId, utc_ns: int) -> tuple[Trail, ...]:
        """What to draw now; forgets what is over."""
        tracks = self._cameras.get(camera_id)
        if tracks is None:
            return ()
        oldest_ns = utc_ns - round(TRAIL_S * 1e9)
        found = []
        for track_id, track in list(tracks.items()):
            while track.points and track.points[0][0] < oldest_ns:
                track.points.popleft()
            age_s = (utc_ns - track.points[-1][0]) / 1e9 if track.points else TRAIL_S
            opacity = _opacity(age_s)
            if opacity <= 0.0:
                del tracks[track_id]
            else:
                found.append(Trail(tuple((x, y) for _, x, y in track.points), opacity))
        if not tracks:
            del self._cameras[camera_id]
        return tuple(found)


def _opacity(age_s: float) -> float:
    left = 1.0 - max(0.0, age_s - FRESH_S) / FADE_S
    return max(0, round(left * _STEPS)) / _STEPS
