"""Child process of test_gpu_compositor: the same wall by both compositors on a real display.

Prints one JSON line a case. `compare CASE…`: both compositors beside each other; `planes`: QPainter
with BGRA, the GPU with planes of the same decoded pictures, in all colours, then every case with
both kinds of picture at once; `screens`: both on a monitor of another pixel ratio; `fail`: a shader
that no driver takes; `anew`: the context goes with the window, `lost`: the device is reset,
`lost_again`: and does not recover, `lost_again_planes`: with planes on the wall.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import numpy as np
from decoded_pictures import COLOURS, as_bgra, as_planes, decoded, street
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QOpenGLContext
from PySide6.QtWidgets import QApplication, QWidget
from wall_pictures import FakeSource, PlainNames, tile_image

from config.site import CameraId
from console.bridge.planes import YuvPlanes
from console.state.layouts import LayoutId
from console.state.tiles import Aspect, TileAddress, WindowId
from console.state.wall import WallState
from console.views import raster_painting, theme
from console.views.compositor import Compositor, WallScene
from console.views.gpu import drawing, gpu_compositor
from console.views.gpu.capability import probe
from console.views.gpu.gpu_compositor import GpuCompositor
from console.views.raster_painting import RasterCompositor
from console.views.wall_view import WallView
from ingest.cameras.health import LossCause
from ingest.clock import ManualClock

# pictures are compared whole, however long a paint takes
raster_painting.PAINT_BUDGET_S = float("inf")

MAIN = WindowId("main")
DEADLINE_S = 60.0
AS_THE_TILE = (0, 0)
#: layout, aspect, part of the picture shown by the first tile, size of the pictures
CASES: dict[str, tuple[str, Aspect, tuple[float, float, float, float], tuple[int, int]]] = {
    "exact": ("2x2", Aspect.FILL, (0.0, 0.0, 1.0, 1.0), (480, 270)),
    "scaled": ("3x3", Aspect.FILL, (0.0, 0.0, 1.0, 1.0), (704, 576)),
    "bars": ("2x2", Aspect.FIT, (0.0, 0.0, 1.0, 1.0), (320, 320)),
    "cropped": ("1+5", Aspect.CROP, (0.0, 0.0, 1.0, 1.0), (320, 320)),
    "zoomed": ("2x2", Aspect.AUTO, (0.25, 0.25, 0.75, 0.75), (480, 270)),
    "zoomed out of reach": ("2x2", Aspect.AUTO, (0.0, 0.0, 0.5, 0.5), (480, 270)),
    "sharp": ("2x2", Aspect.FILL, (0.0, 0.0, 1.0, 1.0), AS_THE_TILE),
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


def checkers(width_px: int, height_px: int, seed: int) -> NDArray[np.uint8]:
    """Every pixel unlike its neighbours: whatever is scaled or shifted becomes grey."""
    y, x = np.mgrid[0:height_px, 0:width_px]
    pixels = np.full((height_px, width_px, 4), 255, np.uint8)
    pixels[..., :3] = np.where((x + y + seed) % 2, 230, 20)[..., None]
    return pixels


#: width, height, number of the tile → its picture.
PictureMaker = Callable[[int, int, int], "NDArray[np.uint8] | YuvPlanes"]


class Stage:
    """One wall window."""

    def __init__(
        self,
        application: QApplication,
        case: str,
        *,
        gpu: bool,
        picture_of: PictureMaker = scenery,
    ) -> None:
        self.picture_of = picture_of
        layout, aspect, region, _size = CASES[case]
        self.application, self.case, self.reasons = application, case, list[str]()
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
        self.view.resize(963 if case == "sharp" else 962, 542)
        count = len(self.wall.window(MAIN).tiles)
        self.cameras = [CameraId(f"cam-{i}") for i in range(1, count)]  # the last one stays empty
        self.wall.fill(self.cameras)
        for address in self.wall.addresses():
            self.wall.set_aspect(address, aspect)
        self.wall.set_region(TileAddress(MAIN, 0), region)
        self.view.show()
        self.until(self.view.isVisible)
        self.deliver()
        if region != (0.0, 0.0, 1.0, 1.0):
            self.source.of(self.cameras[0]).whole = tile_image(picture_of(96, 54, 3), 1, 1)
        self.source.of(self.cameras[-1]).lose(
            LossCause.UNREACHABLE, since_mono_ns=self.clock.mono_ns() - 10**9, next_try_mono_ns=None
        )

    def deliver(self) -> None:
        """A picture for every camera."""
        case, size = self.case, CASES[self.case][3]
        for number, camera_id in enumerate(self.cameras):
            held = (0.1, 0.1, 0.6, 0.6) if case == "zoomed out of reach" and number == 0 else None
            feed = self.source.of(camera_id)
            rect = self.view.tile_painters[number].rect
            if size == AS_THE_TILE and self.picture_of is scenery:
                pixels = checkers(rect.width(), rect.height(), number)
            else:
                place = (rect.width(), rect.height()) if size == AS_THE_TILE else size
                pixels = self.picture_of(*place, number)
            stamp = self.clock.mono_ns()
            if held is None:
                feed.push(pixels, mono_ns=stamp)
            else:
                feed.push(pixels, mono_ns=stamp, region=held)

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

    def paint_until(self, met: Callable[[], bool]) -> None:
        """Frames follow each other until it is so."""

        def look() -> bool:
            self.view.compositor.resized()
            return met()

        self.until(look)

    def on_screen(self, pixels: NDArray[np.uint8]) -> dict[str, object]:
        """A pixel of the second tile as grabbed and as the display has it, and by whom."""
        x, y = self.view.tile_painters[1].rect.center().toTuple()
        screen = self.view.screen().grabWindow(self.view.window().winId()).toImage()
        shown = screen.pixelColor(x, y)
        return {
            "kind": type(self.view.compositor).__name__,
            "reasons": self.reasons,
            "pixel": pixels[y, x].tolist(),
            "on_screen": [shown.blue(), shown.green(), shown.red()],
        }

    def close(self) -> None:
        self.view.release()
        self.view.close()
        self.view.deleteLater()
        self.application.processEvents()


def say(**content: object) -> None:
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()


def compare(
    application: QApplication,
    case: str,
    *,
    moves: bool = False,
    makers: tuple[PictureMaker, PictureMaker] = (scenery, scenery),
    colours: str = "",
) -> None:
    """`moves`: shown on the first monitor, compared on the last. `makers`: QPainter's, the GPU's."""
    shown = []
    for gpu, picture_of in zip((False, True), makers, strict=True):
        stage = Stage(application, case, gpu=gpu, picture_of=picture_of)
        ratios = [stage.view.devicePixelRatioF()]
        if moves:
            stage.pixels()
            there = application.screens()[-1]
            stage.view.move(there.geometry().topLeft())
            stage.until(lambda: stage.view.screen() is there)  # noqa: B023
            ratios.append(stage.view.devicePixelRatioF())
            stage.deliver()
            painters = list(stage.view.tile_painters.values())[: len(stage.cameras)]
            seen = [painter.frame_count for painter in painters]
            stage.until(lambda: all(p.frame_count > n for p, n in zip(painters, seen, strict=True)))  # noqa: B023
        shown.append(stage.pixels().astype(int))
        kind, reasons = type(stage.view.compositor).__name__, stage.reasons
        stage.close()
    apart = np.abs(shown[0] - shown[1])
    say(
        case=case, coloured=colours, kind=kind, reasons=reasons, mean=float(apart.mean()),
        share_over_8=float((apart.max(axis=2) > 8).mean()), colours=len(np.unique(shown[1])),
        ratios=ratios, size=list(shown[1].shape[1::-1]), spread=float(shown[1].std()),
    )  # fmt: skip


def compare_planes(application: QApplication, case: str, colours: str) -> None:
    """The same decoded pictures as BGRA by QPainter and as planes by the GPU; `mixed`: every other."""
    names = list(COLOURS) if colours == "mixed" else [colours]
    frames = [decoded(street(seed), COLOURS[name]) for seed, name in enumerate(names)]

    def bgra(width_px: int, height_px: int, number: int) -> NDArray[np.uint8]:
        return as_bgra(frames[number % len(frames)], width_px, height_px)

    def planes(width_px: int, height_px: int, number: int) -> NDArray[np.uint8] | YuvPlanes:
        if colours == "mixed" and number % 3 == 2:
            return bgra(width_px, height_px, number)
        return as_planes(frames[number % len(frames)], width_px, height_px)

    compare(application, case, makers=(bgra, planes), colours=colours)


class CountedDrawing(drawing.GlDrawing):
    """Says how many were made; `losses` of their checks find the device reset."""

    made = 0
    losses = 0

    def __init__(self, context: QOpenGLContext) -> None:
        super().__init__(context)
        CountedDrawing.made += 1

    def check(self) -> None:
        super().check()
        if CountedDrawing.losses:
            CountedDrawing.losses -= 1
            raise drawing.ContextLost("the graphics device was reset")


def go_on(application: QApplication, mode: str) -> None:
    """The context of a painted wall goes; what is painted then."""
    setattr(gpu_compositor, "GlDrawing", CountedDrawing)  # noqa: B010 - not a type checker's business
    picture_of: PictureMaker = scenery
    if mode.endswith("_planes"):
        frame = decoded(scenery(*CASES["exact"][3], 1)[..., 2::-1].copy(), COLOURS["709 limited"])

        def picture_of(width_px: int, height_px: int, _number: int) -> YuvPlanes:
            return as_planes(frame, width_px, height_px)

    stage = Stage(application, "exact", gpu=True, picture_of=picture_of)
    before = stage.pixels()
    asked = [stage.source.views[MAIN].takes_planes]
    host = QWidget()
    if mode == "anew":
        host.resize(1000, 600)
        stage.view.setParent(host)
        host.show()
        stage.view.show()
        stage.paint_until(lambda: CountedDrawing.made == 2)
        stage.pixels()
        host.hide()
        handle = host.windowHandle()
        assert handle is not None
        handle.destroy()  # as Qt does with the window of a monitor that is gone
        host.show()
    else:
        CountedDrawing.losses = 1 if mode == "lost" else 2
        stage.paint_until(lambda: bool(stage.reasons) or CountedDrawing.losses == 0)
        stage.paint_until(lambda: bool(stage.reasons) or CountedDrawing.made == 2)
    after = stage.pixels()
    apart = np.abs(after.astype(int) - before.astype(int))
    share = float((apart.max(axis=2) > 8).mean())
    say(
        **stage.on_screen(after), asked=[*asked, stage.source.views[MAIN].takes_planes],
        made=CountedDrawing.made,
        mean=float(apart.mean()), share_over_8=share,
    )  # fmt: skip
    stage.close()
    host.close()


def main(words: list[str]) -> int:
    application = QApplication([])
    theme.use(application)
    renderer = probe()
    say(renderer=None if renderer is None else renderer.name)
    if words[0] == "compare":
        for case in words[1:] or CASES:
            compare(application, case)
    elif words[0] == "planes":
        for colours in COLOURS:
            compare_planes(application, "exact", colours)
        for case in CASES:
            compare_planes(application, case, "mixed")
    elif words[0] == "screens":
        for case in ("exact", "sharp"):
            compare(application, case, moves=True)
    elif words[0] != "fail":
        go_on(application, words[0])
    else:
        drawing.FRAGMENT = "this is no shader"
        stage = Stage(application, "exact", gpu=True)
        stage.until(lambda: bool(stage.reasons))
        say(**stage.on_screen(stage.pixels()))
        stage.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
