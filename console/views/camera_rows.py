"""CameraRows: how a line of the camera directory looks — mark, number, name; counts of a branch.

Threads: GUI thread only.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from console.bridge.camera_tree_model import ROW_ROLE, CameraRow
from console.state.directory import owner_of
from console.state.health import Mark
from console.state.session import ConsoleSession
from console.views import theme
from console.views.camera_marks import mark_colour, paint_mark
from console.views.words import translate

ROW_PX = 28
_MARK_PX = 22
_GAP_PX = 8

_Right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_Left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@lru_cache(maxsize=8)
def _face(size_px: int, bold: bool) -> tuple[QFont, QFontMetrics]:
    """A font and its measures, made once: making them costs more than painting a row."""
    made = theme.font(size_px, bold=bold)
    return made, QFontMetrics(made)


class CameraRows(QStyledItemDelegate):
    """Paints rows of `CameraTreeModel` and `FoundCameras`; `with_place`: where a found one is."""

    def __init__(self, session: ConsoleSession, parent: QObject, *, with_place: bool) -> None:
        super().__init__(parent)
        self._session = session
        self._with_place = with_place

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(120, ROW_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, CameraRow):
            return
        area: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, theme.colour(theme.COLOURS.accent_dim))
        middle = QPointF(area.left() + _MARK_PX / 2, area.center().y() + 0.5)
        paint_mark(painter, middle, row.mark)
        line = area.adjusted(_MARK_PX, 0, -_GAP_PX, 0)
        if row.camera_id is None:
            self._paint_branch(painter, row, line)
        else:
            self._paint_camera(painter, row, line)

    def _paint_branch(self, painter: QPainter, row: CameraRow, line: QRect) -> None:
        """The name, and at the right how many: all, with an old picture, lost."""
        right = self._text(painter, str(row.camera_count), line, theme.COLOURS.secondary)
        for count, mark in ((row.stale_count, Mark.STALE), (row.lost_count, Mark.LOST)):
            if not count:
                continue
            line.setRight(right - _GAP_PX)
            right = self._text(painter, str(count), line, mark_colour(mark), bold=True)
            right -= 10
            paint_mark(painter, QPointF(right + 3, line.center().y() + 0.5), mark, 3.5)
        line.setRight(right - _GAP_PX)
        title = row.title or translate("Cameras", "Not assigned")
        self._name(painter, title, line, bold=True)

    def _paint_camera(self, painter: QPainter, row: CameraRow, line: QRect) -> None:
        assert row.camera_id is not None
        directory = self._session.directory
        number = directory.number_of(row.camera_id)
        if self._with_place:
            half = QRect(line)
            half.setLeft(line.left() + line.width() * 6 // 10)
            line.setRight(self._text(painter, self._place(row), half, theme.COLOURS.secondary))
            line.setRight(line.right() - _GAP_PX)
        font, metrics = _face(theme.SIZE_BODY_PX, False)
        painter.setFont(font)
        painter.setPen(theme.colour(theme.COLOURS.secondary))
        shown = "" if number is None else str(number)
        painter.drawText(line, _Left, shown)
        line.setLeft(line.left() + metrics.horizontalAdvance(shown) + _GAP_PX)
        self._name(painter, directory.name_of(row.camera_id), line)

    def _place(self, row: CameraRow) -> str:
        """The smallest area, else the owner."""
        assert row.camera_id is not None
        areas = self._session.directory.areas_of(row.camera_id)
        camera = self._session.directory.camera(row.camera_id)
        owner = owner_of(camera) if camera is not None else ()
        return areas[-1].name if areas else owner[-1] if owner else ""

    def _text(
        self, painter: QPainter, text: str, line: QRect, ink: str, *, bold: bool = False
    ) -> int:
        """Text at the right edge of `line`, cut where it is too long; returns where it begins."""
        font, metrics = _face(theme.SIZE_DENSE_PX, bold)
        painter.setFont(font)
        painter.setPen(theme.colour(ink))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, _Right, shown)
        return line.right() - metrics.horizontalAdvance(shown)

    def _name(self, painter: QPainter, text: str, line: QRect, *, bold: bool = False) -> None:
        font, metrics = _face(theme.SIZE_BODY_PX, bold)
        painter.setFont(font)
        painter.setPen(theme.colour(theme.COLOURS.text))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, line.width()))
        painter.drawText(line, _Left, shown)
