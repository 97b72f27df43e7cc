"""PushBanner: who sent the scene that a wall window shows, why, until when, and the way back.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from console.state.arrangement import Arrangement
from console.state.keys import CommandId
from console.state.pushed_scenes import Push
from console.state.tiles import WindowId
from console.views import theme
from console.views.act_bar import key_text
from console.views.words import clock_text, duration_text, translate
from ingest.feed.envelope import utc_text

#: Readable at four metres on a wall, modest on a desk.
TEXT_SHARE = 0.018
TEXT_MIN_PX = 13
TEXT_MAX_PX = 30
#: A priority-1 scene has the alarm's colour, with its word.
URGENT = 1


class PushBanner(QWidget):
    """Lies over the lower edge of `wall_view` while a sent scene shows there."""

    def __init__(self, arrangement: Arrangement, window_id: WindowId, wall_view: QWidget) -> None:
        super().__init__(wall_view)
        self._pushes = arrangement.pushes
        self.window_id = window_id
        self._push: Push | None = None
        self._lines = ("", "")
        self._size_px = TEXT_MIN_PX
        self.back = QPushButton(self)
        self.back.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.back.clicked.connect(lambda: self._pushes.dismiss(window_id))
        self._disconnect = self._pushes.changed.connect(self.refresh)
        wall_view.installEventFilter(self)
        self._seconds = self.startTimer(1000)
        self.refresh()

    def release(self) -> None:
        """Lets go of the session. Twice is harmless."""
        self._disconnect()
        self.killTimer(self._seconds)

    @property
    def text(self) -> str:
        """What it says, for tests and screen readers."""
        return "\n".join(self._lines)

    def refresh(self) -> None:
        self._push = self._pushes.shown_on(self.window_id)
        self.setVisible(self._push is not None)
        if self._push is not None:
            self._word(self._push)
            self._place()
            self.raise_()
            self.update()

    def timerEvent(self, _event: QEvent) -> None:
        if self._push is not None:
            self.refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LanguageChange):
            self.refresh()
        return False

    def _word(self, push: Push) -> None:
        head = translate("Push", "Scene “{0}” from {1}").format(push.scene, push.by)
        if push.priority == URGENT:
            head = translate("Push", "Urgent · {0}").format(head)
        left_s = self._pushes.left_s(push)
        if left_s is None or push.expires_utc_ns is None:
            until = translate("Push", "until taken back")
        else:
            until = translate("Push", "until {0} ({1} left)").format(
                clock_text(utc_text(push.expires_utc_ns)), duration_text(left_s)
            )
        further = self._pushes.waiting_on(self.window_id)
        more = translate("Push", "{0} more wait").format(further) if further else ""
        self._lines = (
            push.text or head,
            " · ".join(t for t in ((head if push.text else ""), until, more) if t),
        )
        back = translate("Push", "Back now")
        self.back.setText(f"{back}  {key_text(CommandId.SCENE_BACK)}")

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        self._size_px = min(TEXT_MAX_PX, max(TEXT_MIN_PX, round(parent.height() * TEXT_SHARE)))
        bold = QFontMetrics(theme.font(self._size_px, bold=True))
        plain = QFontMetrics(theme.font(self._small_px))
        texts = max(bold.horizontalAdvance(self._lines[0]), plain.horizontalAdvance(self._lines[1]))
        button: QSize = self.back.sizeHint()
        width = min(parent.width() - 24, texts + button.width() + 56)
        height = bold.height() + plain.height() + 20
        bottom = parent.height() - height - 40
        self.setGeometry((parent.width() - width) // 2, max(8, bottom), width, height)
        self.back.setGeometry(
            width - button.width() - 12, (height - button.height()) // 2,
            button.width(), button.height(),
        )  # fmt: skip

    @property
    def _small_px(self) -> int:
        return max(12, round(self._size_px * 0.75))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._push is None:
            return
        colours = theme.COLOURS
        accent = colours.alarm if self._push.priority == URGENT else colours.accent
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour(colours.line))
        painter.setBrush(theme.colour(colours.panel, 0.95))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.fillRect(QRectF(1, 6, 4, self.height() - 12), theme.colour(accent))
        room = self.back.x() - 32
        y = 10.0
        for text, size, bold, ink in (
            (self._lines[0], self._size_px, True, colours.text),
            (self._lines[1], self._small_px, False, colours.secondary),
        ):
            font = theme.font(size, bold=bold)
            metrics = QFontMetrics(font)
            painter.setFont(font)
            painter.setPen(theme.colour(ink))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(
                QRectF(20, y, room, metrics.height()), Qt.AlignmentFlag.AlignVCenter, shown
            )
            y += metrics.height()
