"""PriorityStrip: fire and smoke, always visible, never waiting; and the banner of a feed that is not live.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from console.desk.case import CaseId
from console.state.cases import CaseRow
from console.state.feed_status import FeedState, FeedStatus
from console.state.session import ConsoleSession
from console.views import icons, theme, words
from console.views.words import translate

HEIGHT_PX = 34
_GAP_PX = 8


class PriorityStrip(QWidget):
    """One chip per open priority-1 case; a click opens it. Filled until acknowledged."""

    def __init__(self, session: ConsoleSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows: list[CaseRow] = []
        self._chips: list[tuple[QRectF, CaseId]] = []
        self.setFixedHeight(HEIGHT_PX)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._timer = QTimer(self, interval=1_000)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        session.cases.changed.connect(self._on_cases)
        session.cases.replaced.connect(self.refresh)
        session.asking.changed.connect(self.refresh)
        self.refresh()

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT_PX)

    @property
    def shown_ids(self) -> list[CaseId]:
        return [row.id for row in self._rows]

    def _on_cases(self, _ids: object) -> None:
        self.refresh()

    def refresh(self) -> None:
        self._rows = self._session.cases.strip(self._session.clock.utc_ns())
        self.setVisible(bool(self._rows))
        self.update()

    def _text(self, row: CaseRow) -> str:
        place = words.place_text(row, self._session.site)
        age = words.duration_text(row.age_s(self._session.clock.utc_ns()))
        return f"{words.kind_text(row.case.kind)} · {place} · {age}"

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.colour(theme.COLOURS.background))
        font = theme.font(theme.SIZE_BODY_PX, bold=True)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        x = 8.0
        self._chips = []
        for place, row in enumerate(self._rows):
            text = self._text(row)
            width = metrics.horizontalAdvance(text) + 46.0
            if x + width > self.width() - 60 and place:
                more = len(self._rows) - place
                painter.setPen(theme.colour(theme.COLOURS.alarm))
                rest = QRectF(x, 0, 60, self.height())
                painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, f"+{more}")
                break
            self._paint_chip(painter, row, QRectF(x, 3, width, self.height() - 6), text)
            x += width + _GAP_PX

    def _paint_chip(self, painter: QPainter, row: CaseRow, box: QRectF, text: str) -> None:
        seen = row.id in self._session.asking.acknowledged
        alarm = theme.colour(theme.COLOURS.alarm)
        painter.setPen(alarm)
        painter.setBrush(theme.colour(theme.COLOURS.alarm, 0.12) if seen else alarm)
        painter.drawRoundedRect(box, theme.RADIUS_PX, theme.RADIUS_PX)
        ink = theme.COLOURS.alarm if seen else "#FFFFFF"
        icon = icons.kind_pixmap(row.case.kind, 18, ink)
        painter.drawPixmap(round(box.left() + 10), round(box.center().y() - 9), icon)
        painter.setPen(theme.colour(ink))
        painter.drawText(box.adjusted(34, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter, text)
        self._chips.append((box, row.id))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        for box, case_id in self._chips:
            if box.contains(event.position()):
                self._session.open(case_id)


class FeedBanner(QLabel):
    """Says that what is shown is old, since when, and what is not possible until then."""

    def __init__(self, session: ConsoleSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("banner")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFixedHeight(30)
        self._timer = QTimer(self, interval=500)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        session.feed.changed.connect(self._on_feed)
        self.refresh()

    def _on_feed(self, _status: FeedStatus) -> None:
        self.refresh()

    def refresh(self) -> None:
        status = self._session.feed.get()
        self.setVisible(status.state in (FeedState.STALE, FeedState.FAILED))
        age = words.duration_text(status.age_s(self._session.clock.mono_ns()))
        if status.state is FeedState.FAILED:
            self.setText(
                translate("Header", "The feed stopped: {0}. Cases and positions are old.").format(
                    status.detail
                )
            )
            return
        self.setText(
            translate(
                "Header",
                "The hub has been silent for {0}: cases and positions are as they were then. "
                "Pictures are live. Acts wait until it is back.",
            ).format(age)
        )
