"""StallRule: somebody sells in a no-trading zone: a stall, or its parts with a keeper who stays.

An umbrella or a tricycle alone is no stall; with a person staying beside it for most of its
dwell it is. A vendor on the move is not standing and never raised. Where a licence holds, nothing is
raised; when its hours are over, the limit begins.
"""

from __future__ import annotations

from collections.abc import Sequence

from vision.alerts import AlertKind
from vision.boxes import centre, size
from vision.classes import STALL_PARTS, ObjectClass
from vision.rules.rule import AlertChange, FrameContext, Moment
from vision.rules.standing import StandingRule
from vision.rules.stay import Stay
from vision.tracks import Track
from vision.tuning import Tuning
from vision.zones import Anchor, LicensedPlace, ZoneArea

_CANDIDATES = STALL_PARTS | {ObjectClass.STALL}


class StallRule(StandingRule):
    """One no_trading zone. Threads: one."""

    kind = AlertKind.STALL
    version = 2
    looks_change = True

    def __init__(self, area: ZoneArea, tuning: Tuning) -> None:
        super().__init__(area, tuning)
        self._watched_s: float | None = None
        self._licensed = [LicensedPlace(licence) for licence in area.zone.licences]

    def _is_candidate(self, track: Track) -> bool:
        if track.object_class not in _CANDIDATES:
            return False
        share = self._area.share(track.box, Anchor.LOWER_HALF)
        return share >= self._tuning.stall.inside_share

    def _watch(self, tracks: Sequence[Track], now: Moment) -> None:
        """Counts, for each stay, the time a person was beside it."""
        elapsed_s = 0.0 if self._watched_s is None else min(2.0, now.mono_s - self._watched_s)
        self._watched_s = now.mono_s
        people = [track for track in tracks if track.object_class is ObjectClass.PERSON]
        for stay in self._book.stays:
            stay.watched_s += elapsed_s
            if any(self._is_beside(person, stay, now) for person in people):
                stay.keeper_s += elapsed_s

    def _allow(self, context: FrameContext, now: Moment) -> list[AlertChange]:
        """Stalls in a licensed place at its hours: their limit begins when the licence ends."""
        places = [
            place for place in self._licensed if place.in_force(now.utc_ns, context.zone_info)
        ]
        changes: list[AlertChange] = []
        share = self._tuning.stall.licensed_share
        for stay in self._book.stays if places else ():
            if any(place.covers(stay.box, share) for place in places):
                stay.allowed_s = now.mono_s
                changes += self._ended(stay, now, "licensed")
        return changes

    def _is_beside(self, person: Track, stay: Stay, now: Moment) -> bool:
        if now.mono_s - person.last_seen_s > 2.0:
            return False
        (x, _), (stay_x, stay_y) = centre(person.box), centre(stay.box)
        width, height = size(stay.box)
        reach = self._tuning.stall.keeper_reach_sizes
        # A person's feet belong beside the stall, within its depth; half a person's own width
        # more, because a keeper of a small cart stands next to it.
        across = abs(x - stay_x) <= reach * width + (person.box[2] - person.box[0])
        along = abs(person.box[3] - stay_y) <= reach * height + 0.3 * size(person.box)[1]
        return across and along

    def _may_raise(self, stay: Stay, tracks: Sequence[Track], now: Moment) -> bool:
        tuning = self._tuning.stall
        if stay.object_class is not ObjectClass.STALL:
            needed = tuning.keeper_share
        else:
            needed = tuning.keeper_share_before if stay.since_before else 0.0
        return stay.keeper_s >= needed * max(1.0, stay.watched_s)
