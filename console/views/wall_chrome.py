"""WallChrome: the thin bar of a wall window that is there only while the mouse moves.

Layouts and the full tile, each with a picture of itself; everything it does has a key too.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QToolButton, QWidget

from console.state.keys import LAYOUT_COMMANDS
from console.state.layouts import LAYOUTS, Layout, LayoutId
from console.state.tiles import WindowId
from console.state.wall import WallState
from console.views import icons, theme
from console.views.act_bar import key_text
from console.views.arrangement_words import layout_name, tiles_text
from console.views.layout_icon import ICON_PX, layout_icon

BAR_HEIGHT_PX = 36


class WallChrome(QWidget):
    """Layout buttons over the top edge of a wall window."""

    def __init__(self, wall: WallState, window_id: WindowId, parent: QWidget) -> None:
        super().__init__(parent)
        self._wall, self.window_id = wall, window_id
        self._buttons: dict[LayoutId, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        self._group = QButtonGroup(self)
        for layout in islice(LAYOUTS.values(), len(LAYOUT_COMMANDS)):
            button = self._layout_button(layout)
            self._group.addButton(button)
            row.addWidget(button)
        self._row = row
        self._disconnect = wall.window_changed.connect(self._window_changed)
        self._window_changed(window_id)
        self.setFixedHeight(BAR_HEIGHT_PX)

    def add_menu(self, icon: str, tip: str, fill: Callable[[QMenu], None]) -> None:
        """A further button that opens a menu, filled anew each time."""
        button = QToolButton(self)
        button.setIcon(icons.icon(icon, 16, theme.COLOURS.secondary))
        button.setToolTip(tip)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.aboutToShow.connect(lambda: fill(menu))
        button.setMenu(menu)
        self._row.addWidget(button)

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
        command_id = LAYOUT_COMMANDS[len(self._buttons)]
        texts = (layout_name(layout), tiles_text(layout), key_text(command_id))
        button.setToolTip(" · ".join(texts))
        button.clicked.connect(lambda _checked=False, chosen=layout.id: self._choose(chosen))
        self._buttons[layout.id] = button
        return button

    def _choose(self, layout_id: LayoutId) -> None:
        self._wall.set_layout(self.window_id, layout_id)

    def _window_changed(self, window_id: WindowId) -> None:
        window = self._wall.windows.get(window_id)
        if window_id != self.window_id or window is None:
            return
        button = self._buttons.get(window.layout_id)
        checked = self._group.checkedButton()
        if button is not None:
            button.setChecked(True)
        elif checked is not None:  # a layout without a button: none is down
            self._group.setExclusive(False)
            checked.setChecked(False)
            self._group.setExclusive(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.COLOURS.line))
        painter.setBrush(theme.colour(theme.COLOURS.panel, 0.94))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
