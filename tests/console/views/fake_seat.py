"""A seat without hub and cameras: still pictures and a hub that answers from a dictionary.

Fakes at our own seams only (PictureSource, Asks); session, windows and keys are the real ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter

from config.site import CameraId
from console.bridge.tile_image import ReplayMark, TileImage, image_over
from console.state.tiles import TileAddress, WindowId
from console.state.wall import WallState
from console.state.wall_wants import ViewSize
from ingest.cameras.health import StreamHealth, StreamState
from ingest.clock import Clock
from tests.console.seat_kit import camera_id


def picture(number: int, width_px: int = 640, height_px: int = 360) -> QImage:
    """A recognisable picture: a gradient with a road."""
    image = QImage(width_px, height_px, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    sky = QLinearGradient(0, 0, 0, height_px)
    sky.setColorAt(0, QColor.fromHsv(number * 47 % 360, 60, 150))
    sky.setColorAt(1, QColor.fromHsv(number * 47 % 360, 40, 70))
    painter.fillRect(image.rect(), sky)
    painter.fillRect(0, height_px * 2 // 3, width_px, height_px // 5, QColor("#3A3D40"))
    painter.end()
    return image


def picture_bytes(sha: str) -> bytes:
    """The evidence of that name as a PPM file."""
    image = picture(int(sha[:4], 16), 64, 36).convertToFormat(QImage.Format.Format_RGB888)
    rows = [bytes(image.constScanLine(y))[: 64 * 3] for y in range(36)]
    return b"P6 64 36 255\n" + b"".join(rows)


class FakeFeed:
    """One tile's still picture."""

    def __init__(self, number: int, clock: Clock) -> None:
        source = picture(number)
        bits = np.frombuffer(source.constBits(), np.uint8)
        self._pixels = bits.reshape(source.height(), source.width(), 4).copy()
        self._clock = clock
        self._camera = camera_id(number)

    def advance(self) -> bool:
        return False

    def image(self) -> TileImage | None:
        return TileImage(image_over(self._pixels), self._pixels, 1, self._clock.mono_ns())

    def still_valid(self) -> bool:
        return True

    def overview(self) -> TileImage | None:
        return None

    def replay_mark(self) -> ReplayMark | None:
        return None

    def shed_fps(self) -> float | None:
        return None

    def health(self) -> StreamHealth | None:
        now = self._clock.mono_ns()
        return StreamHealth(self._camera, StreamState.LIVE, 25.0, now, last_frame_mono_ns=now)


class FakePictures:
    """A PictureSource with a still per camera."""

    def __init__(self, wall: WallState, clock: Clock) -> None:
        self._wall = wall
        self._clock = clock
        self._feeds: dict[CameraId, FakeFeed] = {}

    def set_view(self, window_id: WindowId, view: ViewSize | None) -> None:
        """Nothing is decoded here."""

    def feed(self, address: TileAddress) -> FakeFeed | None:
        shown = self._wall.tile(address).camera_id
        if shown is None:
            return None
        if shown not in self._feeds:
            self._feeds[shown] = FakeFeed(int(shown[-4:]), self._clock)
        return self._feeds[shown]


class FakeHub:
    """Answers like the hub; `acts` holds what was asked."""

    def __init__(self) -> None:
        self.acts: list[dict[str, Any]] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {}

    def ask(self, op: str, timeout_s: float = 5.0, **fields: Any) -> dict[str, Any]:
        self.asked.append((op, fields))
        if op == "act":
            self.acts.append(fields)
        answer = self.answers.get(op, {})
        result = answer(fields) if callable(answer) else answer
        if isinstance(result, Exception):
            raise result
        return dict(result)
