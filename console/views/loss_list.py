"""LossList (L): what is lost — mass failures as one line each — and what is put aside.

Shows the session's losses and shelves; asks for maintenance by signal. Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from config.site import CameraId
from console.state.health import Mark
from console.state.session import ConsoleSession
from console.views import loss_texts, theme
from console.views.camera_marks import paint_mark
from console.views.words import translate
from ingest.cameras.health import CameraHealthData
from ingest.feed.envelope import parse_utc_ns

SIZE_PX = QSize(760, 520)
#: Single lines a person reads; the number of the rest is told.
LINES_MOST = 300
_CAMERAS_ROLE = int(Qt.ItemDataRole.UserRole)
_SHELF_ROLE = _CAMERAS_ROLE + 1
_KEY_ROLE = _CAMERAS_ROLE + 2


class LossList(QFrame):
    """Signals: `maintenance_asked(camera_ids, about)`, `end_asked(shelf_id)`."""

    maintenance_asked = Signal(object, str)
    end_asked = Signal(str)

    def __init__(self, session: ConsoleSession, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._session = session
        self._title = QLabel(self)
        self._title.setObjectName("title")
        self.tree = QTreeWidget(self)
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setUniformRowHeights(True)
        self.tree.setIconSize(QSize(12, 12))
        head = self.tree.header()
        head.setStretchLastSection(False)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.maintenance_button = QPushButton(self)
        self.end_button = QPushButton(self)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self.end_button)
        line.addWidget(self.maintenance_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self._title)
        layout.addWidget(self.tree, 1)
        layout.addLayout(line)
        self.tree.currentItemChanged.connect(self._on_current)
        self.tree.itemActivated.connect(self._on_activated)
        self.maintenance_button.clicked.connect(self._ask_maintenance)
        self.end_button.clicked.connect(self._ask_end)
        session.losses.changed.connect(self._on_changed)
        session.shelves.changed.connect(self._on_changed)
        self.hide()

    def toggle(self) -> None:
        if self.isVisible():
            self.hide()
            return
        parent = self.parentWidget()
        if parent is not None:
            size = SIZE_PX.boundedTo(parent.size() - QSize(32, 32))
            at = QRect(0, 0, size.width(), size.height())
            at.moveCenter(parent.rect().center())
            self.setGeometry(at)
        self._session.losses.refresh()
        self.fill()
        self.show()
        self.raise_()
        self.tree.setFocus()

    def lines(self) -> list[str]:
        """The lines at the top level, as they read."""
        return [item.text(0) for item in self._top()]

    def _top(self) -> list[QTreeWidgetItem]:
        items = (self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount()))
        return [item for item in items if item is not None]

    def fill(self) -> None:
        """Every line anew; what was unfolded and where the cursor was stays."""
        session, now = self._session, self._session.clock.utc_ns()
        unfolded, current = self._unfolded(), self._key_of(self.tree.currentItem())
        self._title.setText(translate("Losses", "Lost cameras and maintenance"))
        self.maintenance_button.setText(translate("Losses", "Maintenance…"))
        self.end_button.setText(translate("Losses", "End it"))
        self.tree.clear()
        picture = session.losses.picture
        for failure in picture.failures:
            since = loss_texts.since_text(failure.since_utc_ns, now)
            text = loss_texts.failure_text(failure)
            item = self._line(text, since, Mark.LOST, failure.camera_ids, str(failure.key))
            for camera_id in failure.camera_ids[:LINES_MOST]:
                entry = session.health.of(camera_id)
                if entry is not None:
                    item.addChild(self._camera(entry, now))
            self.tree.addTopLevelItem(item)
        for entry in picture.single[:LINES_MOST]:
            self.tree.addTopLevelItem(self._camera(entry, now))
        if len(picture.single) > LINES_MOST:
            more = translate("Losses", "and {0} more").format(len(picture.single) - LINES_MOST)
            self.tree.addTopLevelItem(QTreeWidgetItem([more]))
        for shelf in session.shelves.open:
            text, left = loss_texts.shelf_text(session, shelf), loss_texts.until_text(shelf, now)
            item = self._line(text, left, Mark.MAINTENANCE, (), shelf.shelf_id)
            item.setData(0, _SHELF_ROLE, shelf.shelf_id)
            self.tree.addTopLevelItem(item)
        if not self.tree.topLevelItemCount():
            nothing = translate("Losses", "No camera is lost and nothing is put aside.")
            self.tree.addTopLevelItem(QTreeWidgetItem([nothing]))
        self._restore(unfolded, current)

    def _camera(self, entry: CameraHealthData, now_utc_ns: int) -> QTreeWidgetItem:
        since = loss_texts.since_text(parse_utc_ns(entry.since_utc), now_utc_ns)
        mark = self._session.health.mark_of(entry.camera_id)
        text = loss_texts.camera_text(self._session, entry)
        return self._line(text, since, mark, (entry.camera_id,), entry.camera_id)

    def _line(
        self, text: str, right: str, mark: Mark, cameras: tuple[CameraId, ...], key: str
    ) -> QTreeWidgetItem:
        item = QTreeWidgetItem([text, right])
        item.setIcon(0, _icon(mark))
        item.setForeground(1, theme.colour(theme.COLOURS.secondary))
        item.setData(0, _CAMERAS_ROLE, cameras)
        item.setData(0, _KEY_ROLE, key)
        item.setToolTip(0, text)
        return item

    def _key_of(self, item: QTreeWidgetItem | None) -> str:
        return "" if item is None else str(item.data(0, _KEY_ROLE) or "")

    def _unfolded(self) -> set[str]:
        return {self._key_of(item) for item in self._top() if item.isExpanded()}

    def _restore(self, unfolded: set[str], current: str) -> None:
        items = self._top()
        self.tree.setCurrentItem(items[0])
        for item in items:
            item.setExpanded(self._key_of(item) in unfolded)
            if current and self._key_of(item) == current:
                self.tree.setCurrentItem(item)

    # -- what a person does

    def _on_changed(self) -> None:
        if self.isVisible():
            self.fill()

    def _on_current(self, item: QTreeWidgetItem | None, _former: object) -> None:
        cameras = _cameras_of(item)
        shelf = None if item is None else item.data(0, _SHELF_ROLE)
        live = self._session.feed.get().is_live
        away = (
            ""
            if live
            else translate("Reason", "The hub is away: nothing can be sent until it is back")
        )
        for button, can, why in (
            (self.maintenance_button, bool(cameras), translate("Losses", "Choose a loss first")),
            (
                self.end_button,
                bool(shelf),
                translate("Losses", "Choose a line of maintenance first"),
            ),
        ):
            button.setEnabled(can and live)
            button.setToolTip("" if can and live else away or why)

    def _on_activated(self, item: QTreeWidgetItem, _column: int) -> None:
        cameras = _cameras_of(item)
        if len(cameras) == 1:
            self._session.select_camera(cameras[0])
        else:
            item.setExpanded(not item.isExpanded())

    def _ask_maintenance(self) -> None:
        item = self.tree.currentItem()
        if item is not None:
            self.maintenance_asked.emit(_cameras_of(item), item.text(0))

    def _ask_end(self) -> None:
        item = self.tree.currentItem()
        if item is not None:
            self.end_asked.emit(str(item.data(0, _SHELF_ROLE)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)


def _cameras_of(item: QTreeWidgetItem | None) -> tuple[CameraId, ...]:
    return () if item is None else tuple(item.data(0, _CAMERAS_ROLE) or ())


def _icon(mark: Mark) -> QPixmap:
    picture = QPixmap(12, 12)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint_mark(painter, QPointF(6, 6), mark)
    painter.end()
    return picture
