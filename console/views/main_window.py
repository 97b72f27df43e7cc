"""MainWindow: the arrangement of header, strip, wall, map, queue and case for a profile.

Holds the parts together and remembers how a person left them; decides nothing about cases.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from console.bridge.evidence_cache import EvidenceCache
from console.state.keys import CommandId
from console.state.profiles import FIRST_SHARES, Profile
from console.state.seat_memory import SeatMemory
from console.state.session import ConsoleSession
from console.state.tiles import TileAddress
from console.views.camera_panel import WIDTH_PX as CAMERA_PANEL_PX
from console.views.camera_panel import CameraPanel
from console.views.camera_preview import Thumbnails
from console.views.case_view import CaseView
from console.views.header import Header
from console.views.key_sheet import KeySheet
from console.views.loss_list import LossList
from console.views.map_view import MapView
from console.views.palette import Palette
from console.views.people_sheet import PeopleSheet
from console.views.priority_strip import FeedBanner, PriorityStrip
from console.views.queue_view import QueueView
from console.views.status_line import DigitBadge, HoldBar, NoticeLine
from console.views.words import translate

MINIMUM_PX = (1120, 680)
#: How much of the light the night veil takes.
NIGHT_ALPHA = 0.45


class MainWindow(QMainWindow):
    """`closed` fires once when the person closes it; `layout_touched` when a splitter moved."""

    closed = Signal()
    layout_touched = Signal()

    def __init__(
        self,
        session: ConsoleSession,
        cache: EvidenceCache,
        wall_view: QWidget,
        profile: Profile,
        thumbnails: Thumbnails | None = None,
    ) -> None:
        super().__init__()
        self._session = session
        self.profile = profile
        self.setMinimumSize(*MINIMUM_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.header = Header(session)
        self.strip = PriorityStrip(session)
        self.banner = FeedBanner(session)
        self.wall_view = wall_view
        self.camera_panel = CameraPanel(session, thumbnails)
        self.camera_panel.closed.connect(self._focus_queue)
        self.map_view = MapView(session)
        self.queue_view = QueueView(session)
        self.case_view = CaseView(session, cache)
        self.splitters: dict[str, QSplitter] = {}
        self._central = self._built()
        self.setCentralWidget(self._central)
        self.palette_card = Palette(session, self._central)
        self.key_sheet = KeySheet(self._central)
        self.loss_list = LossList(session, self._central)
        self.people_sheet = PeopleSheet(session, self._central)
        self.hold_bar = HoldBar(session, self._central)
        self.digit_badge = DigitBadge(session, self._central)
        self.notice_line = NoticeLine(session, self._central)
        self._veil = _Veil(self._central)
        self._is_built = True
        self._arranged = False
        self._memory = SeatMemory()
        session.site_changed.connect(self._title)
        self.retranslate()

    # -- arrangement

    def _built(self) -> QWidget:
        central = QWidget(self)
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.banner)
        column.addWidget(self.strip)
        column.addSpacing(4)
        desk = self.profile is Profile.DESK
        column.addWidget(self._desk_body() if desk else self._subcentre_body(), 1)
        return central

    def _splitter(self, name: str, orientation: Qt.Orientation, *parts: QWidget) -> QSplitter:
        splitter = QSplitter(orientation)
        splitter.setChildrenCollapsible(False)
        for part in parts:
            splitter.addWidget(part)
        splitter.splitterMoved.connect(self._on_splitter)
        self.splitters[name] = splitter
        return splitter

    def _with_directory(self, column: QWidget) -> QWidget:
        """The wall's column with the camera directory at its left, which is nothing while closed."""
        both = QSplitter(Qt.Orientation.Horizontal)
        both.setChildrenCollapsible(False)
        both.addWidget(self.camera_panel)
        both.addWidget(column)
        both.setStretchFactor(1, 1)
        both.setSizes([CAMERA_PANEL_PX, 10 * CAMERA_PANEL_PX])
        return both

    def _subcentre_body(self) -> QWidget:
        column = self._splitter("left", Qt.Orientation.Vertical, self.wall_view, self.map_view)
        left = self._with_directory(column)
        right = self._splitter("right", Qt.Orientation.Vertical, self.queue_view, self.case_view)
        return self._splitter("main", Qt.Orientation.Horizontal, left, right)

    def _desk_body(self) -> QWidget:
        column = self._splitter("middle", Qt.Orientation.Vertical, self.map_view, self.wall_view)
        middle = self._with_directory(column)
        return self._splitter(
            "main", Qt.Orientation.Horizontal, self.queue_view, middle, self.case_view
        )

    def reset_arrangement(self) -> None:
        """Every part as at first start."""
        for name, shares in FIRST_SHARES.get(self.profile, {}).items():
            splitter = self.splitters[name]
            horizontal = splitter.orientation() == Qt.Orientation.Horizontal
            length = max(splitter.width() if horizontal else splitter.height(), 100)
            splitter.setSizes([round(share * length) for share in shares])
        self.layout_touched.emit()

    def _on_splitter(self, _position: int, _index: int) -> None:
        self.layout_touched.emit()

    # -- memory

    def arrange(self, memory: SeatMemory) -> None:
        """As the person left it; as at first where nothing is remembered."""
        if memory.geometry is not None and _on_a_screen(memory.geometry):
            self.setGeometry(*memory.geometry)
        else:
            self.resize(1680, 980)
        if memory.is_full_screen:
            self.showFullScreen()
        elif memory.is_maximized:
            self.showMaximized()
        else:
            self.show()
        self._memory = memory
        self._session.filters.restore(memory.filters, memory.shown_cases, memory.subscription)
        self.queue_view.group_by(memory.grouping)
        QTimer.singleShot(0, self._arrange_parts)

    def _arrange_parts(self) -> None:
        if self._arranged:
            return
        self._arranged = True
        self.reset_arrangement()
        for name, sizes in self._memory.splitters.items():
            splitter = self.splitters.get(name)
            if splitter is not None and len(sizes) == splitter.count():
                splitter.setSizes(list(sizes))
        self.queue_view.list.setFocus()

    def restore_map(self, memory: SeatMemory) -> None:
        """The map's layers and place as the person left them."""
        self.map_view.layers.restore(memory.hidden_layers)
        if memory.map_centre is not None and memory.map_zoom is not None:
            self.map_view.restore(memory.map_centre, memory.map_zoom)

    def splitter_sizes(self) -> dict[str, tuple[int, ...]]:
        return {name: tuple(splitter.sizes()) for name, splitter in self.splitters.items()}

    def remembered(self, memory: SeatMemory) -> SeatMemory:
        """`memory` with what this window adds to it."""
        shown = self.map_view.projection
        box = self.normalGeometry()
        return msgspec.structs.replace(
            memory,
            geometry=(box.x(), box.y(), box.width(), box.height()),
            is_maximized=self.isMaximized(),
            is_full_screen=self.isFullScreen(),
            splitters=self.splitter_sizes(),
            hidden_layers=self.map_view.layers.hidden(),
            filters=self._session.filters.kept,
            shown_cases=self._session.filters.shown,
            subscription=self._session.filters.subscription,
            grouping=self._session.queue.grouping,
            map_centre=(shown.centre_x, shown.centre_y),
            map_zoom=shown.zoom,
        )

    # -- commands

    def run_command(self, command_id: CommandId) -> None:
        """What only the window can do."""
        actions: dict[CommandId, Callable[[], None]] = {
            CommandId.SHOW_NEW: self.queue_view.show_new,
            CommandId.FILTER: self.queue_view.ask_filter,
            CommandId.GROUP: self.queue_view.group_on,
            CommandId.ARCHIVE: self.queue_view.ask_archive,
            CommandId.MARK: self.queue_view.mark,
            CommandId.MARK_ALL: self.queue_view.mark_all,
            CommandId.MAP_TO_IT: self.map_to_open_case,
            CommandId.MAP_WHOLE: self.map_view.show_whole,
            CommandId.MAP_IN: self.map_view.zoom_in,
            CommandId.MAP_OUT: self.map_view.zoom_out,
            CommandId.MAP_LAYERS: self.map_view.legend.open_by_key,
            CommandId.MAP_MEASURE: self.map_view.measure,
            CommandId.MAP_CHOOSE: self.map_view.choose,
            CommandId.CAMERA_DIRECTORY: self.camera_panel.toggle,
            CommandId.LOSSES: self.loss_list.toggle,
            CommandId.PALETTE: self.palette_card.open,
            CommandId.TRAIL_PLAY: self.people_sheet.replay_all,
            CommandId.TRAIL_AT: self.people_sheet.ask_moment,
            CommandId.PEOPLE: self.people_sheet.toggle,
            CommandId.KEY_SHEET: self.key_sheet.toggle,
            CommandId.BACK: self.step_back,
            CommandId.NIGHT: self.toggle_night,
            CommandId.FULL_SCREEN: self.toggle_full_screen,
            CommandId.RESET_LAYOUT: self.reset_arrangement,
        }
        action = actions.get(command_id)
        if action is not None:
            action()

    def map_to_open_case(self) -> None:
        """G: the map to what is selected."""
        selection = self._session.selection.get()
        if selection is not None and selection.place is not None:
            self.map_view.fly_to(selection.place)

    def step_back(self) -> None:
        """Esc: closes what lies on top, else goes back to the queue."""
        selected = self._session.wall.selected
        if self.key_sheet.isVisible():
            self.key_sheet.hide()
        elif self.loss_list.isVisible():
            self.loss_list.hide()
        elif self.people_sheet.link_card.isVisible():
            self.people_sheet.link_card.forget()
        elif self.people_sheet.isVisible():
            self.people_sheet.hide()
        elif self.palette_card.isVisible():
            self.palette_card.close_palette()
        elif self._session.replay.is_open:
            self._session.replay.close()
        elif selected is not None and self._is_full_tile(selected):
            self._session.wall.toggle_full(selected)
        elif self.camera_panel.isVisible():
            self.camera_panel.close_panel()
        elif len(self._session.marked):
            self._session.marked.clear()
        else:
            self._focus_queue()

    def _focus_queue(self) -> None:
        self.queue_view.list.setFocus()

    def _is_full_tile(self, address: TileAddress) -> bool:
        return self._session.wall.window(address.window_id).full_index is not None

    def toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showMaximized()
        else:
            self.showFullScreen()

    def toggle_night(self) -> None:
        """N: dims everything, for a dark room."""
        self._veil.setGeometry(self._central.rect())
        self._veil.setVisible(not self._veil.isVisible())
        self._veil.raise_()

    # -- language, size, closing

    def _title(self) -> None:
        name = self._session.site.name
        self.setWindowTitle(translate("Window", "{0} — gridwall").format(name))

    def retranslate(self) -> None:
        """Every text anew, in the language installed now."""
        self._title()
        for part in (
            self.header,
            self.map_view,
            self.queue_view,
            self.case_view,
            self.palette_card,
            self.camera_panel,
            self.people_sheet,
        ):
            part.retranslate()
        self.strip.update()
        self.banner.refresh()
        self.wall_view.update()

    def retheme(self) -> None:
        """Colours changed: what is cached is drawn again."""
        self.map_view.retheme()
        self.retranslate()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "_is_built"):
            self.retranslate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for card in (self.hold_bar, self.notice_line, self.people_sheet):
            card.place()
        self._veil.setGeometry(self._central.rect())

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()
        super().closeEvent(event)


class _Veil(QWidget):
    """Darkens what lies under it; the mouse goes through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), QColor.fromRgbF(0, 0, 0, NIGHT_ALPHA))


def _on_a_screen(geometry: tuple[int, int, int, int]) -> bool:
    """Whether a remembered place is on a monitor that is still there."""
    x, y, width, height = geometry
    middle_x, middle_y = x + width // 2, y + height // 2
    return any(
        screen.geometry().contains(middle_x, middle_y) for screen in QGuiApplication.screens()
    )
