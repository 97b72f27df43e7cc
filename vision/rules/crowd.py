"""CrowdRule: more people in a zone than it allows, for longer than it allows (群体性事件).

What a detector finds of a crowd is a sample: people hide each other. So nothing here is a head
count: the rule follows a density, people seen against the zone's limit, smoothed over seconds,
and says whether it rises, stays or falls. It never says how many.
"""

from __future__ import annotations

import enum
import math
from collections import deque
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from config.site import ZoneId
from vision.alerts import AlertKind, AlertVerb
from vision.boxes import Box, mixed
from vision.classes import ObjectClass
from vision.rules.rule import AlertChange, Finding, FrameContext, Moment, new_alert_id
from vision.scene import SceneChange
from vision.tracks import Track
from vision.tuning import CrowdTuning, Tuning
from vision.zones import Anchor, ZoneArea


class Trend(enum.Enum):
    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


class CrowdRecord(Struct, frozen=True):
    """A crowd as kept over a restart; `alert_id` None: it was dense, but not for long enough."""

    box: Box
    level: float
    since_utc_ns: int
    alert_id: str | None


class CrowdRule:
    """One crowd_watch zone. Threads: one.

    Attributes:
        level: smoothed density, 1 = as many people as the zone allows.
    """

    name = "crowd/1"

    def __init__(self, area: ZoneArea, tuning: Tuning) -> None:
        self._area = area
        self._tuning: CrowdTuning = tuning.crowd
        self.level = 0.0
        self._box: Box | None = None
        self._past: deque[tuple[float, float]] = deque(maxlen=256)
        self._dense_since_s: float | None = None
        self._thin_since_s: float | None = None
        self._alert_id: str | None = None
        self._last: Moment | None = None

    @property
    def zone_id(self) -> ZoneId:
        return self._area.zone.id

    @property
    def needs_look(self) -> bool:
        """While it is dense every picture counts, whatever moves."""
        return self._dense_since_s is not None and self._alert_id is None

    @property
    def open_alerts(self) -> set[str]:
        return set() if self._alert_id is None else {self._alert_id}

    @property
    def trend(self) -> Trend:
        """The density now against that of some time ago."""
        if self._last is None or not self._past:
            return Trend.STEADY
        then_s = self._last.mono_s - self._tuning.trend_s
        before = next((level for at_s, level in self._past if at_s >= then_s), self.level)
        if self.level - before >= self._tuning.trend_change:
            return Trend.RISING
        return Trend.FALLING if before - self.level >= self._tuning.trend_change else Trend.STEADY

    def step(
        self, tracks: Sequence[Track], context: FrameContext, now: Moment
    ) -> list[AlertChange]:
        if not context.sanity.zones_fit or context.is_doubtful:
            return []
        elapsed_s = 0.0 if self._last is None else now.mono_s - self._last.mono_s
        self._last = now
        if not self._area.in_force(now.utc_ns, context.zone_info):
            return self.end_all(now, "hours_over")
        if context.detected:  # else nothing moved: as many as before
            self._take(tracks, min(elapsed_s, self._tuning.gap_s), now.mono_s)
        return self._judge(now)

    def _take(self, tracks: Sequence[Track], elapsed_s: float, now_s: float) -> None:
        people = [
            track
            for track in tracks
            if track.object_class is ObjectClass.PERSON
            and now_s - track.last_seen_s <= self._tuning.seen_within_s
            and self._area.share(track.box, Anchor.LOWER_HALF) >= self._tuning.inside_share
        ]
        density = len(people) / max(1, self._area.zone.people_max)
        share = 1.0 - math.exp(-elapsed_s / self._tuning.smooth_s) if self._past else 1.0
        self.level += share * (density - self.level)
        if not self._past or now_s - self._past[-1][0] >= 1.0:
            self._past.append((now_s, self.level))
        if len(people) >= 2:
            box = _spread([track.box for track in people])
            self._box = box if self._box is None else mixed(self._box, box, 0.2)

    def _judge(self, now: Moment) -> list[AlertChange]:
        tuning = self._tuning
        if self.level > 1.0:
            self._thin_since_s = None
            if self._dense_since_s is None:
                self._dense_since_s = now.mono_s
        elif self.level < tuning.thin_level:
            if self._thin_since_s is None:
                self._thin_since_s = now.mono_s
            if self._alert_id is None:
                self._dense_since_s = None
            elif now.mono_s - self._thin_since_s >= tuning.clear_s:
                return self.end_all(now, "thinned")
        else:
            self._thin_since_s = None
        if self._alert_id is not None:
            return [AlertChange(AlertVerb.UPDATED, self._finding(now))]
        since_s = self._dense_since_s
        if since_s is None or self._box is None or self.level <= 1.0:
            return []
        if now.mono_s - since_s < self._area.zone.limit_s:
            return []
        self._alert_id = new_alert_id()
        return [AlertChange(AlertVerb.RAISED, self._finding(now))]

    def _finding(self, now: Moment, reason: str = "dense") -> Finding:
        assert self._alert_id is not None
        assert self._box is not None
        assert self._dense_since_s is not None
        return Finding(
            self._alert_id,
            AlertKind.CROWD,
            self.zone_id,
            now.utc_at(self._dense_since_s),
            False,
            self._box,
            min(1.0, self.level / 2),
            self._area.zone.limit_s,
            self.name,
            f"crowd.{reason} level={self.level:.1f} trend={self.trend.value} "
            f"limit_s={self._area.zone.limit_s:g}",
        )

    def forget(self, track_id: int) -> None:
        """A crowd is nobody in particular."""

    def change_scene(self, change: SceneChange, now: Moment) -> None:
        """Back after it looked elsewhere: a crowd that was not told yet is looked for anew."""
        if change is SceneChange.RETURNED and self._alert_id is None:
            self.end_all(now, "away")
        self._last = now
        self._thin_since_s = None

    def end_all(self, now: Moment, reason: str) -> list[AlertChange]:
        changes = []
        if self._alert_id is not None:
            changes = [AlertChange(AlertVerb.CLEARED, self._finding(now, reason))]
        self._alert_id = self._dense_since_s = self._thin_since_s = self._box = None
        self.level = 0.0
        self._past.clear()
        return changes

    def remember(self) -> bytes:
        if self._last is None or self._dense_since_s is None or self._box is None:
            return b"null"
        since_utc_ns = self._last.utc_at(self._dense_since_s)
        return msgspec.json.encode(CrowdRecord(self._box, self.level, since_utc_ns, self._alert_id))

    def restore(self, state: bytes, now: Moment) -> None:
        record = msgspec.json.decode(state, type=CrowdRecord | None)
        if record is None:
            return
        self._box, self.level, self._alert_id = record.box, record.level, record.alert_id
        self._dense_since_s = now.mono_at(record.since_utc_ns)
        self._past.append((now.mono_s, record.level))
        self._last = now


def _spread(boxes: Sequence[Box]) -> Box:
    """Where most of them are: one who walks at the far end does not widen it."""
    columns = [sorted(column) for column in zip(*boxes, strict=True)]
    low, high = len(boxes) // 10, len(boxes) - 1 - len(boxes) // 10
    return columns[0][low], columns[1][low], columns[2][high], columns[3][high]
