"""StandingRule: what parking and stalls share: stays, the zone's limit and hours, one alert each.

Subclasses decide what may stand and what may be raised. Dwell counts from the moment a thing
stopped, but not from before the zone was in force.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import msgspec

from config.site import ZoneId
from vision.alerts import AlertKind, AlertVerb
from vision.boxes import Box
from vision.rules.rule import AlertChange, Finding, FrameContext, Moment, new_alert_id
from vision.rules.stay import Stay, StayRecord
from vision.rules.stays import StayBook
from vision.scene import SceneChange
from vision.tracks import Track
from vision.tuning import Tuning
from vision.zones import ZoneArea


class StandingRule(ABC):
    """See module. Threads: one."""

    kind: AlertKind
    version: int
    looks_change = False

    def __init__(self, area: ZoneArea, tuning: Tuning) -> None:
        self._area = area
        self._tuning = tuning
        self._book = StayBook(tuning.stay, tuning.lost_after_s, looks_change=self.looks_change)
        self._in_force = True
        self._in_force_since_s = float("-inf")
        self._last: Moment | None = None

    @property
    def name(self) -> str:
        return f"{self.kind.value}/{self.version}"

    @property
    def zone_id(self) -> ZoneId:
        return self._area.zone.id

    @property
    def needs_look(self) -> bool:
        """A stay about to reach its limit is worth every picture: the alert must not be late."""
        last = self._last
        return last is not None and any(
            stay.alert_id is None and -1.0 < self._remaining_s(stay, last) < 1.0
            for stay in self._book.stays
        )

    @property
    def open_alerts(self) -> set[str]:
        return {stay.alert_id for stay in self._book.stays if stay.alert_id is not None}

    @property
    def stays(self) -> Sequence[Stay]:
        return self._book.stays

    def step(
        self, tracks: Sequence[Track], context: FrameContext, now: Moment
    ) -> list[AlertChange]:
        self._last = now
        if not context.sanity.zones_fit or context.is_doubtful:
            return []
        changes = self._hours(context, now)
        candidates = [track for track in tracks if self._is_candidate(track)]
        for stay in self._book.step(candidates, tracks, context, now):
            changes += self._ended(stay, now, "left")
        self._watch(tracks, now)
        changes += self._allow(context, now)
        if self._in_force:
            for stay in self._book.stays:
                changes += self._judge(stay, tracks, context, now)
        return changes

    def _hours(self, context: FrameContext, now: Moment) -> list[AlertChange]:
        in_force = self._area.in_force(now.utc_ns, context.zone_info)
        before, self._in_force = self._in_force, in_force
        if in_force and not before:
            self._in_force_since_s = now.mono_s
        return self.end_all(now, "hours_over") if before and not in_force else []

    def _remaining_s(self, stay: Stay, now: Moment) -> float:
        return self._area.zone.limit_s - self._dwell_s(stay, now)

    def _dwell_s(self, stay: Stay, now: Moment) -> float:
        return now.mono_s - max(stay.since_s, self._in_force_since_s, stay.allowed_s)

    def _judge(
        self, stay: Stay, tracks: Sequence[Track], context: FrameContext, now: Moment
    ) -> list[AlertChange]:
        if stay.alert_id is not None:
            return [AlertChange(AlertVerb.UPDATED, self._finding(stay, now))]
        due = (
            self._remaining_s(stay, now) <= 0
            and stay.gone_since_s is None
            and self._is_evident(stay, now.mono_s)
            and self._may_raise(stay, tracks, now)
        )
        if not due:
            return []
        stay.alert_id = new_alert_id()
        return [AlertChange(AlertVerb.RAISED, self._finding(stay, now))]

    def _is_evident(self, stay: Stay, now_s: float) -> bool:
        """Whether the detector says so often enough, and the picture shows it there just now."""
        tuning = self._tuning.stay
        if now_s - stay.alike_s > tuning.alike_within_s or stay.alike_count < stay.unlike_count:
            return False
        share = stay.sighting_count / max(1, stay.look_count)
        return stay.sighting_count >= tuning.sightings_min and share >= tuning.sighting_share

    def _ended(self, stay: Stay, now: Moment, reason: str) -> list[AlertChange]:
        if stay.alert_id is None:
            return []
        change = AlertChange(AlertVerb.CLEARED, self._finding(stay, now, reason))
        stay.alert_id = None
        return [change]

    def _finding(self, stay: Stay, now: Moment, reason: str | None = None) -> Finding:
        return self._told(stay, now, reason, stay.box)

    def _told(self, stay: Stay, now: Moment, reason: str | None, box: Box) -> Finding:
        assert stay.alert_id is not None
        dwell_s = now.mono_s - stay.since_s
        text = reason or ("since_before" if stay.since_before else "stopped")
        return Finding(
            stay.alert_id,
            self.kind,
            self.zone_id,
            now.utc_at(stay.since_s),
            stay.since_before,
            box,
            stay.score,
            self._area.zone.limit_s,
            self.name,
            f"{self.kind.value}.{text} dwell_s={dwell_s:.0f} limit_s={self._area.zone.limit_s:g}",
        )

    def forget(self, track_id: int) -> None:
        """A stay does not depend on its track."""
        return

    def change_scene(self, change: SceneChange, now: Moment) -> None:
        """Dwell goes on; what stands there must be recognised before anything is raised."""
        if change is SceneChange.RETURNED:
            self._book.returned(now.mono_s)
        else:
            self._book.relit(now.mono_s)

    def end_all(self, now: Moment, reason: str) -> list[AlertChange]:
        return [change for stay in self._book.stays for change in self._ended(stay, now, reason)]

    def remember(self) -> bytes:
        return msgspec.json.encode(self._book.records(self._last) if self._last else [])

    def restore(self, state: bytes, now: Moment) -> None:
        self._book.restore(msgspec.json.decode(state, type=list[StayRecord]), now)

    def _watch(self, tracks: Sequence[Track], now: Moment) -> None:
        """A subclass may look at what is beside the stays."""
        return

    def _allow(self, context: FrameContext, now: Moment) -> list[AlertChange]:
        """A subclass may note which stays are allowed now, and end their alerts."""
        return []

    @abstractmethod
    def _is_candidate(self, track: Track) -> bool:
        """Whether this track may begin or confirm a stay in the zone."""

    @abstractmethod
    def _may_raise(self, stay: Stay, tracks: Sequence[Track], now: Moment) -> bool:
        """Whether a stay beyond its limit is what the rule is about."""
