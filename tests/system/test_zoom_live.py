"""Digital zoom on a real camera: small detail of the main stream is read back from painted pixels.

The picture carries a number of 16 blocks, each 6 pixels wide, in a corner of a 1920×1080 main stream;
in the 640×360 sub-stream that the small tile shows, a block is two pixels and lost in the tile.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from config.site import Camera, CameraId
from console.state.tiles import WHOLE, TileAddress
from console.state.wall import MAIN_WINDOW
from console.views.tile_status import TileMode
from tests.media import looping_feed
from tests.system.live_wall import LiveTiles

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(os.name != "posix", reason="/dev/shm is POSIX"),
]

PLATE = 0b1011001110001101
#: Where the plate lies in the main picture, pixels: 16 blocks of 6×12.
LEFT, TOP, BLOCK, HIGH = 1500, 800, 6, 12
FIRST = TileAddress(MAIN_WINDOW, 0)
DEADLINE_MS = 25_000


def _street(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """A grey picture with the plate, scaled down as a camera does for its sub-stream."""
    picture = np.full((1080, 1920), 110, np.uint8)
    picture[200:400, 100 + number * 8 : 160 + number * 8] = 180
    for bit in range(16):
        x = LEFT + bit * BLOCK
        picture[TOP : TOP + HIGH, x : x + BLOCK] = 230 if PLATE >> bit & 1 else 20
    step = 1920 // width
    shape = (height, step, width, step)
    return picture[: height * step].reshape(shape).mean(axis=(1, 3)).astype(np.uint8)


class ZoomRig(LiveTiles):
    """One camera with main and sub-stream in a 480×270 tile."""

    def __init__(self, qtbot: QtBot, *, takes_planes: bool) -> None:
        super().__init__(qtbot, takes_planes=takes_planes)
        self.mounts = {
            name: self.server.mount(
                name,
                looping_feed(
                    width_px=width, height_px=height, fps=12, picture_count=36, picture_of=_street
                ),
            )
            for name, width, height in (("main", 1920, 1080), ("sub", 640, 360))
        }
        main, sub = self.server.url("main"), self.server.url("sub")
        self.cameras.append(Camera(CameraId("cam-1"), "crossing", main, sub))
        self.open()

    def plate(self) -> int | None:
        """The number read where the tile says that the plate is; None where blocks are a blur."""
        place = self.view.tile_painters[0].placement
        luma = self.painted(0)[:, :, 1].astype(int)
        levels = []
        for bit in range(16):
            box = (LEFT + bit * BLOCK, TOP, LEFT + (bit + 1) * BLOCK, TOP + HIGH)
            x, y, w, h = place.box_px((box[0] / 1920, box[1] / 1080, box[2] / 1920, box[3] / 1080))
            if not (x >= 0 and x + w <= luma.shape[1] and y >= 0 and y + h <= luma.shape[0]):
                return None
            levels.append(luma[int(y + h / 2), int(x + w / 2)])
        if any(60 < level < 190 for level in levels):
            return None
        return sum(1 << bit for bit, level in enumerate(levels) if level > 127)


@pytest.fixture(params=[False, True], ids=["bgra", "planes"])
def rig(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[ZoomRig]:
    made = ZoomRig(qtbot, takes_planes=request.param)
    yield made
    made.close()


@pytest.mark.timeout(110)
def test_a_plate_nobody_could_read_is_read_from_the_zoomed_tile_and_nothing_goes_black(
    rig: ZoomRig,
) -> None:
    rig.until(lambda: rig.view.tile_painters[0].mode is TileMode.PICTURE and rig.is_sharp(0))
    rig.until(lambda: rig.painted(0)[40:200, 20:440, 1].min() > 60)
    assert rig.mounts["main"].connection_count == 0, "a small tile lives on the sub-stream"
    assert rig.plate() is None

    darkest = 255

    def looked() -> None:
        nonlocal darkest
        darkest = min(darkest, int(np.percentile(rig.painted(0)[40:200, 20:440, 1], 10)))

    # wheel and drag in many steps; the part moves faster than its rings can follow
    rig.tools.zoom.toggle()
    for step in range(30):
        x = 0.3 + 0.5 * step / 30
        side = 0.5 - 0.38 * step / 30
        rig.wall.set_region(FIRST, (x, 0.7 - side / 2, x + side, 0.7 + side / 2))
        rig.qtbot.wait(20)
        looked()
    x, y, side = LEFT / 1920 - 0.02, TOP / 1080 - 0.06, 0.12
    rig.wall.set_region(FIRST, (x, y, x + side, y + side))

    def read() -> bool:
        looked()
        return rig.is_sharp(0) and rig.plate() == PLATE

    rig.until(read)
    assert darkest > 60, "the tile went black on its way"
    assert rig.wall.tile(FIRST).zoom == pytest.approx(1 / side, abs=0.1)
    # the little map shows the whole picture, and a press in it goes there
    rig.until(lambda: not rig.view.tile_painters[0].overview_rect.isEmpty())

    rig.tools.zoom.whole()
    rig.until(lambda: rig.is_sharp(0) and rig.plate() is None)
    assert rig.wall.tile(FIRST).region_norm == WHOLE
    assert rig.view.tile_painters[0].overview_rect.isEmpty()
