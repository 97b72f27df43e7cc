"""`gridwall bench compositor`: CPU of a painted wall frame, QPainter against the graphics device.

All in the same run and process, one after the other (the graphics device with pictures of BGRA and
with decoded planes), with pictures from memory at the wall's own
sizes: nothing is decoded. Needs a display; the renderer is named, for one played by the processor
says nothing about a real one.
"""

from __future__ import annotations

import argparse
import enum
import time
from collections.abc import Callable
from typing import Any

from console.bench.report import print_result, say

WARM_UP_S = 1.0


class Way(enum.Enum):
    """Who paints, out of what."""

    RASTER = "QPainter, BGRA"
    GPU_BGRA = "graphics device, BGRA"
    GPU_YUV = "graphics device, YUV planes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tiles", type=int, default=36, help="tiles (default 36)")
    parser.add_argument("--fps", type=float, default=25.0, help="pictures a second and tile (25)")
    parser.add_argument("--seconds", type=float, default=10.0, help="measured time of each (10)")
    parser.add_argument("--tile-size", default="320x180", help="pixels of a tile (320x180)")


def run(arguments: argparse.Namespace) -> int:
    from PySide6.QtWidgets import QApplication

    from console.views import theme
    from console.views.gpu.capability import probe

    application = QApplication.instance() or QApplication([])
    theme.use(application)  # type: ignore[arg-type]  # a QApplication, made above
    renderer = probe()
    result: dict[str, Any] = {
        "tiles": arguments.tiles,
        "fps_asked": arguments.fps,
        "tile_size": arguments.tile_size,
        "platform": QApplication.platformName(),
        "gl_renderer": None if renderer is None else renderer.name,
        "gl_is_software": None if renderer is None else renderer.is_software,
        "raster": _measure(arguments, Way.RASTER),
        "gpu_bgra": None,
        "gpu_yuv": None,
    }
    if renderer is not None and renderer.has_needed:
        result["gpu_bgra"] = _measure(arguments, Way.GPU_BGRA)
        result["gpu_yuv"] = _measure(arguments, Way.GPU_YUV)
    print_result(result, as_json=arguments.json)
    return 0


def _measure(arguments: argparse.Namespace, way: Way) -> dict[str, Any]:
    """CPU milliseconds of the whole process, its threads included, for each painted wall frame."""
    from PySide6.QtWidgets import QApplication, QWidget

    from config.site import Camera, CameraId
    from console.bench.memory_pictures import MemorySource
    from console.state.directory import CameraDirectory
    from console.state.layouts import smallest_grid
    from console.state.tiles import Aspect
    from console.state.wall import MAIN_WINDOW, WallState
    from console.views.compositor import Compositor, WallScene
    from console.views.gpu.gpu_compositor import GpuCompositor
    from console.views.raster_painting import RasterCompositor
    from console.views.wall_view import WallView

    say(f"{way.value} …")
    width, height = (int(word) for word in arguments.tile_size.split("x"))
    cameras = [Camera(CameraId(f"cam-{i}"), f"bench {i}", "") for i in range(arguments.tiles)]
    wall = WallState()
    wall.open_window(MAIN_WINDOW, smallest_grid(len(cameras)))
    wall.fill([camera.id for camera in cameras])
    for address in wall.addresses():
        wall.set_aspect(address, Aspect.FILL)
    source = MemorySource(wall, width, height, has_planes=way is Way.GPU_YUV)
    failures: list[str] = []

    def make(widget: QWidget, scene: WallScene, failed: Callable[[str], None]) -> Compositor:
        def told(reason: str) -> None:
            failures.append(reason)
            failed(reason)

        if way is Way.RASTER:
            return RasterCompositor(widget, scene)
        return GpuCompositor(widget, scene, told)

    view = WallView(
        wall, MAIN_WINDOW, source, CameraDirectory(cameras), show_clock=False, compositor=make
    )
    side = round(len(wall.window(MAIN_WINDOW).tiles) ** 0.5)
    view.resize(width * side + 2 * (side - 1), height * side + 2 * (side - 1))
    view.show()

    def play(seconds: float) -> None:
        began = time.monotonic()
        while (passed := time.monotonic() - began) < seconds:
            source.show_picture(int(passed * arguments.fps))
            QApplication.processEvents()
            time.sleep(0.002)

    play(WARM_UP_S)
    paints, cpu_s, began = view.painting.paint_count, time.process_time(), time.monotonic()
    view.painting.longest_paint_ms, uploaded = 0.0, view.painting.uploaded_bytes
    play(arguments.seconds)
    count = max(1, view.painting.paint_count - paints)
    spent, passed = time.process_time() - cpu_s, time.monotonic() - began
    longest, uploaded = view.painting.longest_paint_ms, view.painting.uploaded_bytes - uploaded
    view.release()
    view.close()
    view.deleteLater()
    QApplication.processEvents()
    return {
        "cpu_ms_per_paint": round(spent / count * 1e3, 3),
        "uploaded_bytes_per_paint": round(uploaded / count),
        "paints_per_s": round(count / passed, 1),
        "cores": round(spent / passed, 3),
        "longest_paint_ms": round(longest, 1),
        "failures": failures,
    }
