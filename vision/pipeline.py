"""CameraPipeline: everything vision does for one camera, without threads, I/O or clocks.

picture → gate → (detections from outside) → tracker → rules → alert events. The caller brings
pictures, times and detections, so the same object runs in the worker, in evaluation faster
than life and in tests. A rule that fails is switched off here and named; nothing else stops.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

import msgspec
from msgspec import Struct

from config.site import Calibration, Camera, Zone, ZoneId, ZoneKind
from vision.alert_book import AlertBook, AlertEvent, BookRecord
from vision.boxes import Box
from vision.classes import BURNING, classes_of_names
from vision.detections import Detections
from vision.detector import Picture
from vision.ground import CalibrationUnusable, Placer
from vision.hush import Hush, HushRecord
from vision.learnt import LearntPlaces
from vision.models import OperatingPoints
from vision.motion import MotionGate
from vision.patches import PictureView
from vision.pictures import luma, size_px
from vision.rule_kinds import RuleMaker, make_rule
from vision.rules.rule import AlertChange, FrameContext, Look, Moment, Rule
from vision.scene import CameraScene, SceneChange
from vision.sight import Sanity, SightNow
from vision.tracker import Tracker
from vision.tracks import Sighting, Track
from vision.tuning import Tuning
from vision.zones import ZoneArea

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModelView:
    """What a pipeline knows of the detector."""

    names: tuple[str, ...]
    stamp: str
    points: OperatingPoints


class PipelineRecord(Struct, frozen=True):
    """A pipeline's memory over a restart: rules by zone, open alerts, held alerts."""

    rules: dict[str, bytes]
    book: BookRecord
    hush: HushRecord = HushRecord({}, {})


class CameraPipeline:
    """Vision of one camera. Threads: one."""

    def __init__(
        self,
        camera: Camera,
        zones: Sequence[Zone],
        calibration: Calibration | None,
        model: ModelView,
        *,
        tuning: Tuning | None = None,
        zone_info: tzinfo | None = None,
        rule_maker: RuleMaker = make_rule,
        places: LearntPlaces | None = None,
    ) -> None:
        self.camera = camera
        self._tuning = tuning or Tuning()
        self._zone_info = zone_info
        self._rule_maker = rule_maker
        self._points = model.points
        self._classes = classes_of_names(model.names)
        self._zones: tuple[Zone, ...] = ()
        self._masks: tuple[Zone, ...] = ()
        self._rules: dict[ZoneId, Rule] = {}
        self.faults: dict[ZoneId, str] = {}
        self._tracker = Tracker(model.points, self._tuning.tracker)
        self._scene = CameraScene(self._tuning)
        self._resting: frozenset[ZoneId] = frozenset()
        self._hush = Hush(places or LearntPlaces((), zone_info))
        self._gate = MotionGate(self._tuning.gate)
        self._book = AlertBook(
            camera.id, model.stamp, self._placer(calibration), self._tuning.update_interval_s
        )
        self._late: list[AlertChange] = []
        self.detections = Detections.none()
        self._set_zones(zones, None)

    def _placer(self, calibration: Calibration | None) -> Placer:
        try:
            return Placer(self.camera, calibration)
        except CalibrationUnusable as error:
            _log.warning("%s; alerts carry the camera's own place instead", error)
            return Placer(self.camera, None)

    @property
    def book(self) -> AlertBook:
        return self._book

    @property
    def tracks(self) -> Sequence[Track]:
        return self._tracker.tracks

    @property
    def rules(self) -> Mapping[ZoneId, Rule]:
        return self._rules

    @property
    def zones(self) -> Sequence[Zone]:
        return self._zones

    @property
    def sanity(self) -> Sanity:
        return self._scene.sanity

    @property
    def places(self) -> LearntPlaces:
        """What operators rejected here."""
        return self._hush.places

    def sight(self, now_utc_ns: int) -> SightNow:
        """How well its picture serves its rules now, for the seats."""
        return SightNow(
            self._scene.sanity,
            tuple(sorted(map(str, self.faults))),
            tuple(sorted(map(str, self._resting))),
            self._scene.light.is_night,
            self._hush.quiet(now_utc_ns),
        )

    @property
    def needs_look(self) -> bool:
        """Whether a rule waits for the next picture."""
        return any(
            rule.needs_look for zone_id, rule in self._rules.items() if zone_id not in self._resting
        )

    @property
    def floor(self) -> float:
        """The lowest score a detection is of use from."""
        return self._points.floor

    def wants(self, picture: Picture, now: Moment) -> bool:
        """Whether this picture goes to the detector: the motion gate's decision."""
        if self._resting.issuperset(self._rules):
            return False
        return self._gate.is_open(luma(picture), now.mono_s, needed=self.needs_look)

    def turn(self, view: str, resting: frozenset[ZoneId], now: Moment) -> None:
        """Where the camera looks now (`scene.MOVING`: on its way), and which zones are out of view.

        Rules of zones out of view stand still, their alerts stay as they are; when the camera
        is back they go on with what they see again.
        """
        if self._scene.turn(view):
            self._tracker = Tracker(self._points, self._tuning.tracker)
            self._gate.open_anew()
        back = self._resting - resting
        self._resting = resting & frozenset(self._rules)
        for zone_id in back & frozenset(self._rules):
            self._change_scene(self._rules[zone_id], SceneChange.RETURNED, now)

    def _change_scene(self, rule: Rule, change: SceneChange, now: Moment) -> None:
        try:
            rule.change_scene(change, now)
        except Exception as error:  # noqa: BLE001 - a broken rule must not stop its neighbours
            self._late += self._switch_off(rule, error, now)

    def process(
        self,
        picture: Picture,
        detections: Detections | None,
        now: Moment,
        look: Look | None = None,
    ) -> list[AlertEvent]:
        """Takes one picture.

        Args:
            picture: BGR or I420; only read, and only during the call.
            detections: what the detector saw in it; None when the gate was closed.
            now: when it was taken.
            look: second look at a part of this picture (boxes in 0..1).

        Returns:
            Alert events to publish, in order.
        """
        brightness = luma(picture)
        if self._scene.step(picture, brightness, now.mono_s):
            for rule in list(self._rules.values()):
                if rule.zone_id not in self._resting:
                    self._change_scene(rule, SceneChange.RELIT, now)
        burning: list[Sighting] = []
        if detections is not None:
            burning = self._update_tracks(picture, detections, now)
        context = FrameContext(
            PictureView(brightness),
            burning,
            detections is not None,
            self._scene.sanity,
            self._points,
            look,
            self._zone_info,
            self._scene.light,
            self._scene.is_doubtful,
        )
        changes, self._late = self._late, []
        for rule in list(self._rules.values()):
            if rule.zone_id not in self._resting:
                changes += self._step(rule, context, now)
        return self._told(changes, now)

    def _told(self, changes: Sequence[AlertChange], now: Moment) -> list[AlertEvent]:
        return self._book.apply(self._hush.apply(changes, now), now)

    def sightings(self, detections: Detections, width_px: int, height_px: int) -> list[Sighting]:
        """Detections of classes that rules know, from their keep score, in 0..1 of the picture."""
        found = []
        scale = (width_px, height_px, width_px, height_px)
        rows = zip(
            (detections.xyxy / scale).tolist(),
            detections.score.tolist(),
            detections.class_index.tolist(),
            strict=True,
        )
        for box, score, index in rows:
            object_class = self._classes[index] if index < len(self._classes) else None
            if object_class is not None and score >= self._points.keep(object_class):
                found.append(Sighting(_box(box), score, object_class))
        return found

    def _update_tracks(
        self, picture: Picture, detections: Detections, now: Moment
    ) -> list[Sighting]:
        self.detections = detections
        found = self.sightings(detections, *size_px(picture))
        rigid = [each for each in found if each.object_class not in BURNING]
        for track_id in self._tracker.update(rigid, now.mono_s):
            for rule in self._rules.values():
                rule.forget(track_id)
        return [each for each in found if each.object_class in BURNING]

    def _step(self, rule: Rule, context: FrameContext, now: Moment) -> list[AlertChange]:
        try:
            return rule.step(self._tracker.tracks, context, now)
        except Exception as error:  # noqa: BLE001 - a broken rule must not stop its neighbours
            return self._switch_off(rule, error, now)

    def _switch_off(self, rule: Rule, error: Exception, now: Moment) -> list[AlertChange]:
        del self._rules[rule.zone_id]
        self.faults[rule.zone_id] = f"{rule.name}: {type(error).__name__}: {error}"
        _log.error(
            "camera %s: rule %s of zone %s failed and is switched off until the zone changes "
            "or the worker restarts; all others go on",
            self.camera.id,
            rule.name,
            rule.zone_id,
            exc_info=error,
        )
        try:
            return rule.end_all(now, "rule_failed")
        except Exception:  # noqa: BLE001 - it is broken already; its alerts end with the book
            _log.exception("camera %s: rule %s could not end its alerts", self.camera.id, rule.name)
            return []

    def reconfigure(
        self, zones: Sequence[Zone], calibration: Calibration | None, now: Moment
    ) -> list[AlertEvent]:
        """Takes new zones and calibration; unchanged zones keep their stays and alerts."""
        self._book.placer = self._placer(calibration)
        changes = self._set_zones(zones, now)
        self._scene.begin_anew()
        self._resting &= frozenset(self._rules)
        return self._told(changes, now)

    def _set_zones(self, zones: Sequence[Zone], now: Moment | None) -> list[AlertChange]:
        masks = tuple(zone for zone in zones if zone.kind is ZoneKind.MASK)
        areas = [ZoneArea(mask) for mask in masks]
        former = {zone.id: zone for zone in self._zones}
        changes: list[AlertChange] = []
        rules: dict[ZoneId, Rule] = {}
        for zone in zones:
            if zone.kind is ZoneKind.MASK:
                continue
            kept = self._rules.get(zone.id)
            same_masks = masks == self._masks or zone.kind is not ZoneKind.SMOKE_WATCH
            if kept is not None and former.get(zone.id) == zone and same_masks:
                rules[zone.id] = kept
            else:
                rules[zone.id] = self._rule_maker(zone, areas, self._tuning)
                self.faults.pop(zone.id, None)
        for zone_id, rule in self._rules.items():
            if now is not None and rules.get(zone_id) is not rule:
                changes += rule.end_all(now, "zone_changed")
        self._zones, self._masks, self._rules = tuple(zones), masks, rules
        smoke = any(zone.kind is ZoneKind.SMOKE_WATCH for zone in zones)
        self._gate.watch_smoke(smoke)
        return changes

    def remember(self) -> PipelineRecord:
        """What a restart must know."""
        rules = {str(zone_id): rule.remember() for zone_id, rule in self._rules.items()}
        return PipelineRecord(rules, self._book.remember(), self._hush.remember())

    def restore(self, record: PipelineRecord, now: Moment) -> None:
        """Takes over from a former process; what no longer fits is dropped and logged."""
        self._book.restore(record.book, now)
        for zone_id, rule in self._rules.items():
            state = record.rules.get(str(zone_id))
            if state is None:
                continue
            try:
                rule.restore(state, now)
            except (ValueError, msgspec.MsgspecError) as error:
                _log.warning(
                    "camera %s: memory of %s is unusable and starts anew: %s",
                    self.camera.id,
                    rule.name,
                    error,
                )
        known = {alert for rule in self._rules.values() for alert in rule.open_alerts}
        self._book.end_unknown(known)
        self._hush.restore(record.hush, known)


def _box(edges: Sequence[float]) -> Box:
    left, top, right, bottom = edges
    return left, top, right, bottom
