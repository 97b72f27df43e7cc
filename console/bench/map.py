"""`gridwall bench map`: frames of the real map widget with a whole district on it, most of it moving.

Every layer is switched on. The rival in the same run is QGraphicsView with one pixmap item a marker on
one picture of the same ground: the same drags, the same wheel, the same inspectors moving as often.
Off screen (raster), one thread, 1080p.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import psutil

from console.bench.report import print_result, say

#: CONTRACT §2: at least this many, drawn unclustered.
MARKERS_LEAST = 10_000
WIDTH_PX, HEIGHT_PX = 1920, 1080
#: Frames thrown away first: sprites and ground are made in them.
WARM_FRAMES = 5
RIVAL_FRAMES = 120
FRAME_S = 1 / 60
#: A turn of the event loop that took no longer did nothing.
IDLE_TURN_S = 0.0002
#: Frames from one batch of fixes to the next, and batches until everybody moved (once a second).
FRAMES_A_BATCH = 6
BATCHES_A_SECOND = 10
#: Frames from one step of the wheel to the next, and pixels of one frame's drag.
FRAMES_A_WHEEL = 40
DRAG_PX = 9.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--markers", type=int, default=MARKERS_LEAST, help="moving inspectors")
    parser.add_argument("--cameras", type=int, default=7_396, help="cameras that stand still")
    parser.add_argument("--checkpoints", type=int, default=3_319)
    parser.add_argument("--cells", type=int, default=2_799, help="grid cells")
    parser.add_argument("--cases", type=int, default=1_000, help="open cases with a place")
    parser.add_argument("--frames", type=int, default=600)


def run(arguments: argparse.Namespace) -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from console.views import theme

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme.use(application)
    with TemporaryDirectory() as folder:
        before_mib = _resident_mib()
        crowd = Crowd(
            arguments.markers,
            arguments.cameras,
            arguments.checkpoints,
            arguments.cells,
            arguments.cases,
        )
        stage = _Stage(Path(folder), crowd)
        say(f"{crowd.text()}, 1080p")
        ours = _measured(stage.frame, arguments.frames)
        ground_sheets = stage.view.ground.paint_count
        marker_sheets = stage.view.markers.sheet.paint_count
        pick_ms = stage.pick_ms()
        map_mib = _resident_mib() - before_mib
        say("the rival: QGraphicsView with pixmap items")
        rival = _measured(stage.rival(), min(arguments.frames, RIVAL_FRAMES))
        print_result(
            {
                "markers": arguments.markers,
                "cameras": arguments.cameras,
                "checkpoints": arguments.checkpoints,
                "cells": arguments.cells,
                "cases": arguments.cases,
                "map_mib": map_mib,
                "frame_p95_ms": _p95(ours),
                "frame_p50_ms": float(np.median(ours)),
                "frame_max_ms": max(ours),
                "apply_p95_ms": _p95(stage.apply_ms),
                "ground_ms": stage.view.ground.paint_ms,
                "markers_ms": stage.view.markers.sheet.paint_ms,
                "ground_sheets": ground_sheets,
                "marker_sheets": marker_sheets,
                "pick_ms": pick_ms,
                "rivals": {
                    "qgraphicsview_pixmap_items": {
                        "frame_p95_ms": _p95(rival),
                        "frame_p50_ms": float(np.median(rival)),
                    }
                },
            },
            as_json=arguments.json,
        )
        stage.close()
    return 0


def _measured(frame: Callable[[int], None], count: int) -> list[float]:
    """Milliseconds the GUI thread was busy in each frame, sixty frames a second."""
    from PySide6.QtWidgets import QApplication

    took = []
    for number in range(count + WARM_FRAMES):
        began = time.perf_counter()
        frame(number)
        busy_s = time.perf_counter() - began
        while (now := time.perf_counter()) < began + FRAME_S:  # what is done until the next frame
            QApplication.processEvents()
            after = time.perf_counter()
            if after - now > IDLE_TURN_S:
                busy_s += after - now
            else:
                time.sleep(0.0005)
        took.append(busy_s * 1e3)
    return took[WARM_FRAMES:]


def _resident_mib() -> float:
    return float(psutil.Process().memory_info().rss) / (1 << 20)


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


def _wheel(number: int) -> float:
    """Zoom levels of the wheel's step in this frame: in and out in turn."""
    return 0.5 if number // FRAMES_A_WHEEL % 2 == 0 else -0.5


def _drag(number: int) -> tuple[float, float]:
    """Pixels of this frame's drag: round and round."""
    turn = number * 0.05
    return DRAG_PX * math.cos(turn), DRAG_PX * math.sin(turn)


def _p95(values: Sequence[float]) -> float:
    return float(np.percentile(values, 95))


def _expose() -> None:
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


class _Stage:
    """A district's map with a crowd on it."""

    def __init__(self, folder: Path, crowd: Crowd) -> None:
        from config.site import Site
        from console.state.map_layers import MapLayer
        from console.state.session import ConsoleSession
        from console.state.wall import WallState
        from console.views.map_view import MapView
        from ingest.clock import SystemClock
        from ingest.heap import settle_heap

        self._random = random.Random(1)
        self._crowd = crowd
        self.apply_ms: list[float] = []
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
        _expose()
        settle_heap()  # as the console does at its start

    def _place(self) -> Any:
        from console.state.map_projection import place_of

        west, north, east, south = self._bounds
        share_x, share_y = self._random.random(), self._random.random()
        return place_of(west + (east - west) * share_x, north + (south - north) * share_y)

    def _crowded(self, site: Any) -> Any:
        import msgspec

        from config.site import Camera, CameraId, Checkpoint

        cameras = tuple(
            Camera(CameraId(f"bench-{number}"), f"bench {number}", "rtsp://127.0.0.1/x",
                   place=self._place(), bearing_deg=self._random.uniform(0, 360), fov_deg=60.0)
            for number in range(self._crowd.cameras)
        )  # fmt: skip
        points = tuple(
            Checkpoint(f"p-{number}", "hydrant", f"check point {number}", self._place())
            for number in range(self._crowd.checkpoints)
        )
        return msgspec.structs.replace(site, cameras=cameras, checkpoints=points, grid=self._grid())

    def _grid(self) -> Any:
        """Cells side by side over the whole district."""
        from config.site import GridCell, GridId, GridLevel
        from console.state.map_projection import place_of

        west, north, east, south = self._bounds
        columns = math.ceil(math.sqrt(self._crowd.cells * 1.5))
        rows = math.ceil(self._crowd.cells / columns)
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
            for number in range(self._crowd.cells)
        )  # fmt: skip

    def _case(self, number: int) -> Any:
        from config.site import GridId
        from console.desk.case import CaseData, CaseId, CaseState
        from ingest.feed.envelope import utc_text

        place = self._place()
        now = utc_text(time.time_ns())
        return CaseData(
            CaseId(f"case-{number}"), CaseState.FILED, "file", "bench", None,
            GridId(f"c-{number % max(1, self._crowd.cells)}"), None, None,
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
            1.3, self._random.uniform(0, 360), 5.0, utc_text(time.time_ns()), "bench", True,
        )  # fmt: skip

    def frame(self, number: int) -> None:
        """A fast drag, a wheel step now and then; everybody moves once a second."""
        if number % FRAMES_A_BATCH == 0:
            self._move_some(number // FRAMES_A_BATCH)
        if number % FRAMES_A_WHEEL == FRAMES_A_WHEEL - 1:
            self.view.zoom_by(_wheel(number))
        self.view.set_projection(self.view.projection.panned(*_drag(number)))
        self.view.repaint()

    def _move_some(self, batch: int) -> None:
        """A tenth of all inspectors, with newer fixes."""
        import msgspec

        from ingest.feed.envelope import utc_text

        now = utc_text(time.time_ns() + batch * 1_000_000)
        part = slice(batch % BATCHES_A_SECOND, None, BATCHES_A_SECOND)
        self._entries[part] = [
            msgspec.structs.replace(
                entry, lat_deg=entry.lat_deg + self._random.uniform(-1e-5, 1e-5), fix_utc=now
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
            x, y = self._random.uniform(0, WIDTH_PX), self._random.uniform(0, HEIGHT_PX)
            began = time.perf_counter()
            self.view.marker_at(x, y)
            took.append((time.perf_counter() - began) * 1e3)
        return _p95(took)

    def rival(self) -> Callable[[int], None]:
        """One pixmap item a marker on one picture of the ground, with the frames of `frame`."""
        from PySide6.QtCore import QPointF, Qt
        from PySide6.QtGui import QPixmap
        from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsView

        scene = QGraphicsScene(0, 0, WIDTH_PX, HEIGHT_PX)
        scene.addPixmap(self.view.grab())
        sprite = QPixmap(18, 18)
        sprite.fill(Qt.GlobalColor.white)
        items = []
        for _ in range(self._crowd.markers):
            item = scene.addPixmap(sprite)
            item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
            item.setPos(self._random.uniform(0, WIDTH_PX), self._random.uniform(0, HEIGHT_PX))
            items.append(item)
        people = items[: self._crowd.people]
        graphics = QGraphicsView(scene)
        graphics.setSceneRect(-WIDTH_PX, -HEIGHT_PX, 3 * WIDTH_PX, 3 * HEIGHT_PX)
        graphics.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        graphics.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        graphics.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        graphics.resize(WIDTH_PX, HEIGHT_PX)
        graphics.show()
        _expose()
        self._rival, self._scene = graphics, scene  # a view does not keep its scene
        middle = QPointF(WIDTH_PX / 2, HEIGHT_PX / 2)

        def frame(number: int) -> None:
            if number % FRAMES_A_BATCH == 0:
                batch = number // FRAMES_A_BATCH
                for item in people[batch % BATCHES_A_SECOND :: BATCHES_A_SECOND]:
                    item.moveBy(self._random.uniform(-1, 1), self._random.uniform(-1, 1))
            if number % FRAMES_A_WHEEL == FRAMES_A_WHEEL - 1:
                factor = 2.0 ** _wheel(number)
                graphics.scale(factor, factor)
            scale = graphics.transform().m11()
            x_px, y_px = _drag(number)
            nonlocal middle
            middle -= QPointF(x_px / scale, y_px / scale)
            graphics.centerOn(middle)
            graphics.viewport().repaint()

        return frame

    def close(self) -> None:
        self.view.close()
        self._rival.close()
