"""The stage of `bench map`: a district with a crowd on it, dragged, zoomed and moved by fixed rules.

Lazy imports: a bench is listed without a display.
"""

from __future__ import annotations

import math
import random
import time
from collections import deque
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

WIDTH_PX, HEIGHT_PX = 1920, 1080
#: Frames from one batch of fixes to the next, and batches until everybody moved (once a second).
FRAMES_A_BATCH = 6
BATCHES_A_SECOND = 10
#: Frames from one step of the wheel to the next, and pixels of one frame's drag.
FRAMES_A_WHEEL = 40
DRAG_PX = 9.0


class Crowd(NamedTuple):
    """How much of everything is on the map."""

    people: int
    cameras: int
    checkpoints: int
    cells: int
    cases: int

    @property
    def markers(self) -> int:
        """Everything that stands or moves, without the cells."""
        return self.people + self.cameras + self.checkpoints + self.cases

    def text(self) -> str:
        return (
            f"{self.people} moving inspectors, {self.cameras} cameras, {self.checkpoints} check points, "
            f"{self.cells} cells, {self.cases} cases"
        )


def wheel(number: int) -> float:
    """Zoom levels of the wheel's step in this frame: in and out in turn."""
    return 0.5 if number // FRAMES_A_WHEEL % 2 == 0 else -0.5


def drag(number: int) -> tuple[float, float]:
    """Pixels of this frame's drag: round and round."""
    turn = number * 0.05
    return DRAG_PX * math.cos(turn), DRAG_PX * math.sin(turn)


def expose() -> None:
    """A window paints only after its first expose event."""
    from PySide6.QtWidgets import QApplication

    for _ in range(3):
        QApplication.processEvents()


def _district() -> Any:
    """Streets every 90 m over 3 km × 2 km, a name on each."""
    from config.geometry import GeoPoint, moved
    from console.state.basemap import BaseMap, StreetLine
    from console.state.map_projection import world_of

    corner = GeoPoint(36.09, 120.37)
    lines = [((0.0, float(y)), (3_000.0, float(y))) for y in range(0, 2_001, 90)]
    lines += [((float(x), 0.0), (float(x), 2_000.0)) for x in range(0, 3_001, 90)]
    streets = [
        StreetLine(
            f"第{number}街",
            number % 6,
            np.array([world_of(moved(corner, *end)) for end in ends]),
            (2 * number, 2 * number + 1),
        )
        for number, ends in enumerate(lines)
    ]
    return BaseMap(tuple(streets))


class Stage:
    """A district's map with a crowd on it."""

    def __init__(self, folder: Path, crowd: Crowd) -> None:
        from config.site import Site
        from console.state.map_layers import MapLayer
        from console.state.session import ConsoleSession
        from console.state.wall import WallState
        from console.views.map_view import MapView
        from ingest.clock import SystemClock
        from ingest.heap import settle_heap

        self.random = random.Random(1)
        self.crowd = crowd
        self.apply_ms: list[float] = []
        self._waiting: deque[tuple[int, float]] = deque()
        self._ages_ms: list[float] = []
        basemap = _district()
        self._bounds = basemap.bounds or (0.5, 0.5, 0.6, 0.6)
        site = self._crowded(Site(folder, "bench"))
        self.session = ConsoleSession(site, WallState(), SystemClock())
        self.session.cases.replace(
            [self._case(number) for number in range(crowd.cases)], time.time_ns()
        )
        self._entries = [self._entry(number) for number in range(crowd.people)]
        self.view = MapView(self.session)
        self.view.resize(WIDTH_PX, HEIGHT_PX)
        self.view.set_basemap(basemap)
        for layer in MapLayer:
            self.view.layers.set(layer.value, on=layer is not MapLayer.GROUPS)
        self.view.show()
        expose()
        settle_heap()  # as the console does at its start

    def _place(self) -> Any:
        from console.state.map_projection import place_of

        west, north, east, south = self._bounds
        share_x, share_y = self.random.random(), self.random.random()
        return place_of(west + (east - west) * share_x, north + (south - north) * share_y)

    def _crowded(self, site: Any) -> Any:
        import msgspec

        from config.site import Camera, CameraId, Checkpoint

        cameras = tuple(
            Camera(CameraId(f"bench-{number}"), f"bench {number}", "rtsp://127.0.0.1/x",
                   place=self._place(), bearing_deg=self.random.uniform(0, 360), fov_deg=60.0)
            for number in range(self.crowd.cameras)
        )  # fmt: skip
        points = tuple(
            Checkpoint(f"p-{number}", "hydrant", f"check point {number}", self._place())
            for number in range(self.crowd.checkpoints)
        )
        return msgspec.structs.replace(site, cameras=cameras, checkpoints=points, grid=self._grid())

    def _grid(self) -> Any:
        """Cells side by side over the whole district."""
        from config.site import GridCell, GridId, GridLevel
        from console.state.map_projection import place_of

        west, north, east, south = self._bounds
        columns = math.ceil(math.sqrt(self.crowd.cells * 1.5))
        rows = math.ceil(self.crowd.cells / columns)
        wide, high = (east - west) / columns, (south - north) / rows
        corners = ((0, 0), (1, 0), (1, 1), (0, 1))
        return tuple(
            GridCell(
                GridId(f"c-{number}"), GridLevel.CELL, f"网格{number}", None, None,
                (tuple(
                    place_of(west + (number % columns + x) * wide, north + (number // columns + y) * high)
                    for x, y in corners
                ),),
            )
            for number in range(self.crowd.cells)
        )  # fmt: skip

    def _case(self, number: int) -> Any:
        from config.site import GridId
        from console.desk.case import CaseData, CaseId, CaseState
        from ingest.feed.envelope import utc_text

        place = self._place()
        now = utc_text(time.time_ns())
        return CaseData(
            CaseId(f"case-{number}"), CaseState.FILED, "file", "bench", None,
            GridId(f"c-{number % max(1, self.crowd.cells)}"), None, None,
            place.lat_deg, place.lon_deg, None, None, 1, (), "", opened_utc=now,
            step_started_utc=now, kind="parking", priority=3,
        )  # fmt: skip

    def _entry(self, number: int) -> Any:
        from config.site import DeviceId, InspectorId
        from ingest.feed.envelope import utc_text
        from ingest.positions.fix import PositionEntry

        place = self._place()
        return PositionEntry(
            InspectorId(f"i-{number}"), DeviceId(f"d-{number}"), place.lat_deg, place.lon_deg,
            1.3, self.random.uniform(0, 360), 5.0, utc_text(time.time_ns()), "bench", True,
        )  # fmt: skip

    def frame(self, number: int, *, drags: bool = True) -> None:
        """A fast drag, a wheel step now and then; everybody moves once a second."""
        if number % FRAMES_A_BATCH == 0:
            self._move_some(number // FRAMES_A_BATCH)
            self._waiting.append((self.view.markers.people.batches, time.perf_counter()))
        self._note_shown()
        if not drags:
            return  # painted when there is something new
        if number % FRAMES_A_WHEEL == FRAMES_A_WHEEL - 1:
            self.view.zoom_by(wheel(number))
        self.view.set_projection(self.view.projection.panned(*drag(number)))
        self.view.repaint()

    def _note_shown(self) -> None:
        """How old the positions are that are on the screen for the first time."""
        shown, now_s = self.view.markers.shown_batches, time.perf_counter()
        while self._waiting and self._waiting[0][0] <= shown:
            self._ages_ms.append((now_s - self._waiting.popleft()[1]) * 1e3)

    def take_ages(self) -> list[float]:
        """Milliseconds from a batch of positions to its picture, since the last call."""
        ages, self._ages_ms = self._ages_ms, []
        self._waiting.clear()
        return ages

    def _move_some(self, batch: int) -> None:
        """A tenth of all inspectors, with newer fixes."""
        import msgspec

        from ingest.feed.envelope import utc_text

        now = utc_text(time.time_ns() + batch * 1_000_000)
        part = slice(batch % BATCHES_A_SECOND, None, BATCHES_A_SECOND)
        self._entries[part] = [
            msgspec.structs.replace(
                entry, lat_deg=entry.lat_deg + self.random.uniform(-1e-5, 1e-5), fix_utc=now
            )
            for entry in self._entries[part]
        ]
        began = time.perf_counter()
        self.session.people.apply(self._entries[part])
        self.apply_ms.append((time.perf_counter() - began) * 1e3)

    def pick_ms(self) -> float:
        """p95 of finding the marker under the pointer."""
        took = []
        for _ in range(200):
            x, y = self.random.uniform(0, WIDTH_PX), self.random.uniform(0, HEIGHT_PX)
            began = time.perf_counter()
            self.view.marker_at(x, y)
            took.append((time.perf_counter() - began) * 1e3)
        return float(np.percentile(took, 95))

    def close(self) -> None:
        self.view.close()
