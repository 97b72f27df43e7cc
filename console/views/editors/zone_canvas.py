"""ZoneCanvas: zones on the picture, pulled by mouse or moved by key.

Mouse: a corner is dragged, an edge's middle becomes a corner, a zone's inside drags all of it.
Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from config.site import Licence, Zone
from console.state.zone_draft import KEY_STEP_NORM, ZoneDraft
from console.state.zone_shapes import Shape, ring_of
from console.views import theme
from console.views.editors.picture_canvas import ARROWS, Picture, PictureCanvas
from console.views.tile_texts import licence_text, zone_kind_text
from console.views.tile_zones import LICENCE_LINE, ZONE_LINES

#: A handle takes the mouse within this many pixels.
GRAB_PX = 10
_CORNER_PX = 5
_EDGE_PX = 3


class ZoneCanvas(PictureCanvas):
    """Draws a `ZoneDraft` and turns hand and keys into its steps."""

    def __init__(self, draft: ZoneDraft, picture: Picture, parent: QWidget | None = None) -> None:
        self._draft = draft
        self._drag_from: tuple[float, float] | None = None
        super().__init__(picture, parent)
        draft.changed.connect(self.update)

    # -- drawing

    def paint_over(self, painter: QPainter) -> None:
        draft, problems = self._draft, self._draft.problems
        for index, place in draft.rows:
            zone = draft.zones[index]
            self._paint_shape(
                painter,
                zone if place is None else zone.licences[place],
                line=ZONE_LINES[zone.kind] if place is None else LICENCE_LINE,
                is_selected=(index, place) == (draft.selected, draft.licence),
                is_wrong=index in problems,
            )

    def _paint_shape(
        self,
        painter: QPainter,
        shape: Shape,
        *,
        line: Qt.PenStyle,
        is_selected: bool,
        is_wrong: bool,
    ) -> None:
        corners = [self.to_widget(x, y) for x, y in ring_of(shape)]
        outline = QPolygonF(corners)
        ink = theme.DARK.red if is_wrong else theme.DARK.accent if is_selected else theme.DARK.text
        painter.setBrush(theme.colour(ink, 0.16) if is_selected else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour(theme.DARK.background, 0.7), 4.0))
        painter.drawPolygon(outline)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(ink), 2.0, line))
        painter.drawPolygon(outline)
        self._paint_word(painter, shape, outline.boundingRect().center())
        if is_selected:
            self._paint_handles(painter, corners)

    def _paint_word(self, painter: QPainter, shape: Zone | Licence, centre: QPointF) -> None:
        painter.setFont(theme.font(theme.SIZE_DENSE_PX, bold=True))
        text = zone_kind_text(shape.kind) if isinstance(shape, Zone) else licence_text(shape)
        at = centre - QPointF(painter.fontMetrics().horizontalAdvance(text) / 2, -5)
        painter.setPen(QColor(theme.DARK.background))
        painter.drawText(at + QPointF(1, 1), text)
        painter.setPen(QColor(theme.DARK.text))
        painter.drawText(at, text)

    def _paint_handles(self, painter: QPainter, corners: list[QPointF]) -> None:
        painter.setPen(QPen(QColor(theme.DARK.background), 1.5))
        painter.setBrush(theme.colour(theme.DARK.text, 0.7))
        for first, second in zip(corners, [*corners[1:], corners[0]], strict=True):
            painter.drawEllipse((first + second) / 2, _EDGE_PX, _EDGE_PX)
        for number, corner in enumerate(corners):
            is_held = number == self._draft.corner
            painter.setBrush(QColor(theme.DARK.accent if is_held else theme.DARK.text))
            size = _CORNER_PX + 2 if is_held else _CORNER_PX
            painter.drawEllipse(corner, size, size)

    # -- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        at = event.position()
        corner = self._near(at, self._corners())
        edge = None if corner is not None else self._near(at, self._middles())
        self._drag_from = self.to_picture(at)
        self._draft.steps.open()
        if corner is not None:
            self._draft.select_corner(corner)
        elif edge is not None:
            self._draft.insert_corner(edge, *self._drag_from)
        else:
            self._draft.select(self._draft.row_at(*self._drag_from))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._drag_from is None:
            near = self._near(at, self._corners()), self._near(at, self._middles())
            over = near != (None, None)
            shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.CrossCursor
            self.setCursor(shape)
            return
        x, y = self.to_picture(at)
        if self._draft.corner is not None:
            self._draft.drag_corner(x, y)
        else:
            self._draft.drag_zone(x - self._drag_from[0], y - self._drag_from[1])
            self._drag_from = x, y

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is not None:
            self._drag_from = None
            self._draft.steps.close()

    def _corners(self) -> list[QPointF]:
        shape = self._draft.shape
        return [] if shape is None else [self.to_widget(x, y) for x, y in ring_of(shape)]

    def _middles(self) -> list[QPointF]:
        corners = self._corners()
        return [
            (first + second) / 2
            for first, second in zip(corners, [*corners[1:], *corners[:1]], strict=True)
        ]

    @staticmethod
    def _near(at: QPointF, points: list[QPointF]) -> int | None:
        found = [((point - at).manhattanLength(), index) for index, point in enumerate(points)]
        nearest = min(found, default=None)
        return nearest[1] if nearest is not None and nearest[0] <= GRAB_PX * 1.5 else None

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if key in ARROWS:
            step = KEY_STEP_NORM * (10 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1)
            dx, dy = ARROWS[key]
            self._draft.nudge(dx * step, dy * step)
        elif key in (Qt.Key.Key_Period, Qt.Key.Key_Comma):
            self._draft.next_corner(1 if key is Qt.Key.Key_Period else -1)
        elif key is Qt.Key.Key_Plus:
            self._draft.split_edge()
        elif key is Qt.Key.Key_Minus:
            self._draft.remove_corner()
        elif key is Qt.Key.Key_Escape and self._draft.corner is not None:
            self._draft.select_corner(None)
        else:
            super().keyPressEvent(event)
