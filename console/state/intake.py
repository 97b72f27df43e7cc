"""FeedIntake: applies the hub's snapshot and events to the parts of one seat's state.

A snapshot replaces what the hub knows; selection, layout and acknowledgements stay. What does not
fit is logged and left out, never fatal.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec
from msgspec import Raw

from console.desk.case import CaseData
from console.desk.escalation_data import EscalationData
from console.desk.fence_data import FenceCrossed
from console.desk.live_data import LiveVideoData
from console.desk.scene_messages import PushInForce, in_force
from console.desk.shelf_data import ShelfData
from console.desk.units import Unit
from console.state.session import ConsoleSession
from console.state.snapshot_parts import SnapshotParts
from console.state.tiles import TileAlarm
from ingest.cameras.health import CameraHealthData
from ingest.feed.envelope import Event, Noun, parse_utc_ns
from ingest.positions.fix import PositionEntry, PositionFixedData
from ingest.ptz.states import PtzStateData
from vision.alerts import AlertData, AlertKind, AlertVerb
from vision.asked import TrialDone
from vision.sight import SightData
from vision.track_news import TracksSeenData

_log = logging.getLogger(__name__)

T = TypeVar("T")

#: A smoke or fire alarm is priority 1, the others 3 (the desk decides the case's own).
_ALARM_PRIORITY = {AlertKind.SMOKE: 1, AlertKind.FIRE: 1}


class FeedIntake:
    """Of one session."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session

    def take_snapshot(self, snapshot: SnapshotParts) -> None:
        """Replaces what the hub knows."""
        session = self._session
        now_utc_ns = session.clock.utc_ns()
        session.cases.replace(_decoded(snapshot.cases, CaseData), now_utc_ns)
        session.health.replace(_decoded(snapshot.camera_health, CameraHealthData))
        session.wall.eyesight.replace(_decoded(snapshot.sights, SightData))
        session.shelves.replace(_decoded(snapshot.shelves, ShelfData))
        session.people.replace(_decoded(snapshot.positions, PositionEntry))
        session.units.replace(_decoded(snapshot.units, Unit))
        session.live.replace(_decoded(snapshot.live, LiveVideoData))
        session.wall.ptz.replace(_decoded(snapshot.ptz, PtzStateData))
        for alert_id in session.alerts:
            session.wall.alarms.cleared(alert_id)
        session.alerts = {each.alert_id: each for each in _decoded(snapshot.alerts, AlertData)}
        for alert in session.alerts.values():
            self._frame(alert)
        session.queue.tick(now_utc_ns)
        session.arrangement.pushes.replace(_decoded(snapshot.scenes, PushInForce), now_utc_ns)
        session.alerts_changed.emit()

    def take_events(self, events: Sequence[Event]) -> None:
        """Applies a batch, cases in one go."""
        cases: list[CaseData] = []
        for event in events:
            try:
                if event.noun is Noun.CASE:
                    cases.append(event.decode_data(CaseData))
                else:
                    self._take_other(event)
            except (msgspec.ValidationError, ValueError, IndexError) as error:
                _log.warning("event %s (%s) left out: %s", event.id, event.type, error)
        if cases:
            self._session.cases.apply(cases, self._session.clock.utc_ns())

    def _take_other(self, event: Event) -> None:
        session = self._session
        if event.noun is Noun.ALERT:
            self._take_alert(AlertVerb(event.verb), event.decode_data(AlertData))
        elif event.noun is Noun.POSITION:
            session.people.apply(event.decode_data(PositionFixedData).fixes)
        elif event.noun is Noun.TRACK:
            session.tools.marks.trails.apply(event.decode_data(TracksSeenData))
        elif event.noun is Noun.ESCALATION and event.verb == "raised":
            session.escalation_raised.emit(event.decode_data(EscalationData))
        elif event.noun is Noun.SIGHT and event.verb == "tried":
            session.wall.eyesight.tried.emit(event.decode_data(TrialDone))
        elif event.noun is Noun.SIGHT and event.verb == "changed":
            session.wall.eyesight.apply(event.decode_data(SightData))
        elif event.noun is Noun.SHELF:
            self._take_shelf(event.verb, event.decode_data(ShelfData))
        elif event.noun is Noun.UNIT and event.verb == "changed":
            session.units.apply(event.decode_data(Unit))
        elif event.noun is Noun.UNIT and event.verb == "fence":
            session.fence_crossed.emit(event.decode_data(FenceCrossed))
        elif event.noun is Noun.UNIT and event.verb == "live":
            session.live.apply(event.decode_data(LiveVideoData))
        elif event.noun is Noun.CAMERA:
            session.health.apply(event.decode_data(CameraHealthData))
        elif event.noun is Noun.PTZ and event.verb == "state":
            session.wall.ptz.apply(event.decode_data(PtzStateData))
        elif event.noun is Noun.SCENE:
            session.arrangement.pushes.take(in_force(event), session.clock.utc_ns())

    def _take_shelf(self, verb: str, shelf: ShelfData) -> None:
        if verb == "set":
            self._session.shelves.set(shelf)
        else:
            self._session.shelves.end(shelf.shelf_id)

    def _take_alert(self, verb: AlertVerb, alert: AlertData) -> None:
        session = self._session
        if verb is AlertVerb.CLEARED:
            session.alerts.pop(alert.alert_id, None)
            session.wall.alarms.cleared(alert.alert_id)
        else:
            session.alerts[alert.alert_id] = alert
            self._frame(alert)
            if verb is AlertVerb.RAISED:
                session.alert_raised.emit(alert)
        session.alerts_changed.emit()

    def _frame(self, alert: AlertData) -> None:
        self._session.wall.alarms.raised(
            TileAlarm(
                alert_id=alert.alert_id,
                camera_id=alert.camera_id,
                kind=alert.kind,
                place=self._session.directory.name_of(alert.camera_id),
                since_utc_ns=parse_utc_ns(alert.since_utc),
                box_norm=alert.box_norm,
                priority=_ALARM_PRIORITY.get(alert.kind, 3),
            )
        )


def _decoded(parts: Iterable[Raw], kind: type[T]) -> list[T]:
    """Every part that fits; one that does not is logged and left out."""
    found: list[T] = []
    for part in parts:
        try:
            found.append(msgspec.json.decode(part, type=kind))
        except msgspec.DecodeError as error:
            _log.warning("a %s of the snapshot left out: %s", kind.__name__, error)
    return found
