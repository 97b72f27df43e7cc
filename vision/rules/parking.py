"""ParkingRule: a vehicle standing in a no-parking zone for longer than the zone allows.

A queue is not parking: vehicles that stopped shortly after one another, close together, wait
for a light; they get the light's time on top, unless others drive past them. What stood there
at start is dated "since before".
"""

from __future__ import annotations

from collections.abc import Sequence

from vision.alerts import AlertKind
from vision.boxes import Box, distance_in_sizes, iou
from vision.classes import VEHICLES
from vision.rules.queues import (
    Drives,
    Stopped,
    came_driving,
    chain,
    drove_past,
    is_cut_off,
    since_jump,
    stood_first,
)
from vision.rules.rule import Moment
from vision.rules.standing import StandingRule
from vision.rules.stay import Stay
from vision.tracks import Track
from vision.tuning import Tuning
from vision.zones import Anchor, ZoneArea

#: Standing since the camera's first seconds: nobody saw it stop.
_AT_START_S = 2.0
#: Sightings of a way that are looked at: ten seconds at two a second.
_PATH_COUNT = 20


class ParkingRule(StandingRule):
    """One no_parking zone. Threads: one."""

    kind = AlertKind.PARKING
    version = 2

    def __init__(self, area: ZoneArea, tuning: Tuning) -> None:
        super().__init__(area, tuning)
        self._drives = Drives()

    def _is_candidate(self, track: Track) -> bool:
        share = self._area.share(track.box, Anchor.LOWER_HALF)
        return track.object_class in VEHICLES and share >= self._tuning.parking.inside_share

    def _watch(self, tracks: Sequence[Track], now: Moment) -> None:
        """Notes who drove past each vehicle that may be waiting, and who moves off beside it."""
        moving = [
            (track, track.path(_PATH_COUNT))
            for track in tracks
            if track.travelled
            and track.object_class in VEHICLES
            and track.last_seen_s == now.mono_s
            and not track.is_standing(1.0)
        ]
        driving = [(track, since_jump(path)) for track, path in moving if came_driving(path)]
        starting = [path for _, path in moving if stood_first(path)]
        for track, path in driving:
            self._drives.note(track.id, path)
        for stay in self._book.stays:
            if stay.alert_id is None:
                stay.passed_by |= {
                    each.id for each, path in driving if self._passes(each, path, stay)
                }
                if any(self._is_near(stay, path[0][1]) for path in starting):
                    stay.moved_off_s = now.mono_s

    def _is_near(self, stay: Stay, box: Box) -> bool:
        return 0.3 < distance_in_sizes(stay.box, box) <= self._tuning.parking.queue_gap_sizes

    def _passes(self, track: Track, path: Sequence[tuple[float, Box]], stay: Stay) -> bool:
        if track.id == stay.track_id or track.id in stay.passed_by:
            return False
        since_stop = [each for each in path if each[0] >= stay.since_s]
        return drove_past(since_stop, stay.box, self._tuning.parking.beside_sizes)

    def _may_raise(self, stay: Stay, tracks: Sequence[Track], now: Moment) -> bool:
        tuning = self._tuning.parking
        if self._remaining_s(stay, now) <= -tuning.queue_patience_s:
            return True
        queue = self._queue_of(stay, tracks)
        moved_off_s = max(each.moved_off_s for each in queue)
        if (
            len(queue) >= tuning.queue_count_min
            and now.mono_s - moved_off_s < tuning.queue_release_s
        ):
            return False
        passed_by = set().union(*(each.passed_by for each in queue))
        if len(passed_by) >= tuning.passed_count_min:
            return True
        if len(queue) >= tuning.queue_count_min or is_cut_off(stay.box) or self._is_in_lane(stay):
            stay.queued_s = now.mono_s
        return now.mono_s - stay.queued_s > tuning.queue_release_s

    def _is_in_lane(self, stay: Stay) -> bool:
        """Whether others drove through its place before it stopped there."""
        tuning = self._tuning.parking
        through = self._drives.through(stay.box, tuning.lane_sizes, stay.track_id)
        return through >= tuning.lane_count_min

    def _queue_of(self, stay: Stay, tracks: Sequence[Track]) -> list[Stopped]:
        """The vehicles, anywhere in the picture, that stopped with it, nose to tail; it first."""
        opened_s = self._book.opened_s
        others = [_stopped(other) for other in self._book.stays if other is not stay]
        others += [
            Stopped(track.anchor, track.still_since_s, track.still_since_s - opened_s < _AT_START_S)
            for track in tracks
            if track.object_class in VEHICLES
            and track.is_standing(1.0)
            and (track.travelled or track.still_since_s - opened_s < _AT_START_S)
            and not any(iou(track.anchor, known.box) > 0.3 for known in self._book.stays)
        ]
        return chain(_stopped(stay), others, self._tuning.parking)


def _stopped(stay: Stay) -> Stopped:
    return Stopped(stay.box, stay.since_s, stay.since_before, stay.passed_by, stay.moved_off_s)
