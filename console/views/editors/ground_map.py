"""GroundMap: a small map to set places on: streets, the camera, and the numbered places of its pairs.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from config.geometry import GeoPoint
from console.state.basemap import BaseMap
from console.state.calibration_draft import CalibrationDraft
from console.state.map_projection import MapProjection
from console.views import theme
from console.views.editors.numbered import near, paint_number
from console.views.map_layers.ground import Ground

WHEEL_LEVELS = 0.5
#: A street corner is easy to hit from here on.
FIRST_ZOOM = 17.5
ZOOM_MOST = 21.0
#: `MapProjection.fitted` goes no closer; the pairs of one street want more.
FITTED_ZOOM_MOST = 18.0
CLOSER_LEVELS = 1.2
CLICK_SLACK_PX = 4


class GroundMap(QWidget):
    """Click: a place; drag a number: it moves; drag the ground: the map moves.

    Args:
        camera: where the camera hangs, if known.
        whole: what is shown first where neither camera nor pairs have a place.
    """

    def __init__(
        self,
        draft: CalibrationDraft,
        basemap: BaseMap,
        camera: GeoPoint | None,
        whole: list[GeoPoint],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setMinimumSize(320, 270)
        self.setMouseTracking(True)
        self._draft, self._camera = draft, camera
        self._ground = Ground(basemap, ())
        self._projection = self._first_view(whole)
        self._painted: tuple[MapProjection, QPixmap] | None = None
        self._press: QPointF | None = None
        self._holds_place = False
        self._was_dragged = False
        self._sight: Callable[[], GeoPoint | None] = lambda: None
        draft.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(520, 540)

    def show_sight(self, sight: Callable[[], GeoPoint | None]) -> None:
        """The ground under the pointer in the picture is shown as a cross."""
        self._sight = sight

    def place_at(self, at: QPointF) -> GeoPoint:
        return self._projection.to_place(at.x(), at.y())

    def point_of(self, place: GeoPoint) -> QPointF:
        return QPointF(*self._projection.to_screen(place))

    def _first_view(self, whole: list[GeoPoint]) -> MapProjection:
        start = MapProjection(width_px=520, height_px=540)
        places = [pair.place for pair in self._draft.pairs if pair.place is not None]
        if self._camera is not None:
            places.append(self._camera)
        if len(places) > 1:
            fitted = start.fitted(places, margin=0.2)
            closer = CLOSER_LEVELS if fitted.zoom >= FITTED_ZOOM_MOST else 0.0
            return fitted.zoomed(closer, start.width_px / 2, start.height_px / 2)
        if places:
            return MapProjection(zoom=FIRST_ZOOM, width_px=520, height_px=540).centred(places[0])
        return start.fitted(whole)

    # -- drawing

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._projection = self._projection.resized(self.width(), self.height())
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground_pixmap())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._camera is not None:
            self._paint_camera(painter, self.point_of(self._camera))
        sight = self._sight()
        if sight is not None:
            self._paint_cross(painter, self.point_of(sight))
        for index, pair in enumerate(self._draft.pairs):
            if pair.place is not None:
                is_held = index == self._draft.selected
                paint_number(painter, self.point_of(pair.place), index + 1, is_held=is_held)

    def _ground_pixmap(self) -> QPixmap:
        if self._painted is None or self._painted[0] != self._projection:
            ratio = self.devicePixelRatioF()
            pixmap = QPixmap(self.size() * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(theme.colour(theme.COLOURS.map_land))
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for _step in self._ground.steps(painter, self._projection, cells=False):
                pass
            painter.end()
            self._painted = self._projection, pixmap
        return self._painted[1]

    @staticmethod
    def _paint_camera(painter: QPainter, at: QPointF) -> None:
        painter.setPen(QPen(QColor(theme.DARK.background), 2))
        painter.setBrush(theme.colour(theme.COLOURS.accent))
        painter.drawRect(round(at.x()) - 5, round(at.y()) - 5, 10, 10)

    @staticmethod
    def _paint_cross(painter: QPainter, at: QPointF) -> None:
        for width, ink in ((4.0, theme.DARK.background), (2.0, theme.DARK.amber)):
            painter.setPen(QPen(QColor(ink), width))
            painter.drawLine(at - QPointF(7, 0), at + QPointF(7, 0))
            painter.drawLine(at - QPointF(0, 7), at + QPointF(0, 7))

    # -- hand

    def wheelEvent(self, event: QWheelEvent) -> None:
        at, levels = event.position(), event.angleDelta().y() / 120.0 * WHEEL_LEVELS
        if self._projection.zoom + levels <= ZOOM_MOST:
            self._projection = self._projection.zoomed(levels, at.x(), at.y())
        self.update()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        self._press, self._was_dragged = event.position(), False
        held = near(
            event.position(),
            [
                None if pair.place is None else self.point_of(pair.place)
                for pair in self._draft.pairs
            ],
        )
        half = self._draft.half
        if half is not None and half.place is None:
            held = None
        self._holds_place = held is not None
        if held is not None:
            self._draft.select(held)
            self._draft.steps.open()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            return
        moved = event.position() - self._press
        if not self._was_dragged and moved.manhattanLength() <= CLICK_SLACK_PX:
            return
        self._was_dragged = True
        if self._holds_place:
            self._draft.move_place(self.place_at(event.position()))
        else:
            self._projection = self._projection.panned(moved.x(), moved.y())
            self._press = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            return
        if self._holds_place:
            self._draft.steps.close()
        elif not self._was_dragged:
            self._draft.set_place(self.place_at(event.position()))
        self._press, self._holds_place = None, False
