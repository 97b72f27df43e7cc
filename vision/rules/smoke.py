"""SmokeRule: smoke or fire in a smoke_watch zone, for both kinds, one alert per fire.

Regions that burn have no shape to track: sightings near each other are one region, followed
by persistence (seen in most looks since it began), by not travelling like a vehicle, by changing
inside unlike a rigid thing, and by a second look at full resolution before anything is raised.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from config.site import ZoneId
from vision.alerts import AlertKind, AlertVerb
from vision.boxes import (
    Box,
    area,
    centre,
    covered_share,
    grown,
    intersection,
    mixed,
    size,
    union,
)
from vision.classes import ObjectClass
from vision.patches import Patch, PictureView
from vision.rules.causes import Cause, other_causes
from vision.rules.past import Past
from vision.rules.rule import AlertChange, Finding, FrameContext, Moment, new_alert_id
from vision.scene import SceneChange
from vision.tracks import Sighting, Track
from vision.tuning import SmokeTuning, Tuning
from vision.zones import ZoneArea

_KINDS = {ObjectClass.SMOKE: AlertKind.SMOKE, ObjectClass.FIRE: AlertKind.FIRE}
#: Patches kept to compare the region with itself about a second ago.
_PATCH_AGE_S = 0.8


@dataclass(slots=True)
class Region:
    """A place that seems to burn. Times are monotonic seconds.

    Attributes:
        agreed_count: second looks in a row that showed it, too.
        first_s, since_s: when it was first seen, and when it began: not later.
        scenery: how the place looked before, where that is what it still looks like.
    """

    kind: AlertKind
    box: Box
    first_box: Box
    first_s: float
    last_s: float
    score: float
    looks: deque[tuple[float, bool]] = field(default_factory=lambda: deque(maxlen=64))
    patches: deque[tuple[float, Box, Patch]] = field(default_factory=lambda: deque(maxlen=8))
    changes: deque[float] = field(default_factory=lambda: deque(maxlen=32))
    looked_twice_s: float = float("-inf")
    agreed_count: int = 0
    scenery: tuple[Box, Patch] | None = None
    since_s: float = float("inf")
    alert_id: str | None = None


class RegionRecord(Struct, frozen=True):
    """An alert that was open when the worker stopped."""

    kind: AlertKind
    box: Box
    since_utc_ns: int
    score: float
    alert_id: str


class SmokeRule:
    """One smoke_watch zone. Threads: one."""

    name = "smoke/1"

    def __init__(self, area_of_zone: ZoneArea, masks: Sequence[ZoneArea], tuning: Tuning) -> None:
        self._area = area_of_zone
        self._masks = masks
        self._tuning: SmokeTuning = tuning.smoke
        self._regions: list[Region] = []
        self._past = Past()
        self._last: Moment | None = None

    @property
    def zone_id(self) -> ZoneId:
        return self._area.zone.id

    @property
    def needs_look(self) -> bool:
        return any(region.alert_id is None for region in self._regions)

    @property
    def open_alerts(self) -> set[str]:
        return {region.alert_id for region in self._regions if region.alert_id is not None}

    @property
    def regions(self) -> Sequence[Region]:
        return self._regions

    def step(
        self, tracks: Sequence[Track], context: FrameContext, now: Moment
    ) -> list[AlertChange]:
        self._last = now
        if not self._area.in_force(now.utc_ns, context.zone_info):
            return self.end_all(now, "hours_over")
        self._past.take(context.view, now.mono_s)
        if context.detected:
            self._take(context, other_causes(tracks, now.mono_s, 2 * _PATCH_AGE_S), now.mono_s)
        changes: list[AlertChange] = []
        for region in list(self._regions):
            changes += self._judge(region, context, now)
        return changes

    def _take(self, context: FrameContext, causes: Sequence[Cause], now_s: float) -> None:
        """Sorts this picture's sightings into regions, strongest first."""
        hits: dict[int, list[Sighting]] = {}
        for sighting in sorted(context.burning, key=lambda each: -each.score):
            if not self._counts(sighting):
                continue
            region = self._region_at(sighting)
            if region is None:
                if sighting.score < context.points.confirm(sighting.object_class):
                    continue
                region = _begun(sighting, self._began_s(sighting.box, now_s), now_s)
                self._regions.append(region)
            hits.setdefault(id(region), []).append(sighting)
        for region in self._regions:
            self._look_at(region, hits.get(id(region), []), now_s)
            if hits.get(id(region)) and region.alert_id is None:
                self._watch_change(region, context, causes, now_s)
        self._merge_neighbours()

    def _began_s(self, box: Box, now_s: float) -> float:
        """When what is seen for the first time began: its place changed before it was seen."""
        tuning = self._tuning
        changed_s = self._past.changed_since(box, tuning.change_levels, tuning.onset_share, now_s)
        return max(changed_s, now_s - tuning.onset_s)

    def _merge_neighbours(self) -> None:
        """Regions that grew into each other are one fire; an open alert wins, then the older."""
        order = sorted(self._regions, key=lambda each: (each.alert_id is None, each.first_s))
        kept: list[Region] = []
        for region in order:
            share = self._tuning.neighbourhood_share
            same = next(
                (
                    other
                    for other in kept
                    if other.kind is region.kind
                    and intersection(grown(other.box, share), grown(region.box, share)) > 0
                    and region.alert_id is None
                ),
                None,
            )
            if same is None:
                kept.append(region)
            else:
                same.first_s = min(same.first_s, region.first_s)
                same.since_s = min(same.since_s, region.since_s)
        self._regions = kept

    def _counts(self, sighting: Sighting) -> bool:
        if self._area.share(sighting.box) < self._tuning.inside_share:
            return False
        return all(mask.share(sighting.box) < self._tuning.masked_share for mask in self._masks)

    def _region_at(self, sighting: Sighting) -> Region | None:
        """The region of the same kind whose neighbourhood the sighting touches."""
        share = self._tuning.neighbourhood_share
        near = [
            region
            for region in self._regions
            if region.kind is _KINDS[sighting.object_class]
            and intersection(grown(region.box, share), grown(sighting.box, share)) > 0
        ]
        return max(near, key=lambda region: covered_share(sighting.box, region.box), default=None)

    def _look_at(self, region: Region, hits: Sequence[Sighting], now_s: float) -> None:
        region.looks.append((now_s, bool(hits)))
        if not hits:
            return
        box = union(hit.box for hit in hits)
        region.last_s = now_s
        region.box = mixed(region.box, box, 0.5)
        region.score = 0.6 * region.score + 0.4 * max(hit.score for hit in hits)

    def _watch_change(
        self, region: Region, context: FrameContext, causes: Sequence[Cause], now_s: float
    ) -> None:
        """Compares the place with itself a while ago: smoke is never the same picture."""
        for taken_s, box, patch in region.patches:
            if _PATCH_AGE_S <= now_s - taken_s <= 2 * _PATCH_AGE_S:
                is_night = context.light.is_night
                levels = (
                    self._tuning.change_levels_night if is_night else self._tuning.change_levels
                )
                others = [cause.around for cause in causes if cause.explains(region.box)]
                change = context.view.changed_share(patch, box, levels, others)
                if change is not None:
                    region.changes.append(change)
                break
        region.patches.append((now_s, region.box, context.view.core(region.box)))

    def _judge(self, region: Region, context: FrameContext, now: Moment) -> list[AlertChange]:
        unseen_s = now.mono_s - region.last_s
        if region.alert_id is not None:
            if unseen_s > self._tuning.clear_s:
                self._regions.remove(region)
                return [AlertChange(AlertVerb.CLEARED, self._finding(region, now, "gone"))]
            return [AlertChange(AlertVerb.UPDATED, self._finding(region, now))]
        if unseen_s > self._tuning.forget_s:
            self._regions.remove(region)
            return []
        if not (unseen_s == 0 and self._is_established(region, context.view, now.mono_s)):
            return []
        if not self._second_look(region, context, now.mono_s):
            return []
        region.alert_id = new_alert_id()
        return [AlertChange(AlertVerb.RAISED, self._finding(region, now))]

    def _is_established(self, region: Region, view: PictureView, now_s: float) -> bool:
        limit_s = self._area.zone.limit_s
        seen_s = now_s - region.first_s
        if now_s - region.since_s < limit_s or len(region.looks) < 3:
            return False
        if seen_s < limit_s * self._tuning.seen_share:
            return False
        seen = sum(hit for _, hit in region.looks) / len(region.looks)
        return (
            seen >= self._tuning.persistence_share
            and self._lives(region)
            and not self._travels(region, now_s)
            and not self._stood_before(region, view)
        )

    def _lives(self, region: Region) -> bool:
        """Whether it changes as smoke and flames do, in most looks."""
        changes = region.changes
        if len(changes) == 1:
            return changes[0] >= self._tuning.changed_strongly
        return len(changes) >= 2 and statistics.median(changes) >= self._tuning.changed_share

    def _stood_before(self, region: Region, view: PictureView) -> bool:
        """Whether a flame's place looks as it did well before it was noticed: a cone, a lamp.

        Only flames: they hide what is behind them, thin smoke does not.
        """
        if region.kind is not AlertKind.FIRE:
            return False
        if region.scenery is not None:
            box, remembered = region.scenery
            return self._looks_like(view.likeness(remembered, box))
        shown = view.patch(region.box)
        for former in self._past.before(region.first_s - self._tuning.former_s):
            if self._looks_like(former.likeness(shown, region.box)):
                region.scenery = region.box, former.patch(region.box)
                return True
        return False

    def _looks_like(self, likeness: float | None) -> bool:
        return likeness is not None and likeness >= self._tuning.former_likeness

    def _travels(self, region: Region, now_s: float) -> bool:
        """Whether its foot moved on like a vehicle's; growth alone moves only the other edges."""
        (x, _), (first_x, _) = centre(region.box), centre(region.first_box)
        width, height = size(region.box)
        moved = math.hypot(
            (x - first_x) / max(width, 1e-6),
            (region.box[3] - region.first_box[3]) / max(height, 1e-6),
        )
        grew = area(region.box) > 1.5 * area(region.first_box)
        return (
            not grew and moved / max(1.0, now_s - region.first_s) > self._tuning.travel_sizes_per_s
        )

    def _second_look(self, region: Region, context: FrameContext, now_s: float) -> bool:
        """Whether a crop at full resolution shows it too; a large region needs none."""
        if context.look is None or size(region.box)[0] > self._tuning.second_look_width_max:
            return True
        if now_s - region.looked_twice_s < self._tuning.second_look_interval_s:
            return False
        region.looked_twice_s = now_s
        seen = context.look(grown(region.box, self._tuning.second_look_margin))
        agrees = any(
            sighting.object_class in _KINDS
            and sighting.score
            >= self._tuning.second_look_share * context.points.confirm(sighting.object_class)
            and intersection(sighting.box, region.box) > 0
            for sighting in seen
        )
        region.agreed_count = region.agreed_count + 1 if agrees else 0
        needed = self._tuning.second_looks_night if context.light.is_night else 1
        return region.agreed_count >= needed

    def _finding(self, region: Region, now: Moment, reason: str = "persists") -> Finding:
        assert region.alert_id is not None
        seen_s = region.last_s - region.since_s
        return Finding(
            region.alert_id,
            region.kind,
            self.zone_id,
            now.utc_at(region.since_s),
            False,
            region.box,
            region.score,
            self._area.zone.limit_s,
            self.name,
            f"{region.kind.value}.{reason} seen_s={seen_s:.0f} limit_s={self._area.zone.limit_s:g}",
        )

    def forget(self, track_id: int) -> None:
        """Regions are not tracks."""

    def change_scene(self, change: SceneChange, now: Moment) -> None:
        """Another picture: what was not confirmed yet begins anew, an open alert waits for sight."""
        self._regions = [region for region in self._regions if region.alert_id is not None]
        self._past = Past()
        for region in self._regions:
            region.patches.clear()
            region.last_s = now.mono_s

    def end_all(self, now: Moment, reason: str) -> list[AlertChange]:
        changes = [
            AlertChange(AlertVerb.CLEARED, self._finding(region, now, reason))
            for region in self._regions
            if region.alert_id is not None
        ]
        self._regions.clear()
        return changes

    def remember(self) -> bytes:
        last = self._last
        records = [
            RegionRecord(
                region.kind, region.box, last.utc_at(region.since_s), region.score, region.alert_id
            )
            for region in self._regions
            if last is not None and region.alert_id is not None
        ]
        return msgspec.json.encode(records)

    def restore(self, state: bytes, now: Moment) -> None:
        for record in msgspec.json.decode(state, type=list[RegionRecord]):
            self._regions.append(
                Region(
                    record.kind,
                    record.box,
                    record.box,
                    now.mono_at(record.since_utc_ns),
                    now.mono_s,
                    record.score,
                    alert_id=record.alert_id,
                    since_s=now.mono_at(record.since_utc_ns),
                )
            )


def _begun(sighting: Sighting, since_s: float, now_s: float) -> Region:
    kind = _KINDS[sighting.object_class]
    return Region(kind, sighting.box, sighting.box, now_s, now_s, sighting.score, since_s=since_s)
