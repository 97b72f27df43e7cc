"""Child process of test_gpu_compositor: the same wall by both compositors on a real display.

Prints one JSON line a case; `fail SHADER` paints with a shader that no driver takes.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from wall_pictures import FakeSource, PlainNames

from config.site import CameraId
from console.bridge.tile_image import TileImage, image_over
from console.state.layouts import LayoutId
from console.state.tiles import Aspect, TileAddress, WindowId
from console.state.wall import WallState
from console.views import theme
from console.views.compositor import Compositor, WallScene
from console.views.gpu import drawing
from console.views.gpu.capability import probe
from console.views.gpu.gpu_compositor import GpuCompositor
from console.views.raster_painting import RasterCompositor
from console.views.wall_view import WallView
from ingest.cameras.health import LossCause
from ingest.clock import ManualClock

MAIN = WindowId("main")
DEADLINE_S = 15.0
#: layout, aspect, part of the picture shown by the first tile, size of the pictures
CASES: dict[str, tuple[str, Aspect, tuple[float, float, float, float], tuple[int, int]]] = {
    "exact": ("2x2", Aspect.FILL, (0.0, 0.0, 1.0, 1.0), (480, 270)),
    "scaled": ("3x3", Aspect.FILL, (0.0, 0.0, 1.0, 1.0), (704, 576)),
    "bars": ("2x2", Aspect.FIT, (0.0, 0.0, 1.0, 1.0), (320, 320)),
    "cropped": ("1+5", Aspect.CROP, (0.0, 0.0, 1.0, 1.0), (320, 320)),
    "zoomed": ("2x2", Aspect.AUTO, (0.25, 0.25, 0.75, 0.75), (480, 270)),
    "zoomed out of reach": ("2x2", Aspect.AUTO, (0.0, 0.0, 0.5, 0.5), (480, 270)),
}


def scenery(width_px: int, height_px: int, seed: int) -> NDArray[np.uint8]:
    """Smooth colours with an edge: scaled by two hands they stay alike."""
    y, x = np.mgrid[0:height_px, 0:width_px]
    pixels = np.empty((height_px, width_px, 4), np.uint8)
    for channel in range(3):
        wave = np.sin(x / width_px * 9 + seed + channel) + np.cos(y / height_px * 7 - channel)
        pixels[..., channel] = (127 + 60 * wave).astype(np.uint8)
    pixels[height_px // 3 : height_px // 2, width_px // 4 : width_px // 2, :3] = (20, 200, 90)
    pixels[..., 3] = 255
    return pixels


class Stage:
    """One wall window."""

    def __init__(self, application: QApplication, case: str, *, gpu: bool) -> None:
        layout, aspect, region, size = CASES[case]
        self.application, self.reasons = application, list[str]()
        self.clock = ManualClock(mono_ns=10**12)
        self.wall = WallState()
        self.wall.open_window(MAIN, LayoutId(layout))
        self.source = FakeSource(self.wall)

        def make(widget: QWidget, scene: WallScene, failed: Callable[[str], None]) -> Compositor:
            def tell(reason: str) -> None:
                self.reasons.append(reason)
                failed(reason)

            return GpuCompositor(widget, scene, tell) if gpu else RasterCompositor(widget, scene)

        self.view = WallView(
            self.wall, MAIN, self.source, PlainNames(), clock=self.clock, compositor=make
        )
        self.view.resize(962, 542)
        count = len(self.wall.window(MAIN).tiles)
        self.cameras = [CameraId(f"cam-{i}") for i in range(1, count)]  # the last one stays empty
        self.wall.fill(self.cameras)
        for address in self.wall.addresses():
            self.wall.set_aspect(address, aspect)
        self.wall.set_region(TileAddress(MAIN, 0), region)
        for number, camera_id in enumerate(self.cameras):
            held = (0.1, 0.1, 0.6, 0.6) if case == "zoomed out of reach" and number == 0 else None
            feed = self.source.of(camera_id)
            pixels = scenery(*size, number)
            stamp = self.clock.mono_ns()
            if held is None:
                feed.push(pixels, mono_ns=stamp)
            else:
                feed.push(pixels, mono_ns=stamp, region=held)
        if region != (0.0, 0.0, 1.0, 1.0):
            small = scenery(96, 54, 3)
            self.source.of(self.cameras[0]).whole = TileImage(image_over(small), small, 1, 1)
        self.source.of(self.cameras[-1]).lose(
            LossCause.UNREACHABLE, since_mono_ns=self.clock.mono_ns() - 10**9, next_try_mono_ns=None
        )
        self.view.show()

    def until(self, met: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not met():
            assert time.monotonic() < deadline, "nothing was painted in time"
            self.application.processEvents()

    def pixels(self) -> NDArray[np.uint8]:
        """What stands on the screen once every picture is there, and two paints later."""
        painters = list(self.view.tile_painters.values())[: len(self.cameras)]
        self.until(lambda: all(p.frame_count > 0 for p in painters))
        for _ in range(2):
            paints = self.view.painting.paint_count
            self.view.compositor.resized()
            self.until(lambda: self.view.painting.paint_count > paints)  # noqa: B023
        image = self.view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        flat = np.frombuffer(image.constBits(), np.uint8)
        return flat.reshape(image.height(), image.width(), 4)[..., :3].astype(np.uint8)

    def close(self) -> None:
        self.view.release()
        self.view.close()
        self.view.deleteLater()
        self.application.processEvents()


def say(**content: object) -> None:
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()


def compare(application: QApplication, case: str) -> None:
    shown = []
    for gpu in (False, True):
        stage = Stage(application, case, gpu=gpu)
        shown.append(stage.pixels().astype(int))
        kind, reasons = type(stage.view.compositor).__name__, stage.reasons
        stage.close()
    apart = np.abs(shown[0] - shown[1])
    say(
        case=case, kind=kind, reasons=reasons, mean=float(apart.mean()),
        share_over_8=float((apart.max(axis=2) > 8).mean()), colours=len(np.unique(shown[1])),
    )  # fmt: skip


def main(words: list[str]) -> int:
    application = QApplication([])
    theme.use(application)
    renderer = probe()
    say(renderer=None if renderer is None else renderer.name)
    if words[0] == "compare":
        for case in CASES:
            compare(application, case)
    else:
        drawing.FRAGMENT = "this is no shader"
        stage = Stage(application, "exact", gpu=True)
        stage.until(lambda: bool(stage.reasons))
        shown = stage.pixels().astype(int)
        x, y = stage.view.tile_painters[1].rect.center().toTuple()
        kind = type(stage.view.compositor).__name__
        screen = stage.view.screen().grabWindow(stage.view.winId()).toImage()
        on_screen = screen.pixelColor(x, y)
        say(
            kind=kind, reasons=stage.reasons, pixel=shown[y, x].tolist(),
            on_screen=[on_screen.blue(), on_screen.green(), on_screen.red()],
        )  # fmt: skip
        stage.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
