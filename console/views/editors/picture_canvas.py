"""PictureCanvas: a camera's live picture to draw on: fitted, with its age, in 0..1 of the picture.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from console.views import theme
from console.views.words import translate

#: The picture is looked at again this often: drawing wants a calm ground, not a film.
REFRESH_MS = 200

#: Arrow key → direction.
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}

#: The newest picture; None where there is none.
Picture = Callable[[], QImage | None]


class PictureCanvas(QWidget):
    """What is drawn over the picture is the subclass's: `paint_over`."""

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(480, 270)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._picture = picture
        self._image: QImage | None = None
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        self.refresh()

    def sizeHint(self) -> QSize:
        return QSize(960, 540)

    def refresh(self) -> None:
        """Takes the newest picture; the last one stays where there is none."""
        found = self._picture()
        if found is not None and not found.isNull():
            self._image = found
        self.update()

    @property
    def has_picture(self) -> bool:
        return self._image is not None

    def area(self) -> QRectF:
        """Where the picture lies in the widget."""
        size = self._image.size() if self._image is not None else QSize(16, 9)
        fitted = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRectF(0, 0, fitted.width(), fitted.height())
        box.moveCenter(QRectF(self.rect()).center())
        return box

    def to_widget(self, x: float, y: float) -> QPointF:
        area = self.area()
        return QPointF(area.x() + x * area.width(), area.y() + y * area.height())

    def to_picture(self, at: QPointF) -> tuple[float, float]:
        """0..1 of the picture; outside of it beyond."""
        area = self.area()
        return (at.x() - area.x()) / area.width(), (at.y() - area.y()) / area.height()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour(theme.COLOURS.background))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image is not None:
            painter.drawImage(self.area(), self._image)
        else:
            painter.setPen(theme.colour(theme.COLOURS.secondary))
            painter.setFont(theme.font())
            text = translate("Zones", "No picture yet")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_over(painter)

    def paint_over(self, painter: QPainter) -> None:
        """Draws over the picture, in widget coordinates."""
        raise NotImplementedError
