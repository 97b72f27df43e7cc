"""CycleRule: bicycles, motorcycles and tricycles left where they must not stand (非机动车乱停放).

A rider who waits is not parked: whoever sits on it, or stands over it, keeps it from counting. A
row of shared bicycles is one matter: what stands beside one that was raised joins its alert, and
when the first is taken away, the alert goes on with the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from vision.alerts import AlertKind
from vision.boxes import Box, distance_in_sizes, size, union
from vision.classes import CYCLES, ObjectClass
from vision.rules.rule import AlertChange, Finding, Moment
from vision.rules.standing import StandingRule
from vision.rules.stay import Stay
from vision.tracks import Track
from vision.zones import Anchor


class CycleRule(StandingRule):
    """One no_cycle_parking zone. Threads: one."""

    kind = AlertKind.CYCLE_PARKING
    version = 1

    def _is_candidate(self, track: Track) -> bool:
        share = self._area.share(track.box, Anchor.LOWER_HALF)
        return track.object_class in CYCLES and share >= self._tuning.cycles.inside_share

    def _watch(self, tracks: Sequence[Track], now: Moment) -> None:
        """Notes which stand with a rider."""
        people = [
            track.box
            for track in tracks
            if track.object_class is ObjectClass.PERSON and now.mono_s - track.last_seen_s <= 1.0
        ]
        for stay in self._book.stays:
            if any(_rides(person, stay.box) for person in people):
                stay.allowed_s = now.mono_s

    def _may_raise(self, stay: Stay, tracks: Sequence[Track], now: Moment) -> bool:
        """A group speaks with one voice."""
        return not any(other.alert_id is not None for other in self._row_of(stay))

    def _row_of(self, stay: Stay) -> list[Stay]:
        """What stands with it side by side, itself first."""
        reach = self._tuning.cycles.row_gap_sizes
        linked, left = [stay], [other for other in self._book.stays if other is not stay]
        for one in linked:
            near = [other for other in left if distance_in_sizes(one.box, other.box) <= reach]
            linked += near
            left = [other for other in left if other not in near]
        return linked

    def _ended(self, stay: Stay, now: Moment, reason: str) -> list[AlertChange]:
        """The alert of a row is over when its last is gone."""
        if stay.alert_id is not None and reason == "left":
            heirs = [
                other
                for other in self._row_of(stay)[1:]
                if other.alert_id is None and self._remaining_s(other, now) <= 0
            ]
            if heirs:
                heir = max(heirs, key=lambda each: self._dwell_s(each, now))
                heir.alert_id, stay.alert_id = stay.alert_id, None
                return []
        return super()._ended(stay, now, reason)

    def _finding(self, stay: Stay, now: Moment, reason: str | None = None) -> Finding:
        """About the whole row."""
        return self._told(stay, now, reason, union(each.box for each in self._row_of(stay)))


def _rides(person: Box, cycle: Box) -> bool:
    """Whether somebody sits on it or stands over it: the middle within it, the feet at its foot."""
    middle = (person[0] + person[2]) / 2
    width, height = size(cycle)
    over = cycle[0] - 0.1 * width <= middle <= cycle[2] + 0.1 * width
    return over and abs(person[3] - cycle[3]) <= 0.5 * height
