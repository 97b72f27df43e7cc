"""CaseRowDelegate: one case on two lines — light, kind, title and age; place, state and time left.

Draws; decides nothing. Threads: GUI thread only.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from console.bridge.case_table import ROW_ROLE
from console.state.cases import CaseRow, Light
from console.state.grouping import GroupHead
from console.state.session import ConsoleSession
from console.views import batch_words, icons, theme, words
from console.views.lights import light_colour, paint_light

ROW_HEIGHT_PX = 52
#: The head of a part of a grouped list, over its first case.
HEAD_HEIGHT_PX = 28
_MARGIN_PX = 12
_TEXT_LEFT_PX = 58


class CaseRowDelegate(QStyledItemDelegate):
    """Paints rows of a `CaseTable`."""

    def __init__(self, session: ConsoleSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        row = index.data(ROW_ROLE)
        head = self._session.queue.head(row.id) if isinstance(row, CaseRow) else None
        return QSize(200, ROW_HEIGHT_PX + (HEAD_HEIGHT_PX if head is not None else 0))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, CaseRow):
            return
        painter.save()
        area: QRect = option.rect
        head = self._session.queue.head(row.id)
        if head is not None:
            self._head(painter, QRect(area.topLeft(), QSize(area.width(), HEAD_HEIGHT_PX)), head)
            area = area.adjusted(0, HEAD_HEIGHT_PX, 0, 0)
        state: QStyle.StateFlag = option.state
        self._background(painter, area, state, row)
        now_utc_ns = self._session.clock.utc_ns()
        light = row.light(now_utc_ns)
        middle = area.top() + ROW_HEIGHT_PX / 2
        paint_light(painter, QPointF(area.left() + 19, middle), light)
        ink = theme.COLOURS.disabled if row.ended else self._ink(row)
        painter.drawPixmap(
            area.left() + 32, round(middle - 9), icons.kind_pixmap(row.case.kind, 18, ink)
        )
        self._first_line(painter, area, row, ink, now_utc_ns)
        self._second_line(painter, area, row, light, now_utc_ns)
        painter.restore()

    def _head(self, painter: QPainter, area: QRect, head: GroupHead) -> None:
        painter.fillRect(area, theme.colour(theme.COLOURS.raised))
        line = area.adjusted(_MARGIN_PX, 0, -_MARGIN_PX, 0)
        count = str(head.count)
        used = self._right(painter, line, count, theme.COLOURS.secondary, theme.SIZE_DENSE_PX)
        line.setRight(line.right() - used - 8)
        name = batch_words.head_text(head, self._session.site)
        self._left(painter, line, name, theme.COLOURS.text, bold=True, size_px=theme.SIZE_DENSE_PX)

    def _when(self, row: CaseRow, now_utc_ns: int) -> str:
        """How old the case is: what counts while it is open."""
        return words.duration_text(row.age_s(now_utc_ns))

    def _what(self, row: CaseRow) -> str:
        return words.place_text(row, self._session.site) or row.case.title

    def _ink(self, row: CaseRow) -> str:
        urgent = row.case.priority == 1 and row.id not in self._session.asking.acknowledged
        return theme.COLOURS.alarm if urgent else theme.COLOURS.text

    def _background(
        self, painter: QPainter, area: QRect, state: QStyle.StateFlag, row: CaseRow
    ) -> None:
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, theme.colour(theme.COLOURS.accent_dim))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, theme.colour(theme.COLOURS.raised))
        if row.id in self._session.marked:
            painter.fillRect(area, theme.colour(theme.COLOURS.accent, 0.14))
            tick = QRect(area.left() + 4, area.top(), 10, area.height())
            self._left(painter, tick, "✓", theme.COLOURS.accent, size_px=theme.SIZE_DENSE_PX)
        if self._session.open_case.get() == row.id:
            bar = QRect(area.left(), area.top(), 3, area.height())
            painter.fillRect(bar, theme.colour(theme.COLOURS.accent))
        line = QRect(area.left() + _TEXT_LEFT_PX, area.bottom(), area.width(), 1)
        painter.fillRect(line, theme.colour(theme.COLOURS.line, 0.6))

    def _first_line(
        self, painter: QPainter, area: QRect, row: CaseRow, ink: str, now_utc_ns: int
    ) -> None:
        line = QRect(area.left() + _TEXT_LEFT_PX, area.top() + 6, 0, 20)
        line.setRight(area.right() - _MARGIN_PX)
        when = self._when(row, now_utc_ns)
        used = self._right(painter, line, when, theme.COLOURS.secondary, theme.SIZE_DENSE_PX)
        line.setRight(line.right() - used - 8)
        hold = self._session.holds.of(row.id)
        if hold is not None:
            held = words.hold_text(hold)
            used = self._right(painter, line, held, theme.COLOURS.accent, theme.SIZE_DENSE_PX)
            line.setRight(line.right() - used - 8)
        self._left(painter, line, words.kind_text(row.case.kind), ink, bold=True)

    def _second_line(
        self, painter: QPainter, area: QRect, row: CaseRow, light: Light, now_utc_ns: int
    ) -> None:
        line = QRect(area.left() + _TEXT_LEFT_PX, area.top() + 27, 0, 18)
        line.setRight(area.right() - _MARGIN_PX)
        due = words.due_text(row, now_utc_ns)
        if due and light in (Light.RED, Light.AMBER):
            used = self._right(painter, line, due, light_colour(light), theme.SIZE_DENSE_PX)
            line.setRight(line.right() - used - 8)
        state = words.state_text(row.case.state)
        used = self._right(painter, line, state, theme.COLOURS.secondary, theme.SIZE_DENSE_PX)
        line.setRight(line.right() - used - 8)
        self._left(
            painter, line, self._what(row), theme.COLOURS.secondary, size_px=theme.SIZE_DENSE_PX
        )

    def _left(
        self,
        painter: QPainter,
        line: QRect,
        text: str,
        ink: str,
        *,
        bold: bool = False,
        size_px: int = theme.SIZE_BODY_PX,
    ) -> None:
        font = theme.font(size_px, bold=bold)
        painter.setFont(font)
        painter.setPen(theme.colour(ink))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    def _right(self, painter: QPainter, line: QRect, text: str, ink: str, size_px: int) -> int:
        font = theme.font(size_px)
        painter.setFont(font)
        painter.setPen(theme.colour(ink))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        return QFontMetrics(font).horizontalAdvance(text)


class ArchiveRowDelegate(CaseRowDelegate):
    """The same row by its day, number and title: what somebody looks for who looks back."""

    def _when(self, row: CaseRow, now_utc_ns: int) -> str:
        opened = datetime.fromtimestamp(row.opened_utc_ns / 1e9)
        return opened.strftime("%Y-%m-%d %H:%M")

    def _what(self, row: CaseRow) -> str:
        place = words.place_text(row, self._session.site)
        return " · ".join(filter(None, (row.case.case_id, row.case.title, place)))
