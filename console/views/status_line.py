"""StatusLine: what is being typed, what was said, and a dispatch that can still be taken back.

Threads: GUI thread only.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from console.state.entry import DISPATCH_HOLD_S, SCENE_SIGN, HeldDispatch
from console.state.session import ConsoleSession, Notice, Severity
from console.views import theme
from console.views.words import translate

#: A notice is shown this long, milliseconds.
NOTICE_MS = 6_000


class NoticeLine(QLabel):
    """The last notice of the session, for a while, at the bottom middle of its parent.

    `release()` lets go of the session, for a window that goes before the session does.
    """

    def __init__(self, session: ConsoleSession, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._timer = QTimer(self, singleShot=True, interval=NOTICE_MS)
        self._timer.timeout.connect(self.hide)
        self.release = session.notice.changed.connect(self._on_notice)
        self.hide()

    def _on_notice(self, notice: Notice | None) -> None:
        if notice is None or not notice.text:
            self.hide()
            return
        colours = theme.COLOURS
        rim = colours.red if notice.severity is Severity.PROBLEM else colours.line
        self.setStyleSheet(f"border-color: {rim};")
        self.setText(notice.text)
        self.adjustSize()
        self.place()
        self.show()
        self.raise_()
        self._timer.start()

    def place(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - 16)


class DigitBadge(QLabel):
    """The number being typed (a camera's, after `*` a scene's), large, until Enter or its 3 s are over."""

    def __init__(self, session: ConsoleSession, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("digits")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hide()

    def show_digits(self, digits: str) -> None:
        """Shows what is typed and which camera that is; hides when nothing is."""
        if not digits:
            self.hide()
            return
        name = self._name_of(digits)
        self.setText(f"{digits}   {name}" if name else digits)
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None:
            self.move((parent.width() - self.width()) // 2, parent.height() // 2 - self.height())
        self.show()
        self.raise_()

    def _name_of(self, digits: str) -> str:
        number = digits.removeprefix(SCENE_SIGN)
        if number == digits:
            camera = self._session.directory.by_number(int(digits))
            return "" if camera is None else camera.name
        scene = self._session.arrangement.scenes.by_number(int(number)) if number else None
        return "" if scene is None else scene.name


class HoldBar(QWidget):
    """A held dispatch: who goes where, the seconds left, and that Esc takes it back."""

    def __init__(self, session: ConsoleSession, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._held: HeldDispatch | None = None
        self.setFixedSize(460, 56)
        self.hide()

    @property
    def text(self) -> str:
        if self._held is None:
            return ""
        left_s = self._held.remaining_s(self._session.clock.mono_ns())
        return translate("Hold", "{0} is sent in {1} s — Esc takes it back").format(
            self._held.inspector_name, math.ceil(left_s)
        )

    def show_held(self, held: HeldDispatch | None) -> None:
        self._held = held
        self.setVisible(held is not None)
        if held is not None:
            self.place()
            self.raise_()
            self.update()

    def place(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - 56)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._held is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(theme.colour(theme.COLOURS.accent))
        painter.setBrush(theme.colour(theme.COLOURS.raised))
        painter.drawRoundedRect(box, theme.RADIUS_PX, theme.RADIUS_PX)
        share = self._held.remaining_s(self._session.clock.mono_ns()) / DISPATCH_HOLD_S
        bar = QRectF(12, self.height() - 12, (self.width() - 24) * share, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(theme.COLOURS.accent))
        painter.drawRoundedRect(bar, 2, 2)
        painter.setPen(theme.colour(theme.COLOURS.text))
        painter.setFont(theme.font(theme.SIZE_TITLE_PX, bold=True))
        painter.drawText(box.adjusted(12, 4, -12, -14), Qt.AlignmentFlag.AlignVCenter, self.text)
