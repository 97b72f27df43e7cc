"""Tracker: joins the sightings of one camera to tracks by time and place.

Analysis runs at a few pictures a second and may pause: reach grows with the seconds between,
and a standing thing is only ever found again where it stands.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from vision.classes import VEHICLES, ObjectClass
from vision.detections import intersection_matrix, iou_matrix
from vision.models import OperatingPoints
from vision.tracks import Sighting, Track
from vision.tuning import TrackerTuning

#: Cost of a pair that cannot be; finite because the assignment needs finite numbers.
IMPOSSIBLE = 1e6
#: Two boxes of one vehicle: this overlap, or nearly inside and of comparable size.
SAME_IOU = 0.55
SAME_CONTAINMENT = 0.85
SAME_AREA_RATIO = 0.35


class Tracker:
    """Tracks of one camera. Threads: one."""

    def __init__(self, points: OperatingPoints, tuning: TrackerTuning) -> None:
        self._points = points
        self._tuning = tuning
        self._tracks: list[Track] = []
        self._next_id = 1

    @property
    def tracks(self) -> Sequence[Track]:
        return self._tracks

    def update(self, sightings: Sequence[Sighting], now_s: float) -> list[int]:
        """Takes what one picture shows.

        Args:
            sightings: in any order; weak ones only continue tracks.
            now_s: monotonic seconds of the picture.

        Returns:
            Ids of tracks that ended.
        """
        kept = without_doubles(sightings)
        taken = self._assign(kept, now_s)
        for index, sighting in enumerate(kept):
            if index not in taken and self._starts(sighting):
                self._tracks.append(Track(self._next_id, sighting, now_s, self._tuning))
                self._next_id += 1
        return self._drop_lost(now_s)

    def _starts(self, sighting: Sighting) -> bool:
        return sighting.score >= self._points.confirm(sighting.object_class)

    def _assign(self, sightings: Sequence[Sighting], now_s: float) -> set[int]:
        if not sightings or not self._tracks:
            return set()
        costs = self._costs(sightings, now_s)
        rows, columns = linear_sum_assignment(costs)
        taken = set()
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            if costs[row, column] < IMPOSSIBLE:
                self._tracks[row].see(sightings[column], now_s)
                taken.add(column)
        return taken

    def _costs(self, sightings: Sequence[Sighting], now_s: float) -> NDArray[np.float32]:
        """(tracks, sightings): 0 is a perfect fit, IMPOSSIBLE out of reach or another kind."""
        expected = np.array([track.predicted(now_s) for track in self._tracks], np.float32)
        seen = np.array([sighting.box for sighting in sightings], np.float32)
        overlap = iou_matrix(expected, seen)
        distance = _distances(expected, seen)
        tuning = self._tuning
        gap_s = np.array([now_s - track.last_seen_s for track in self._tracks], np.float32)
        reach = np.maximum(tuning.reach_min, tuning.reach_per_s * np.minimum(gap_s, 1.0))
        possible = (distance <= reach[:, None]) & self._same_kind(sightings)
        standing = np.array([track.is_standing(1.0) for track in self._tracks])
        possible &= ~standing[:, None] | (overlap >= tuning.still_iou_min)
        cost = (1.0 - overlap) + 0.3 * distance
        return np.where(possible, cost, np.float32(IMPOSSIBLE))

    def _same_kind(self, sightings: Sequence[Sighting]) -> NDArray[np.bool_]:
        mine = np.array([_kind(track.object_class) for track in self._tracks])
        theirs = np.array([_kind(sighting.object_class) for sighting in sightings])
        return np.asarray(mine[:, None] == theirs[None, :], np.bool_)

    def _drop_lost(self, now_s: float) -> list[int]:
        lost = [track for track in self._tracks if self._is_lost(track, now_s)]
        if lost:
            ended = {track.id for track in lost}
            self._tracks = [track for track in self._tracks if track.id not in ended]
        return [track.id for track in lost]

    def _is_lost(self, track: Track, now_s: float) -> bool:
        patience_s = (
            self._tuning.lost_still_s if track.is_standing(1.0) else self._tuning.lost_moving_s
        )
        return now_s - track.last_seen_s > patience_s


#: A tricycle is called a truck as often as not.
_ON_WHEELS = VEHICLES | {ObjectClass.TRICYCLE}
_ORDER = {each: index for index, each in enumerate(ObjectClass)}


def _kind(object_class: ObjectClass) -> int:
    """Vehicles are confused with each other by every detector: one kind to the tracker."""
    return -1 if object_class in _ON_WHEELS else _ORDER[object_class]


def _distances(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distances of centres in units of the mean size, (N, M)."""
    centre_a, centre_b = (a[:, :2] + a[:, 2:]) / 2, (b[:, :2] + b[:, 2:]) / 2
    size_a, size_b = a[:, 2:] - a[:, :2], b[:, 2:] - b[:, :2]
    size = np.maximum(1e-6, (size_a[:, None] + size_b[None]) / 2)
    return np.asarray(
        np.hypot(*np.moveaxis((centre_a[:, None] - centre_b[None]) / size, -1, 0)), np.float32
    )


def without_doubles(sightings: Sequence[Sighting]) -> list[Sighting]:
    """Without weaker boxes of a thing that has a stronger one (car and truck, whole and half)."""
    if len(sightings) < 2:
        return list(sightings)
    ordered = sorted(sightings, key=lambda each: -each.score)
    double = _doubles(ordered)
    kept: list[int] = []
    for index in range(len(ordered)):
        if not double[index, kept].any():
            kept.append(index)
    return [ordered[index] for index in kept]


def _doubles(sightings: Sequence[Sighting]) -> NDArray[np.bool_]:
    """(N, N): whether two boxes show one thing: much overlap, or one inside and not much smaller."""
    boxes = np.array([sighting.box for sighting in sightings], np.float32)
    kinds = np.array([_kind(sighting.object_class) for sighting in sightings])
    common = intersection_matrix(boxes, boxes)
    areas = np.maximum(1e-12, (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))
    smaller = np.minimum(areas[:, None], areas[None, :])
    larger = np.maximum(areas[:, None], areas[None, :])
    inside = (common / smaller >= SAME_CONTAINMENT) & (smaller / larger >= SAME_AREA_RATIO)
    overlap = common / (areas[:, None] + areas[None, :] - common) >= SAME_IOU
    return np.asarray((inside | overlap) & (kinds[:, None] == kinds[None, :]), np.bool_)
