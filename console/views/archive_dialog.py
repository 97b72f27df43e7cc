"""ArchiveDialog (Ctrl+F): looks through every case of all years, by words, kind, state, street and day.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from PySide6.QtCore import QDate, QModelIndex, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from config.site import GridLevel
from console.bridge.archive_table import ArchiveTable
from console.desk.case import CaseState
from console.state.archive import SHOWN_MOST, ArchiveOrder, ArchiveQuery, ArchiveState
from console.state.keys import QT_TRANSLATE_NOOP
from console.state.session import ConsoleSession
from console.views import words
from console.views.case_row import ArchiveRowDelegate
from console.views.filter_dialog import KINDS
from console.views.words import translate
from ingest.feed.envelope import utc_text

#: A question leaves this long after the last key.
TYPING_PAUSE_MS = 200
TEXT_MOST = 100
_ORDERS = {
    ArchiveOrder.NEWEST: QT_TRANSLATE_NOOP("Archive", "Newest first"),
    ArchiveOrder.OLDEST: QT_TRANSLATE_NOOP("Archive", "Oldest first"),
    ArchiveOrder.URGENT: QT_TRANSLATE_NOOP("Archive", "Most urgent first"),
}


class ArchiveDialog(QDialog):
    """Enter opens the chosen case; the arrows go from the words into the list."""

    def __init__(self, session: ConsoleSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.resize(860, 640)
        self.setWindowTitle(translate("Archive", "All cases"))
        self._session = session
        self._archive = session.archive
        self.text_edit = QLineEdit(self)
        self.text_edit.setMaxLength(TEXT_MOST)
        self.text_edit.setClearButtonEnabled(True)
        self.text_edit.setPlaceholderText(
            translate("Archive", "Words of the title, or how the number begins")
        )
        self.kind_box, self.state_box = QComboBox(self), QComboBox(self)
        self.street_box, self.order_box = QComboBox(self), QComboBox(self)
        self.day_box = QCheckBox(translate("Archive", "Opened on"), self)
        self.day_edit = QDateEdit(QDate.currentDate(), self)
        self.day_edit.setCalendarPopup(True)
        self.day_edit.setDisplayFormat("yyyy-MM-dd")
        self.day_edit.setEnabled(False)
        self.table = ArchiveTable(self._archive, self)
        self.list = QListView(self)
        self.list.setModel(self.table)
        self.list.setItemDelegate(ArchiveRowDelegate(session, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.told = QLabel(self)
        self.told.setObjectName("secondary")
        self.again_button = QPushButton(translate("Archive", "Ask again"), self)
        self.open_button = QPushButton(translate("Archive", "Open"), self)
        self._pause = QTimer(self, singleShot=True, interval=TYPING_PAUSE_MS)
        self._fill()
        self._lay_out()
        self._connect()
        self._search()
        self.text_edit.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def query(self) -> ArchiveQuery:
        """As it is entered."""
        state = self.state_box.currentData()
        since, until = self._day() if self.day_box.isChecked() else (None, None)
        return ArchiveQuery(
            self.text_edit.text(),
            self.kind_box.currentData(),
            CaseState(state) if state else None,
            self.street_box.currentData(),
            since,
            until,
            ArchiveOrder(self.order_box.currentData()),
        )

    def _day(self) -> tuple[str, str]:
        """The local day's first moment, and the next day's."""
        chosen = self.day_edit.date()
        first = datetime(chosen.year(), chosen.month(), chosen.day()).astimezone()
        noon = first + timedelta(hours=36)  # of the next day, also over a change of clocks
        ends = datetime(noon.year, noon.month, noon.day).astimezone()
        return utc_text(int(first.timestamp()) * 10**9), utc_text(int(ends.timestamp()) * 10**9)

    # -- making

    def _fill(self) -> None:
        _add(
            self.kind_box,
            translate("Archive", "Every kind"),
            ((words.kind_text(k), k) for k in KINDS),
        )
        _add(
            self.state_box,
            translate("Archive", "Every state"),
            ((words.state_text(state), state.value) for state in CaseState),
        )
        _add(
            self.street_box,
            translate("Archive", "Every street"),
            ((c.name, c.id) for c in self._session.site.grid if c.level is GridLevel.STREET),
        )
        for order, text in _ORDERS.items():
            self.order_box.addItem(translate("Archive", text), order.value)

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.setSpacing(8)
        for part in (self.kind_box, self.state_box, self.street_box):
            above.addWidget(part)
        above.addWidget(self.day_box)
        above.addWidget(self.day_edit)
        above.addStretch(1)
        above.addWidget(self.order_box)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.told, 1)
        below.addWidget(self.again_button)
        below.addWidget(self.open_button)
        self.open_button.setObjectName("primary")
        self.open_button.setDefault(True)
        self.again_button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.text_edit)
        layout.addLayout(above)
        layout.addWidget(self.list, 1)
        layout.addLayout(below)

    def _connect(self) -> None:
        self._pause.timeout.connect(self._search)
        self.text_edit.textChanged.connect(lambda _text: self._pause.start())
        for box in (self.kind_box, self.state_box, self.street_box, self.order_box):
            box.currentIndexChanged.connect(lambda _index: self._search())
        self.day_box.toggled.connect(self.day_edit.setEnabled)
        self.day_box.toggled.connect(lambda _on: self._search())
        self.day_edit.dateChanged.connect(lambda _date: self._pause.start())
        self.again_button.clicked.connect(self._archive.again)
        self.open_button.clicked.connect(self.open_current)
        self.list.doubleClicked.connect(lambda _index: self.open_current())
        release = self._archive.changed.connect(self._tell)
        self.finished.connect(lambda _result: (release(), self.table.release()))
        self._tell()

    # -- asking and showing

    def _search(self) -> None:
        self._pause.stop()
        self._archive.search(self.query)

    def _tell(self) -> None:
        archive = self._archive
        if archive.rows and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.table.index(0, 0))
        self.again_button.setVisible(archive.state is ArchiveState.FAILED)
        self.open_button.setEnabled(bool(archive.rows))
        self.told.setText(self._told())

    def _told(self) -> str:
        archive = self._archive
        shown = len(archive.rows)
        if archive.problem is not None:
            text = translate("Archive", "The hub did not give the list: {0}")
            return text.format(words.reason_text(archive.problem.id, archive.problem.values))
        if archive.state is ArchiveState.READING and not shown:
            return translate("Archive", "Searching…")
        if archive.is_cut:
            text = translate(
                "Archive", "{0} shown, and there are more: narrow it down, or choose a day"
            )
            return text.format(f"{SHOWN_MOST:,}")
        if archive.total is not None:
            return translate("Archive", "{0} cases").format(f"{archive.total:,}")
        if shown:
            return translate("Archive", "{0} so far; more as you scroll").format(f"{shown:,}")
        return ""

    def open_current(self) -> None:
        """Opens the chosen case, however old, and closes the list."""
        row = self.table.row_at(self.list.currentIndex())
        if row is None:
            return
        self._session.cases.apply([row.case], self._session.clock.utc_ns())
        self.accept()
        self._session.open(row.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down move in the list while one still types."""
        if self.text_edit.hasFocus() and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            target: QModelIndex = self.table.index(self.list.currentIndex().row() + step, 0)
            if target.isValid():
                self.list.setCurrentIndex(target)
            return
        super().keyPressEvent(event)


def _add(box: QComboBox, everything: str, choices: Iterable[tuple[str, str]]) -> None:
    box.addItem(everything, None)
    for text, value in choices:
        box.addItem(text, value)
