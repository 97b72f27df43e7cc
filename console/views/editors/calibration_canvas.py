"""CalibrationCanvas: the picture's side of the pairs. Threads: GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from console.state.calibration_draft import KEY_STEP_NORM, CalibrationDraft
from console.views.editors.numbered import near, paint_number
from console.views.editors.picture_canvas import ARROWS, Picture, PictureCanvas


class CalibrationCanvas(PictureCanvas):
    """`pointed(x, y)`: where the pointer is, 0..1; `left()`: it is gone."""

    pointed = Signal(float, float)
    left = Signal()

    def __init__(
        self, draft: CalibrationDraft, picture: Picture, parent: QWidget | None = None
    ) -> None:
        self._draft = draft
        self._is_dragging = False
        super().__init__(picture, parent)
        self.setCursor(Qt.CursorShape.CrossCursor)
        draft.changed.connect(self.update)

    def paint_over(self, painter: QPainter) -> None:
        for index, pair in enumerate(self._draft.pairs):
            if pair.image is not None:
                at = self.to_widget(pair.image.x_norm, pair.image.y_norm)
                paint_number(painter, at, index + 1, is_held=index == self._draft.selected)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        points = [
            None if pair.image is None else self.to_widget(pair.image.x_norm, pair.image.y_norm)
            for pair in self._draft.pairs
        ]
        held = near(event.position(), points)
        half = self._draft.half
        if held is None or (half is not None and half.image is None):
            self._draft.set_image(*self.to_picture(event.position()))
        else:
            self._draft.select(held)
        self._draft.steps.open()
        self._is_dragging = True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x, y = self.to_picture(event.position())
        if self._is_dragging:
            self._draft.move_image(x, y)
        self.pointed.emit(x, y)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        if self._is_dragging:
            self._is_dragging = False
            self._draft.steps.close()

    def leaveEvent(self, _event: QEvent) -> None:
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in ARROWS:
            far = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            dx, dy = ARROWS[key]
            step = KEY_STEP_NORM * (10 if far else 1)
            self._draft.nudge(dx * step, dy * step)
        elif key in (Qt.Key.Key_Period, Qt.Key.Key_Comma):
            self._draft.select_next(1 if key is Qt.Key.Key_Period else -1)
        else:
            super().keyPressEvent(event)
