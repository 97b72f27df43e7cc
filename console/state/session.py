"""ConsoleSession: everything one seat knows and points at, and what follows from a selection.

Decides the linkage (视频联动): selecting a case calls its camera to the selected tile, moves
the map, asks for evidence and candidates; a map point or an inspector calls the cameras that
see it. What the feed tells arrives by `console.state.intake`. Never talks to the hub itself and
never touches a window.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec import Struct, structs

from config.geometry import GeoPoint
from config.site import Calibration, CameraId, InspectorId, Site
from console.desk.case import CaseId
from console.desk.escalation_data import EscalationData
from console.desk.fence_data import FenceCrossed
from console.state.archive import Archive
from console.state.arrangement import Arrangement
from console.state.asking import AskingCases
from console.state.candidates import Candidate, CaseDetail
from console.state.case_filters import CaseFilters
from console.state.cases import OpenCases
from console.state.directory import CameraDirectory
from console.state.feed_status import FeedStatus
from console.state.health import CameraHealth
from console.state.holds import Holds
from console.state.linkage import Sight, View, sights_of
from console.state.live_phones import LivePhones
from console.state.losses import Losses
from console.state.marked import MarkedCases
from console.state.notices import Notice as Notice
from console.state.notices import Severity as Severity
from console.state.observable import Signal, Value
from console.state.people import People
from console.state.people_in_view import PeopleInView
from console.state.queue import CaseQueue, QueueCounts
from console.state.shelves import Shelves
from console.state.tile_tools import TileTools
from console.state.tiles import TileAddress
from console.state.trails import TrailReplay
from console.state.units import Units
from console.state.wall import MAIN_WINDOW, WallState
from ingest.clock import Clock
from ingest.errors import GridwallError
from vision.alerts import AlertData, AlertKind

_log = logging.getLogger(__name__)

T = TypeVar("T")

#: A smoke or fire alarm is priority 1, the others 3 (the desk decides the case's own).
_ALARM_PRIORITY = {AlertKind.SMOKE: 1, AlertKind.FIRE: 1}


class SelectionKind(enum.Enum):
    CASE = "case"
    CAMERA = "camera"
    INSPECTOR = "inspector"
    PLACE = "place"
    CHECKPOINT = "checkpoint"
    FEATURE = "feature"
    GROUP = "group"


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
        self.marked = MarkedCases(self.cases)
        self.archive = Archive()
        self.people = People(site.inspectors)
        self.units = Units()
        self.live = LivePhones()
        self.holds = Holds()
        self.replay = TrailReplay()
        self.health = CameraHealth(self.directory)
        self.losses = Losses(self.health)
        self.shelves = Shelves()
        self.filters = CaseFilters()
        self.asking = AskingCases(self.cases, self.shelves, clock, self.filters)
        #: The alerts that are open now, by id.
        self.alerts: dict[str, AlertData] = {}
        self.feed: Value[FeedStatus] = Value(FeedStatus())
        self.notice: Value[Notice | None] = Value(None)
        self.cursor: Value[CaseId | None] = Value(None)
        self.open_case: Value[CaseId | None] = Value(None)
        self.selection: Value[Selection | None] = Value(None)
        self.sights: Value[tuple[Sight, ...]] = Value(())
        #: Who signed in at this seat, as others see them; None: nobody, or the site names nobody.
        self.operator: Value[str | None] = Value(None)
        #: Check point → when it was visited in the round last asked for (ms since 1970; None: not yet).
        self.patrol: Value[Mapping[str, int | None]] = Value({})
        #: The planned route of the round that was last looked at, in order.
        self.patrol_route: Value[tuple[GeoPoint, ...]] = Value(())
        #: The hub's numbers for the header, None until it told them.
        self.head: Value[QueueCounts | None] = Value(None)
        #: MB left on the hub's disk and the least it needs, while it gets low.
        self.disk_low: Value[tuple[int, int] | None] = Value(None)
        self.detail: Value[CaseDetail | None] = Value(None)
        self.candidates: Value[tuple[Candidate, ...]] = Value(())
        self.case_opened: Signal[[CaseId]] = Signal()
        self.map_wanted: Signal[[GeoPoint]] = Signal()
        #: A PTZ camera should be turned to this place (Ctrl and a click on the map).
        self.aim_wanted: Signal[[GeoPoint]] = Signal()
        self.alert_raised: Signal[[AlertData]] = Signal()
        self.alerts_changed: Signal[[]] = Signal()
        #: These people are wanted as a list.
        self.people_wanted: Signal[[tuple[InspectorId, ...]]] = Signal()
        self.fence_crossed: Signal[[FenceCrossed]] = Signal()
        self.escalation_raised: Signal[[EscalationData]] = Signal()
        self.site_changed: Signal[[]] = Signal()
        #: True where the window has linked tiles: all of them follow a selection (desk profile).
        self.fills_tiles = False
        self.tools = TileTools(wall, clock)
        self.tools.marks.set_zones(site.zones)
        self._in_view = PeopleInView(
            self.people, lambda: self.feed.get().is_live, self._looks_elsewhere
        )
        self._in_view.set_calibrations(site.calibrations)
        self.tools.marks.people = self._in_view
        self._calibrations = _calibrations_of(site)
        self._notice_number = 0
        self.shelves.changed.connect(self._on_shelves)
        self.filters.changed.connect(self._on_filters)

    # -- registers

    def set_site(self, site: Site) -> None:
        """A register changed: directories follow, cases and positions stay."""
        self.site = site
        self.directory = CameraDirectory.of_site(site)
        self._calibrations = _calibrations_of(site)
        self.tools.marks.set_zones(site.zones)
        self._in_view.set_calibrations(site.calibrations)
        self.people.register(site.inspectors)
        self.health.set_directory(self.directory)
        self.site_changed.emit()

    @property
    def calibrations(self) -> dict[CameraId, Calibration]:
        return self._calibrations

    def _looks_elsewhere(self, camera_id: CameraId) -> bool:
        """Its calibration does not hold for what it shows now."""
        return self.wall.ptz.is_turned(camera_id) or self.wall.eyesight.is_elsewhere(camera_id)

    def _on_shelves(self) -> None:
        """Maintenance moves the counts; alerts put aside, or back, ask for attention otherwise."""
        self.health.set_maintenance(self.shelves.in_maintenance)
        self.alerts_changed.emit()

    def _on_filters(self) -> None:
        wanted = structs.replace(self.queue.filter, choice=self.filters.shown)
        if wanted != self.queue.filter:
            self.queue.set_filter(wanted)

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

    def call_cameras(self, camera_ids: Sequence[str]) -> int:
        """Brings cameras to empty tiles, in this order; how many of them the wall shows now."""
        cameras = [c for one in camera_ids if (c := self.directory.camera(one)) is not None]
        self.wall.fill([camera.id for camera in cameras])
        return sum(bool(self.wall.tiles_of(camera.id)) for camera in cameras)

    def select_inspector(self, inspector_id: str) -> None:
        """An inspector: the map to them; their phone where it is live, else the nearest camera."""
        person = self.people.get(InspectorId(inspector_id))
        place = person.place if person else None
        self.selection.set(Selection(SelectionKind.INSPECTOR, inspector_id, place))
        self._link(place, first=self.live.camera_of(inspector_id))

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

    def say(self, text: str, severity: Severity = Severity.INFO) -> None:
        """A line for the status line; the same text twice is shown twice."""
        self._notice_number += 1
        self.notice.set(Notice(text, severity, self._notice_number))

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
