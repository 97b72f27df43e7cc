"""TrackNews: where moving things were in a camera's picture since it was last told, for the tiles of seats.

Ephemeral: nothing is stored, what is lost is lost. Only things that travelled are told; a parked
car is the rules' business. Data and arithmetic, without OpenCV: seats read it, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from msgspec import Struct

from config.site import CameraId
from vision.boxes import Box
from vision.classes import ObjectClass

#: Of one camera at once; a picture with more is a crowd, whose trails nobody could tell apart.
TRACKS_MOST = 32
#: How far back a first telling reaches, seconds.
REACH_S = 10.0


class TrackSeen(Struct, frozen=True):
    """One thing. `track_id` is unique over restarts and turns of the camera.

    `points`: (age in seconds before the event's `utc`, x, y) of its foot in 0..1 of the picture,
    oldest first; only what was not told before.
    """

    track_id: str
    object_class: str
    points: tuple[tuple[float, float, float], ...]


class TracksSeenData(Struct, frozen=True):
    """`data` of gridwall.track.seen.v1."""

    camera_id: CameraId
    utc: str
    tracks: tuple[TrackSeen, ...]


class Followed(Protocol):
    """The part of `vision.tracks.Track` used here."""

    id: int
    first_seen_s: float
    last_seen_s: float
    travelled: bool

    @property
    def object_class(self) -> ObjectClass: ...
    def path(self, count: int) -> list[tuple[float, Box]]: ...


class TrackNews:
    """Of all cameras of a worker. Threads: the worker's one."""

    def __init__(self) -> None:
        self._told_s: dict[CameraId, float] = {}

    def seen(
        self, tracks: Mapping[CameraId, Iterable[Followed]], now_s: float, utc: str
    ) -> list[TracksSeenData]:
        """What is new at `now_s` (monotonic), one entry a camera that has something."""
        found = []
        for camera_id, followed in tracks.items():
            since_s = max(self._told_s.get(camera_id, 0.0), now_s - REACH_S)
            fresh = [each for each in followed if each.travelled and each.last_seen_s > since_s]
            if not fresh:
                continue
            self._told_s[camera_id] = max(each.last_seen_s for each in fresh)
            newest = sorted(fresh, key=lambda each: -each.last_seen_s)[:TRACKS_MOST]
            seen = tuple(_seen(each, since_s, now_s) for each in newest)
            found.append(TracksSeenData(camera_id, utc, seen))
        self._told_s = {key: value for key, value in self._told_s.items() if key in tracks}
        return found


def _seen(track: Followed, since_s: float, now_s: float) -> TrackSeen:
    points = tuple(
        (round(now_s - at_s, 2), round((box[0] + box[2]) / 2, 4), round(box[3], 4))
        for at_s, box in track.path(64)
        if at_s > since_s
    )
    name = f"{track.id}-{round(track.first_seen_s * 1000)}"
    return TrackSeen(name, track.object_class.value, points)
