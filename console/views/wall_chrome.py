"""WallChrome: the thin bar of a wall window that is there only while the mouse moves.

Layouts and the full tile, each with a picture of itself; everything it does has a key too.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from console.state.layouts import LAYOUTS, Layout, LayoutId
from console.state.tiles import WindowId
from console.state.wall import WallState
from console.views import theme

ICON_PX = QSize(22, 14)
BAR_HEIGHT_PX = 36


class WallChrome(QWidget):
    """Layout buttons over the top edge of a wall window."""

    def __init__(self, wall: WallState, window_id: WindowId, parent: QWidget) -> None:
        super().__init__(parent)
        self._wall, self._window_id = wall, window_id
        self._buttons: dict[LayoutId, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        group = QButtonGroup(self)
        for layout in LAYOUTS.values():
            button = self._layout_button(layout)
            group.addButton(button)
            row.addWidget(button)
        self._disconnect = wall.window_changed.connect(self._window_changed)
        self._window_changed(window_id)
        self.setFixedHeight(BAR_HEIGHT_PX)

    def release(self) -> None:
        """Lets go of the wall. Twice is harmless."""
        self._disconnect()

    def place_in(self, width_px: int) -> None:
        """Centres the bar at the top of a window of this width."""
        width = min(self.sizeHint().width(), width_px)
        self.setGeometry((width_px - width) // 2, 8, width, BAR_HEIGHT_PX)

    def _layout_button(self, layout: Layout) -> QToolButton:
        button = QToolButton(self)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setIconSize(ICON_PX)
        button.setIcon(layout_icon(layout))
        text = QCoreApplication.translate("Wall", "{0} tiles").format(len(layout.cells))
        button.setToolTip(f"{layout.id.replace('x', ' × ')} · {text}")
        button.clicked.connect(lambda _checked=False, chosen=layout.id: self._choose(chosen))
        self._buttons[layout.id] = button
        return button

    def _choose(self, layout_id: LayoutId) -> None:
        self._wall.set_layout(self._window_id, layout_id)

    def _window_changed(self, window_id: WindowId) -> None:
        window = self._wall.windows.get(window_id)
        if window_id == self._window_id and window is not None:
            self._buttons[window.layout_id].setChecked(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.COLOURS.line))
        painter.setBrush(theme.colour(theme.COLOURS.panel, 0.94))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


def layout_icon(layout: Layout, size: QSize = ICON_PX, ratio: float = 2.0) -> QIcon:
    """A layout drawn as itself."""
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    unit_w, unit_h = size.width() / layout.columns, size.height() / layout.rows
    for cell in layout.cells:
        area = QRectF(
            cell.column * unit_w, cell.row * unit_h, cell.span * unit_w, cell.span * unit_h
        )
        painter.fillRect(area.adjusted(0.5, 0.5, -0.5, -0.5), QColor(theme.COLOURS.secondary))
    painter.end()
    return QIcon(pixmap)
