"""`gridwall bench map`: frames of the real map widget with a whole district on it, most of it moving.

Every layer is switched on. The rival in the same run is QGraphicsView with one pixmap item a marker on
one picture of the same ground: the same drags, the same wheel, the same inspectors moving as often.
Off screen (raster), one thread, 1080p.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil

from console.bench.map_stage import Crowd, Stage
from console.bench.report import print_result, say
from console.bench.rival_graphics_view import graphics_view

#: CONTRACT §2: at least this many, drawn unclustered.
MARKERS_LEAST = 10_000
#: Frames thrown away first: sprites and ground are made in them.
WARM_FRAMES = 5
REST_FRAMES = 300
RIVAL_FRAMES = 120
FRAME_S = 1 / 60
#: A turn of the event loop that took no longer did nothing.
IDLE_TURN_S = 0.0002


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
        print_result(_figures(arguments, Path(folder)), as_json=arguments.json)
    return 0


def _figures(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Our map under a hand, then left alone; then the rival under the same hand."""
    before_mib = _resident_mib()
    crowd = Crowd(
        arguments.markers, arguments.cameras, arguments.checkpoints, arguments.cells,
        arguments.cases,
    )  # fmt: skip
    stage = Stage(folder, crowd)
    ground, markers = stage.view.ground, stage.view.markers.sheet
    say(f"{crowd.text()}, 1080p")
    ours = _measured(stage.frame, arguments.frames)
    found: dict[str, Any] = {
        "markers": arguments.markers,
        "cameras": arguments.cameras,
        "checkpoints": arguments.checkpoints,
        "cells": arguments.cells,
        "cases": arguments.cases,
        "frame_p95_ms": _p95(ours),
        "frame_p50_ms": float(np.median(ours)),
        "frame_max_ms": max(ours),
        "apply_p95_ms": _p95(stage.apply_ms),
        "ground_ms": ground.paint_ms,
        "markers_ms": markers.paint_ms,
        "ground_sheets": ground.paint_count,
        "marker_sheets": markers.paint_count,
        "shown_dragged_p95_ms": _p95(stage.take_ages()),
    }
    say("the same without a hand on it")
    found["shown_p95_ms"] = _p95(_at_rest(stage))
    found["pick_ms"] = stage.pick_ms()
    found["map_mib"] = _resident_mib() - before_mib
    say("the rival: QGraphicsView with pixmap items")
    view, frame = graphics_view(stage)
    rival = _measured(frame, min(arguments.frames, RIVAL_FRAMES))
    theirs = {"frame_p95_ms": _p95(rival), "frame_p50_ms": float(np.median(rival))}
    found["rivals"] = {"qgraphicsview_pixmap_items": theirs}
    stage.close()
    view.close()
    return found


def _at_rest(stage: Stage) -> list[float]:
    """Ages of positions on a map nobody touches, once the drag's last sheets are there."""
    for count in (WARM_FRAMES, REST_FRAMES):
        stage.take_ages()
        _measured(lambda number: stage.frame(number, drags=False), count)
    return stage.take_ages()


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


def _p95(values: Sequence[float]) -> float:
    return float(np.percentile(values, 95))
