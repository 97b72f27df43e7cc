"""ParkingRule: a vehicle standing in a no-parking zone for longer than the zone allows.

A queue is not parking: vehicles that stopped shortly after one another, close together, wait
for a light; they get the light's time on top. What stood there at start is dated "since before".
"""

from __future__ import annotations

from collections.abc import Sequence

from vision.alerts import AlertKind
from vision.boxes import Box, distance_in_sizes, iou
from vision.classes import VEHICLES
from vision.rules.rule import Moment
from vision.rules.standing import StandingRule
from vision.rules.stays import Stay
from vision.tracks import Track
from vision.zones import Anchor


class ParkingRule(StandingRule):
    """One no_parking zone. Threads: one."""

    kind = AlertKind.PARKING
    version = 1

    def _is_candidate(self, track: Track) -> bool:
        share = self._area.share(track.box, Anchor.LOWER_HALF)
        return track.object_class in VEHICLES and share >= self._tuning.parking.inside_share

    def _may_raise(self, stay: Stay, tracks: Sequence[Track], now: Moment) -> bool:
        tuning = self._tuning.parking
        if self._remaining_s(stay, now) <= -tuning.queue_patience_s or stay.since_before:
            return True
        if self._stands_in_queue(stay, tracks):
            stay.queued_s = now.mono_s
        return now.mono_s - stay.queued_s > tuning.queue_release_s

    def _stands_in_queue(self, stay: Stay, tracks: Sequence[Track]) -> bool:
        """Whether enough vehicles, anywhere in the picture, stopped with it, nose to tail."""
        tuning = self._tuning.parking
        arrived = [
            (other.box, other.since_s)
            for other in self._book.stays
            if other is not stay and not other.since_before
        ]
        arrived += [
            (track.anchor, track.still_since_s)
            for track in tracks
            if track.object_class in VEHICLES
            and track.travelled
            and track.is_standing(1.0)
            and not any(iou(track.anchor, known.box) > 0.3 for known in self._book.stays)
        ]
        start = (stay.box, stay.since_s)
        length = _chain_length(start, arrived, tuning.queue_gap_sizes, tuning.queue_window_s)
        return length >= tuning.queue_count_min


def _chain_length(
    start: tuple[Box, float],
    others: Sequence[tuple[Box, float]],
    gap_sizes: float,
    window_s: float,
) -> int:
    """Vehicles linked to the first by nearness and time of stopping, itself included."""
    chain, left = [start], list(others)
    for box, since_s in chain:
        near = [
            other
            for other in left
            if abs(other[1] - since_s) <= window_s and distance_in_sizes(box, other[0]) <= gap_sizes
        ]
        chain += near
        left = [other for other in left if other not in near]
    return len(chain)
