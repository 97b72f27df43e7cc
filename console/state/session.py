"""ConsoleSession: everything one seat knows and points at, and what follows from a selection.

Decides the linkage (视频联动): selecting a case calls its camera to the selected tile, moves
the map, asks for evidence and candidates; a map point or an inspector calls the cameras that
see it. Applies snapshot and events of the feed to the parts. Never talks to the hub itself
and never touches a window.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from config.geometry import GeoPoint
from config.site import Calibration, CameraId, InspectorId, Site
from console.desk.case import CaseData, CaseId, CaseState
from console.desk.escalation_data import EscalationData
from console.desk.scene_messages import PushInForce, in_force
from console.desk.shelf_data import ShelfData
from console.desk.units import Unit
from console.state.arrangement import Arrangement
from console.state.candidates import Candidate, CaseDetail
from console.state.cases import STRIP_PRIORITY, CaseRow, OpenCases
from console.state.directory import CameraDirectory
from console.state.feed_status import FeedStatus
from console.state.health import CameraHealth
from console.state.linkage import Sight, View, sights_of
from console.state.losses import Losses
from console.state.notices import Notice as Notice
from console.state.notices import Severity as Severity
from console.state.observable import Signal, Value
from console.state.people import People
from console.state.queue import CaseQueue, QueueCounts
from console.state.shelves import Shelves
from console.state.snapshot_parts import SnapshotParts
from console.state.tile_tools import TileTools
from console.state.tiles import TileAddress, TileAlarm
from console.state.trails import TrailReplay
from console.state.units import Units
from console.state.wall import MAIN_WINDOW, WallState
from ingest.cameras.health import CameraHealthData
from ingest.clock import Clock
from ingest.errors import GridwallError
from ingest.feed.envelope import Event, Noun, parse_utc_ns
from ingest.positions.fix import PositionEntry, PositionFixedData
from ingest.ptz.states import PtzStateData
from vision.alerts import AlertData, AlertKind, AlertVerb

_log = logging.getLogger(__name__)

T = TypeVar("T")

#: A smoke or fire alarm is priority 1, the others 3 (the desk decides the case's own).
_ALARM_PRIORITY = {AlertKind.SMOKE: 1, AlertKind.FIRE: 1}


class SelectionKind(enum.Enum):
    CASE = "case"
    CAMERA = "camera"
    INSPECTOR = "inspector"
    PLACE = "place"


class Selection(Struct, frozen=True):
    """What the seat points at, and where that is."""

    kind: SelectionKind
    id: str
    place: GeoPoint | None = None


class ConsoleSession:
    """One seat's state.

    Signals: `case_opened(case_id)`: evidence and candidates are wanted; `map_wanted(place)`:
    the map should show this place; `alert_raised(alert)`: pulse and sound once;
    `escalation_raised(escalation)`: another seat waited too long; `alerts_changed`; `site_changed`.
    """

    def __init__(self, site: Site, wall: WallState, clock: Clock) -> None:
        self.clock = clock
        self.site = site
        self.wall = wall
        self.arrangement = Arrangement(wall)
        self.directory = CameraDirectory.of_site(site)
        self.cases = OpenCases()
        self.queue = CaseQueue(self.cases)
        self.people = People(site.inspectors)
        self.units = Units()
        self.replay = TrailReplay()
        self.health = CameraHealth(self.directory)
        self.losses = Losses(self.health)
        self.shelves = Shelves()
        self.alerts: dict[str, AlertData] = {}
        self.acknowledged: set[CaseId] = set()
        self.feed: Value[FeedStatus] = Value(FeedStatus())
        self.notice: Value[Notice | None] = Value(None)
        self.cursor: Value[CaseId | None] = Value(None)
        self.open_case: Value[CaseId | None] = Value(None)
        self.selection: Value[Selection | None] = Value(None)
        self.sights: Value[tuple[Sight, ...]] = Value(())
        #: The hub's numbers for the header, None until it told them.
        self.head: Value[QueueCounts | None] = Value(None)
        self.detail: Value[CaseDetail | None] = Value(None)
        self.candidates: Value[tuple[Candidate, ...]] = Value(())
        self.case_opened: Signal[[CaseId]] = Signal()
        self.map_wanted: Signal[[GeoPoint]] = Signal()
        #: A PTZ camera should be turned to this place (Ctrl and a click on the map).
        self.aim_wanted: Signal[[GeoPoint]] = Signal()
        self.alert_raised: Signal[[AlertData]] = Signal()
        self.alerts_changed: Signal[[]] = Signal()
        self.acknowledgement_changed: Signal[[]] = Signal()
        self.escalation_raised: Signal[[EscalationData]] = Signal()
        self.site_changed: Signal[[]] = Signal()
        #: True where the window has linked tiles: all of them follow a selection (desk profile).
        self.fills_tiles = False
        self.tools = TileTools(wall, clock)
        self.tools.marks.set_zones(site.zones)
        self._calibrations = _calibrations_of(site)
        self._notice_number = 0
        self.shelves.changed.connect(self._on_shelves)

    # -- registers

    def set_site(self, site: Site) -> None:
        """A register changed: directories follow, cases and positions stay."""
        self.site = site
        self.directory = CameraDirectory.of_site(site)
        self._calibrations = _calibrations_of(site)
        self.tools.marks.set_zones(site.zones)
        self.people.register(site.inspectors)
        self.health.set_directory(self.directory)
        self.site_changed.emit()

    @property
    def calibrations(self) -> dict[CameraId, Calibration]:
        return self._calibrations

    # -- feed

    def apply_snapshot(self, snapshot: SnapshotParts) -> None:
        """Replaces what the hub knows; selection, layout and acknowledgements stay."""
        now_utc_ns = self.clock.utc_ns()
        self.cases.replace(_decoded(snapshot.cases, CaseData), now_utc_ns)
        self.health.replace(_decoded(snapshot.camera_health, CameraHealthData))
        self.shelves.replace(_decoded(snapshot.shelves, ShelfData))
        self.people.replace(_decoded(snapshot.positions, PositionEntry))
        self.units.replace(_decoded(snapshot.units, Unit))
        self.wall.ptz.replace(_decoded(snapshot.ptz, PtzStateData))
        for alert_id in list(self.alerts):
            self.wall.clear_alarm(alert_id)
        self.alerts = {alert.alert_id: alert for alert in _decoded(snapshot.alerts, AlertData)}
        for alert in self.alerts.values():
            self._frame(alert)
        self.queue.tick(now_utc_ns)
        self.arrangement.pushes.replace(_decoded(snapshot.scenes, PushInForce), now_utc_ns)
        self.alerts_changed.emit()

    def apply_events(self, events: Sequence[Event]) -> None:
        """Applies a batch; an event that does not fit is logged and left out, never fatal."""
        cases: list[CaseData] = []
        for event in events:
            try:
                if event.noun is Noun.CASE:
                    cases.append(event.decode_data(CaseData))
                else:
                    self._apply_other(event)
            except (msgspec.ValidationError, ValueError, IndexError) as error:
                _log.warning("event %s (%s) left out: %s", event.id, event.type, error)
        if cases:
            self.cases.apply(cases, self.clock.utc_ns())

    def _apply_other(self, event: Event) -> None:
        if event.noun is Noun.ALERT:
            self._apply_alert(AlertVerb(event.verb), event.decode_data(AlertData))
        elif event.noun is Noun.POSITION:
            self.people.apply(event.decode_data(PositionFixedData).fixes)
        elif event.noun is Noun.ESCALATION and event.verb == "raised":
            self.escalation_raised.emit(event.decode_data(EscalationData))
        elif event.noun is Noun.SHELF:
            self._apply_shelf(event.verb, event.decode_data(ShelfData))
        elif event.noun is Noun.UNIT and event.verb == "changed":
            self.units.apply(event.decode_data(Unit))
        elif event.noun is Noun.CAMERA:
            self.health.apply(event.decode_data(CameraHealthData))
        elif event.noun is Noun.PTZ and event.verb == "state":
            self.wall.ptz.apply(event.decode_data(PtzStateData))
        elif event.noun is Noun.SCENE:
            self.arrangement.pushes.take(in_force(event), self.clock.utc_ns())

    def _apply_shelf(self, verb: str, shelf: ShelfData) -> None:
        if verb == "set":
            self.shelves.set(shelf)
        else:
            self.shelves.end(shelf.shelf_id)

    def _on_shelves(self) -> None:
        """Maintenance moves the counts; alerts put aside, or back, ask for attention otherwise."""
        self.health.set_maintenance(self.shelves.in_maintenance)
        self.acknowledgement_changed.emit()
        self.alerts_changed.emit()

    def _apply_alert(self, verb: AlertVerb, alert: AlertData) -> None:
        if verb is AlertVerb.CLEARED:
            self.alerts.pop(alert.alert_id, None)
            self.wall.clear_alarm(alert.alert_id)
        else:
            self.alerts[alert.alert_id] = alert
            self._frame(alert)
            if verb is AlertVerb.RAISED:
                self.alert_raised.emit(alert)
        self.alerts_changed.emit()

    def _frame(self, alert: AlertData) -> None:
        self.wall.raise_alarm(
            TileAlarm(
                alert_id=alert.alert_id,
                camera_id=alert.camera_id,
                kind=alert.kind,
                place=self.directory.name_of(alert.camera_id),
                since_utc_ns=parse_utc_ns(alert.since_utc),
                box_norm=alert.box_norm,
                priority=_ALARM_PRIORITY.get(alert.kind, 3),
            )
        )

    def tick(self) -> None:
        """Once a second: lights move with the clock."""
        self.queue.tick(self.clock.utc_ns())
        self.shelves.tick(self.clock.utc_ns())
        self.losses.refresh()
        self.tools.tick()
        self.arrangement.tick(self.clock.utc_ns(), self.clock.mono_ns())

    # -- what the operator does

    def open(self, case_id: CaseId, *, link: bool = True) -> None:
        """Opens a case: camera to the wall, place to the map, evidence and candidates asked.

        `link=False` leaves wall and map as they are (a restart brings them back itself).
        """
        row = self.cases.get(case_id)
        if row is None:
            return
        self.cursor.set(case_id)
        if self.open_case.get() != case_id:
            self.detail.set(None)
            self.candidates.set(())
        self.open_case.set(case_id)
        self.selection.set(Selection(SelectionKind.CASE, case_id, row.place))
        if link:
            self._link(row.place, first=row.case.camera_id)
            self.tools.linked.follow(row.case.camera_id, row.case.alert_ids)
        self.case_opened.emit(case_id)

    def select_camera(self, camera_id: str, *, call: bool = True) -> None:
        """A camera from the map or the palette: to the selected tile, and the map to it."""
        camera = self.directory.camera(camera_id)
        if camera is None:
            return
        self.selection.set(Selection(SelectionKind.CAMERA, camera_id, camera.place))
        if call:
            self._call(camera.id)
        if camera.place is not None:
            self.map_wanted.emit(camera.place)

    def select_inspector(self, inspector_id: str) -> None:
        """An inspector: the map to them and the nearest camera to the wall."""
        person = self.people.get(InspectorId(inspector_id))
        place = person.place if person else None
        self.selection.set(Selection(SelectionKind.INSPECTOR, inspector_id, place))
        self._link(place)

    def select_place(self, place: GeoPoint) -> None:
        """A point of the map: the cameras that see it; the map itself stays where it is."""
        self.selection.set(Selection(SelectionKind.PLACE, "", place))
        self._link(place, move_map=False)

    def call_number(self, number: int) -> bool:
        """Digits, Enter. False when no camera has the number."""
        camera = self.directory.by_number(number)
        if camera is None:
            return False
        self._call(camera.id)
        self.selection.set(Selection(SelectionKind.CAMERA, camera.id, camera.place))
        return True

    def acknowledge(self, case_id: CaseId) -> None:
        """This seat has seen it: the strip stops asking for attention."""
        self.acknowledged.add(case_id)
        self.acknowledgement_changed.emit()

    def say(self, text: str, severity: Severity = Severity.INFO) -> None:
        """A line for the status line; the same text twice is shown twice."""
        self._notice_number += 1
        self.notice.set(Notice(text, severity, self._notice_number))

    def unacknowledged(self) -> list[CaseRow]:
        """Priority-1 cases that ask for attention: not seen by this seat, not put aside."""
        return [
            row
            for row in self.cases.strip(self.clock.utc_ns())
            if row.id not in self.acknowledged
            and self.shelves.puts_aside(row.case.camera_id, row.case.kind) is None
        ]

    def asking(self) -> list[CaseRow]:
        """Every case that asks for attention, the most urgent first: priority 1 until this seat
        has seen it, the others while they are proposals nobody has taken up or seen.
        """
        proposed = [
            row
            for row in self.cases.open_rows()
            if row.case.priority != STRIP_PRIORITY
            and row.case.state is CaseState.PROPOSED
            and row.id not in self.acknowledged
            and self.shelves.puts_aside(row.case.camera_id, row.case.kind) is None
        ]
        now = self.clock.utc_ns()
        return self.unacknowledged() + sorted(proposed, key=lambda row: row.urgency(now))

    def today_since_utc_ns(self) -> int:
        """The first moment of today, local time."""
        now = datetime.fromtimestamp(self.clock.utc_ns() / 1e9)
        return int(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1e9)

    # -- inside

    def _link(
        self, place: GeoPoint | None, *, first: str | None = None, move_map: bool = True
    ) -> None:
        if place is None:
            camera = self.directory.camera(first)
            sights = [Sight(camera.id, View.NEAREST, away_m=0.0)] if camera is not None else []
            place = camera.place if camera is not None else None
        else:
            sights = sights_of(place, self.directory.cameras, self._calibrations, first=first)
        self.sights.set(tuple(sights))
        if sights and self.fills_tiles:
            self._fill(sights)
        elif sights:
            self._call(sights[0].camera_id)
        if place is not None and move_map:
            self.map_wanted.emit(place)

    def _call(self, camera_id: CameraId) -> None:
        shown = self.wall.tiles_of(camera_id)
        try:
            if shown:
                self.wall.select(shown[0])
            else:
                self.wall.call(camera_id)
        except GridwallError as error:
            self.say(str(error), Severity.PROBLEM)

    def _fill(self, sights: Sequence[Sight]) -> None:
        window = self.wall.windows.get(MAIN_WINDOW)
        if window is None:
            return
        free = [
            TileAddress(window.id, index)
            for index in self.wall.shown_indexes(window)
            if not window.tiles[index].pinned
        ]
        for address, sight in zip(free, sights, strict=False):
            self.wall.put_camera(address, sight.camera_id)
        if free:
            self.wall.select(free[0])


def _calibrations_of(site: Site) -> dict[CameraId, Calibration]:
    return {calibration.camera_id: calibration for calibration in site.calibrations}


def _decoded(parts: Iterable[Raw], kind: type[T]) -> list[T]:
    """Every part that fits; one that does not is logged and left out."""
    found: list[T] = []
    for part in parts:
        try:
            found.append(msgspec.json.decode(part, type=kind))
        except msgspec.DecodeError as error:
            _log.warning("a %s of the snapshot left out: %s", kind.__name__, error)
    return found
