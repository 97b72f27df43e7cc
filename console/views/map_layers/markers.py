"""Markers: what a layer put on the screen, so that the pointer can find it again.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPixmap

from console.state.session import SelectionKind
from console.views import theme
from console.views.map_layers.room import Room

#: A click this near to a marker's middle means the marker.
PICK_RADIUS_PX = 14.0
#: A step by key goes at least this far: what lies nearer is the same place.
STEP_LEAST_PX = 1.0
LABELS_MAX = 120
#: Markers painted in one step.
STEP_COUNT = 200


@dataclass(frozen=True, slots=True)
class Marker:
    """One thing on the screen, in pixels of what it was painted on."""

    kind: SelectionKind
    id: str
    x_px: float
    y_px: float


class Markers:
    """What one layer drew: ids and their pixels. Picking among 10,000 takes one numpy pass."""

    def __init__(
        self,
        kind: SelectionKind,
        ids: Sequence[str] = (),
        points: NDArray[np.float64] | None = None,
    ) -> None:
        """`points` is (N, 2) pixels, in the order of `ids`; later ones lie on top."""
        self._kind = kind
        self._ids = ids
        self._points = np.zeros((0, 2)) if points is None else points

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Marker]:
        for marker_id, (x, y) in zip(self._ids, self._points.tolist(), strict=True):
            yield Marker(self._kind, marker_id, x, y)

    def moved(self, left_px: float, top_px: float, scale: float) -> Markers:
        """The same as it lies in a window that shows this one's origin at left, top."""
        points = self._points * scale + np.array((left_px, top_px))
        return Markers(self._kind, self._ids, points)

    def nearest(self, x_px: float, y_px: float) -> Marker | None:
        """The marker under the pointer; the nearest of several."""
        if not len(self._ids):
            return None
        away = np.hypot(self._points[:, 0] - x_px, self._points[:, 1] - y_px)
        index = int(np.argmin(away))
        if away[index] > PICK_RADIUS_PX:
            return None
        x, y = self._points[index].tolist()
        return Marker(self._kind, self._ids[index], x, y)

    def find(self, marker_id: str) -> Marker | None:
        """The marker of an id, wherever it is now."""
        if marker_id not in self._ids:
            return None
        index = self._ids.index(marker_id)
        return Marker(self._kind, marker_id, *self._points[index].tolist())

    def beside(
        self, x_px: float, y_px: float, way: tuple[float, float] | None, size_px: tuple[int, int]
    ) -> tuple[float, Marker] | None:
        """The next marker from x, y that is inside `size_px` (width, height), and how far it seems.

        `way` is a unit vector: only what lies within 45° of it counts, and sideways counts double.
        Without one: the nearest of all.
        """
        if not len(self._ids):
            return None
        apart = self._points - np.array((x_px, y_px))
        counts = ((self._points >= 0) & (self._points < np.array(size_px))).all(axis=1)
        if way is None:
            far = np.hypot(apart[:, 0], apart[:, 1])
        else:
            along = apart @ np.array(way)
            across = np.abs(apart @ np.array((-way[1], way[0])))
            counts &= (along > STEP_LEAST_PX) & (across <= along)
            far = along + 2 * across
        if not counts.any():
            return None
        index = int(np.argmin(np.where(counts, far, np.inf)))
        return float(far[index]), Marker(
            self._kind, self._ids[index], *self._points[index].tolist()
        )


def parts_of(count: int) -> Iterator[slice]:
    """0 … count in the parts that one step paints each."""
    return (slice(start, start + STEP_COUNT) for start in range(0, count, STEP_COUNT))


def sprite(size_px: int, ratio: float) -> tuple[QPixmap, QPainter]:
    """An empty transparent pixmap and an antialiasing painter on it, origin in its middle."""
    pixmap = QPixmap(round(size_px * ratio), round(size_px * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(size_px / 2, size_px / 2)
    return pixmap, painter


class Labels:
    """Names beside markers, first come first served: one that would cover another is left out.

    At most `LABELS_MAX` are written: beyond that nobody reads them.
    """

    def __init__(self) -> None:
        self._room = Room()
        self._written = 0
        self._font = theme.font(theme.SIZE_DENSE_PX)
        self._metrics = QFontMetricsF(self._font)

    @property
    def is_full(self) -> bool:
        return self._written >= LABELS_MAX

    def take_over(self, other: Labels, left_px: float, top_px: float) -> Iterator[None]:
        """What another picture wrote, where it is laid under this one: nothing is written there."""
        for number, box in enumerate(other._room.boxes()):
            self._room.take(box.translated(left_px, top_px))
            if number % STEP_COUNT == 0:
                yield
        self._written += other._written

    def keep_free(self, box: QRectF) -> None:
        """Nothing is written here."""
        self._room.take(box)

    def paint(self, painter: QPainter, text: str, x_px: float, y_px: float, colour: str) -> bool:
        """A name on a translucent plate, its left middle at x, y. False when there is no room."""
        if self.is_full:
            return False
        metrics = self._metrics
        width = metrics.horizontalAdvance(text)
        plate = QRectF(x_px, y_px - metrics.height() / 2, width + 8, metrics.height())
        if not self._room.is_free(plate):
            return False
        self._room.take(plate)
        self._written += 1
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(theme.COLOURS.background, 0.78))
        painter.drawRoundedRect(plate, 3, 3)
        painter.setFont(self._font)
        painter.setPen(theme.colour(colour))
        baseline = y_px + (metrics.ascent() - metrics.descent()) / 2
        painter.drawText(QPointF(x_px + 4, baseline), text)
        return True
