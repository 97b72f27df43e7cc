"""Names on the map without collisions: along streets (Chinese upright where the street runs
north-south), in the middle of areas and cells.

Decides which name gets the room: the order of the calls. Threads: GUI thread only.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from config.site import GridLevel
from console.state.map_projection import MapProjection
from console.views import theme
from console.views.map_layers.room import Room

#: The same street is named again after this many pixels.
REPEAT_PX = 420.0
#: A street steeper than this carries Chinese characters one below the other.
UPRIGHT_FROM_DEG = 50.0
#: Free room kept around a name.
MARGIN_PX = 5.0
HALO_PX = 3.0


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


class NamePlacer:
    """Places names one after the other; a name that would touch another is left out."""

    def __init__(self, painter: QPainter, projection: MapProjection) -> None:
        self._painter = painter
        self._projection = projection
        self._room = Room()
        self._window = QRectF(0, 0, projection.width_px, projection.height_px)

    def place_street(self, name: str, lines: Sequence[NDArray[np.float64]], rank: int) -> None:
        """A name on the longest free stretches of a street."""
        size_px = 13 if rank <= 1 else 12
        font = theme.font(size_px)
        length = QFontMetricsF(font).horizontalAdvance(name) + 4
        placed: list[QPointF] = []
        for a, b in self._stretches(lines, length):
            middle = (a + b) / 2
            if any(_apart(middle, other) < REPEAT_PX for other in placed):
                continue
            angle = math.degrees(math.atan2(b.y() - a.y(), b.x() - a.x()))
            if self._street_name(name, font, middle, angle):
                placed.append(middle)

    def _stretches(
        self, lines: Sequence[NDArray[np.float64]], length_px: float
    ) -> list[tuple[QPointF, QPointF]]:
        """Straight visible pieces long enough for a name, longest first."""
        found: list[tuple[float, tuple[QPointF, QPointF]]] = []
        for world in lines:
            screen = self._projection.screens_of(world)
            for (ax, ay), (bx, by) in zip(screen[:-1].tolist(), screen[1:].tolist(), strict=True):
                cut = _clipped((ax, ay), (bx, by), self._window)
                if cut is None:
                    continue
                size = _apart(*cut)
                if size >= length_px:
                    found.append((size, cut))
        return [cut for _size, cut in sorted(found, key=lambda item: -item[0])]

    def _street_name(self, name: str, font: QFont, middle: QPointF, angle_deg: float) -> bool:
        steep = abs(angle_deg) % 180
        if _is_chinese(name) and UPRIGHT_FROM_DEG < steep < 180 - UPRIGHT_FROM_DEG:
            return self._stacked(name, font, middle)
        if angle_deg > 90:
            angle_deg -= 180
        elif angle_deg <= -90:
            angle_deg += 180
        return self._level(name, font, middle, angle_deg, theme.COLOURS.map_label)

    def place_area(self, name: str, world: NDArray[np.float64]) -> None:
        """A name in the middle of a water or park, when it fits inside."""
        screen = self._projection.screens_of(world)
        box = QRectF(QPointF(*screen.min(axis=0)), QPointF(*screen.max(axis=0)))
        seen = box.intersected(self._window)
        font = theme.font(12)
        if QFontMetricsF(font).horizontalAdvance(name) + 8 > seen.width() or seen.height() < 18:
            return
        self._level(name, font, seen.center(), 0.0, theme.COLOURS.map_label)

    def place_cell(self, name: str, world: tuple[float, float], level: GridLevel) -> None:
        """A cell's name at its middle, quieter than a street's."""
        middle = QPointF(*self._projection.screen_of_world(*world))
        size_px = 15 if level is GridLevel.STREET else 12
        ratio = self._painter.device().devicePixelRatio()
        drawn = _cell_name(name, size_px, theme.COLOURS.disabled, theme.COLOURS.map_land, ratio)
        size = drawn.deviceIndependentSize()
        corner = QPointF(
            round(middle.x() - size.width() / 2), round(middle.y() - size.height() / 2)
        )
        if self._take(QRectF(corner, size)):
            self._painter.drawPixmap(corner, drawn)

    def _level(
        self, name: str, font: QFont, middle: QPointF, angle_deg: float, colour: str
    ) -> bool:
        metrics = QFontMetricsF(font)
        width, height = metrics.horizontalAdvance(name), metrics.height()
        turn = math.radians(angle_deg)
        across = abs(width * math.cos(turn)) + abs(height * math.sin(turn))
        down = abs(width * math.sin(turn)) + abs(height * math.cos(turn))
        if not self._take(QRectF(middle.x() - across / 2, middle.y() - down / 2, across, down)):
            return False
        path = QPainterPath()
        baseline = (metrics.ascent() - metrics.descent()) / 2
        path.addText(QPointF(-width / 2, baseline), font, name)
        self._painter.save()
        self._painter.translate(middle)
        self._painter.rotate(angle_deg)
        self._draw(path, colour)
        self._painter.restore()
        return True

    def _stacked(self, name: str, font: QFont, middle: QPointF) -> bool:
        metrics = QFontMetricsF(font)
        step = metrics.height() * 0.92
        size = QRectF(0, 0, metrics.height(), step * len(name))
        size.moveCenter(middle)
        if not self._take(size):
            return False
        path = QPainterPath()
        for place, character in enumerate(name):
            x = middle.x() - metrics.horizontalAdvance(character) / 2
            y = size.top() + step * place + metrics.ascent() * 0.92
            path.addText(QPointF(x, y), font, character)
        self._draw(path, theme.COLOURS.map_label)
        return True

    def _take(self, box: QRectF) -> bool:
        """Claims room for a name; False when it is taken or leaves the window."""
        roomy = box.adjusted(-MARGIN_PX, -MARGIN_PX, MARGIN_PX, MARGIN_PX)
        if not self._window.contains(box) or not self._room.is_free(roomy):
            return False
        self._room.take(box)
        return True

    def _draw(self, path: QPainterPath, colour: str) -> None:
        _draw(self._painter, path, colour, theme.COLOURS.map_land)


@functools.lru_cache(maxsize=4_000)
def _cell_name(name: str, size_px: int, colour: str, halo: str, ratio: float) -> QPixmap:
    """A name with its halo, drawn once: a district has thousands, and a halo takes a millisecond."""
    font = theme.font(size_px)
    metrics = QFontMetricsF(font)
    width, height = metrics.horizontalAdvance(name) + 2 * HALO_PX, metrics.height() + 2 * HALO_PX
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.addText(QPointF(HALO_PX, HALO_PX + metrics.ascent()), font, name)
    _draw(painter, path, colour, halo)
    painter.end()
    return pixmap


def _draw(painter: QPainter, path: QPainterPath, colour: str, halo: str) -> None:
    pen = QPen(theme.colour(halo, 0.85), HALO_PX)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
    painter.fillPath(path, theme.colour(colour))


def _apart(a: QPointF, b: QPointF) -> float:
    return math.hypot(a.x() - b.x(), a.y() - b.y())


def _clipped(
    a: tuple[float, float], b: tuple[float, float], window: QRectF
) -> tuple[QPointF, QPointF] | None:
    """The part of segment a-b inside `window` (Liang-Barsky); None when there is none."""
    (ax, ay), (bx, by) = a, b
    dx, dy = bx - ax, by - ay
    enter, leave = 0.0, 1.0
    for step, room in (
        (-dx, ax - window.left()),
        (dx, window.right() - ax),
        (-dy, ay - window.top()),
        (dy, window.bottom() - ay),
    ):
        if step == 0:
            if room < 0:
                return None
            continue
        at = room / step
        if step < 0:
            enter = max(enter, at)
        else:
            leave = min(leave, at)
    if enter >= leave:
        return None
    return QPointF(ax + enter * dx, ay + enter * dy), QPointF(ax + leave * dx, ay + leave * dy)
