"""FrozenCover: lies over a console window that has stopped, and says since when.

Shown by the watchdog process, never by the console itself. Takes no focus and no click.
Threads: the watchdog's GUI thread.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from console.state.freeze_watch import Cover
from console.views import theme, words
from console.views.words import translate

_FLAGS = (
    Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.X11BypassWindowManagerHint
    | Qt.WindowType.WindowDoesNotAcceptFocus
    | Qt.WindowType.WindowTransparentForInput
    | Qt.WindowType.Tool
)
#: Type by the window's height, within bounds; readable at four metres on a wall.
_TITLE_SHARE, _TITLE_PX = 0.045, (22, 72)
_FRAME_PX = 6


class FrozenCover(QWidget):
    """One covered window."""

    def __init__(self) -> None:
        super().__init__(None, _FLAGS)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setWindowTitle("picture frozen")
        self._cover: Cover | None = None

    def show_over(self, cover: Cover) -> None:
        """Covers the window where it was last seen; again to count on."""
        self._cover = cover
        window = cover.window
        self.setGeometry(QRect(window.x, window.y, window.width, window.height))
        if not self.isVisible():
            self.show()
        self.raise_()
        self.update()

    def texts(self) -> tuple[str, str]:
        """The two lines."""
        assert self._cover is not None
        since_s = self._cover.since_utc_ns / 1e9
        clock = time.strftime("%H:%M:%S", time.localtime(since_s))
        title = translate("Frozen", "Picture frozen since {0}").format(clock)
        age = words.duration_text(time.time() - since_s)
        text = translate(
            "Frozen", "The console has not answered for {0}. What was shown here is old."
        )
        return title, text.format(age)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._cover is None:
            return
        colours = theme.DARK
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.colour(colours.background))
        painter.setPen(QPen(theme.colour(colours.red), _FRAME_PX))
        edge = _FRAME_PX / 2
        painter.drawRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge))
        least, most = _TITLE_PX
        size = min(most, max(least, round(self.height() * _TITLE_SHARE)))
        middle = self.rect().center().y()
        title, text = self.texts()
        for line, px, ink, top in (
            (title, size, colours.text, middle - size * 2),
            (text, round(size * 0.55), colours.secondary, middle),
        ):
            painter.setFont(theme.font(px, bold=px == size))
            painter.setPen(theme.colour(ink))
            area = QRectF(24, top, self.width() - 48, size * 1.6)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, line)
