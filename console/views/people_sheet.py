"""PeopleSheet (U): what everybody is doing, how good their devices are, which check points were missed.

Shows and asks; the hub decides what may be set. Lists follow the feed while the sheet is open.
Threads: GUI thread only.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from config.site import InspectorId
from console.bridge.people_line import Coverage, PeopleLine
from console.desk.round_rules import RoundReport
from console.desk.units import ON_CASE, UnitState
from console.state.candidates import Reason
from console.state.patrol_route import route_of
from console.state.session import ConsoleSession, Severity
from console.state.units import UnitRow, in_order, unit_row
from console.views import people_lists, people_words, words
from console.views.field_link_card import FieldLinkCard
from console.views.moment_dialog import MomentDialog
from console.views.round_box import RoundBox
from console.views.words import translate
from ingest.feed.envelope import utc_text
from ingest.positions.quality import DeviceQuality
from ingest.positions.trails import TrailPoint

#: Ages in the lists move with this.
REFRESH_MS = 2_000
#: The round is read again every so many refreshes: it takes the hub a second of trails.
PATROL_LOOKS = 10
#: A moment is shown with this much before and after it, and first offered so far back.
MOMENT_AROUND_MS = 30 * 60_000
MOMENT_FIRST_MS = 60 * 60_000
_SHARE = 0.82
#: A replay shows a shift.
REPLAY_H = 8.0
_ID_ROLE = int(Qt.ItemDataRole.UserRole)


class Page(enum.Enum):
    PEOPLE = "people"
    DEVICES = "devices"
    PATROL = "patrol"


class PeopleSheet(QFrame):
    """A card over the window; `open` reads what is on its page, Esc closes it."""

    def __init__(self, session: ConsoleSession, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        #: The moment the trails that were asked for are to stand at.
        self._moment_ms: int | None = None
        self._session = session
        self._line: PeopleLine | None = None
        self._devices: Sequence[DeviceQuality] = ()
        self._coverage: Coverage | None = None
        #: Who was framed on the map; None: everybody.
        self._only: frozenset[InspectorId] | None = None
        self._looks = 0
        self.page = Page.PEOPLE
        self._tabs = {page: QToolButton(self) for page in Page}
        self.table = QTableWidget(self)
        self.summary = QLabel(self)
        self._states = {
            state: QPushButton(self)
            for state in (UnitState.AVAILABLE, UnitState.BUSY, UnitState.OFF)
        }
        self.round_box = RoundBox(self)
        self._link = QPushButton(self)
        self._trail = QPushButton(self)
        self.link_card = FieldLinkCard(self)
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._build()
        session.units.changed.connect(self._on_units)
        session.people_wanted.connect(self._open_for)
        self.retranslate()
        self.hide()

    def connect_line(self, line: PeopleLine) -> None:
        """The way to the hub."""
        self._line = line
        line.devices_read.connect(self._on_devices)
        line.coverage_read.connect(self._on_coverage)
        line.rounds_read.connect(self._on_rounds)
        line.link_made.connect(self.link_card.show_link)
        line.trails_read.connect(self._on_trails)
        line.refused.connect(self._on_refused)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        top = QHBoxLayout()
        for button in self._tabs.values():
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(self._on_tab)
            top.addWidget(button)
        top.addWidget(self.round_box)
        self.round_box.activated.connect(self._on_round)
        top.addStretch(1)
        self.summary.setObjectName("secondary")
        top.addWidget(self.summary)
        column.addLayout(top)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(28)
        self.table.itemSelectionChanged.connect(self._dress)
        self.table.itemActivated.connect(self._on_activated)
        column.addWidget(self.table, 1)
        bottom = QHBoxLayout()
        for state, push in self._states.items():
            push.setProperty("state", state.value)
            push.clicked.connect(self._on_state)
            bottom.addWidget(push)
        bottom.addStretch(1)
        self._trail.clicked.connect(self._on_trail)
        bottom.addWidget(self._trail)
        self._link.clicked.connect(self._on_link)
        bottom.addWidget(self._link)
        column.addLayout(bottom)
        self._timer.timeout.connect(self._on_timer)

    # -- opening and closing

    def toggle(self) -> None:
        if self.isVisible():
            self.hide()
        else:
            self.open()

    def _open_for(self, people: tuple[InspectorId, ...]) -> None:
        """Shows these people only, until the sheet is closed."""
        self._only = frozenset(people)
        self.page = Page.PEOPLE
        self.open()

    def open(self) -> None:
        """Shows the sheet with fresh lists; the keyboard is in the list."""
        self.place()
        self.show()
        self.raise_()
        self._read()
        self.table.setFocus()
        self._timer.start()

    def hideEvent(self, event: object) -> None:
        self._only = None
        self._timer.stop()
        self.link_card.forget()

    def place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        width, height = round(parent.width() * _SHARE), round(parent.height() * _SHARE)
        self.setGeometry(
            (parent.width() - width) // 2, (parent.height() - height) // 2, width, height
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.link_card.place()

    def show_page(self, page: Page) -> None:
        self.page = page
        self.link_card.forget()
        self._read()

    def _on_tab(self) -> None:
        self.show_page(next(page for page, button in self._tabs.items() if button is self.sender()))

    def _read(self) -> None:
        if self._line is not None and self.page is Page.DEVICES:
            self._line.read_devices()
        if self._line is not None and self.page is Page.PATROL:
            self._line.read_rounds()
            self._line.read_coverage(self.round_box.round_id)
        self._refresh()

    def _on_timer(self) -> None:
        """Ages move; what was missed in the round is asked again now and then."""
        self._looks += 1
        if self.page is Page.PATROL and self._looks % PATROL_LOOKS == 0:
            self._read()
        else:
            self._refresh()

    # -- what is shown

    def retranslate(self) -> None:
        names = {
            Page.PEOPLE: translate("People", "People"),
            Page.DEVICES: translate("People", "Devices"),
            Page.PATROL: translate("People", "Patrol round"),
        }
        for page, button in self._tabs.items():
            button.setText(names[page])
        for state, push in self._states.items():
            push.setText(people_words.state_text(state))
        self._trail.setText(translate("People", "Replay the trail"))
        self._link.setText(translate("People", "Field page link"))
        self.link_card.retranslate()
        self._refresh()

    def _on_units(self) -> None:
        if self.isVisible() and self.page is Page.PEOPLE:
            self._refresh()

    def _refresh(self) -> None:
        for page, button in self._tabs.items():
            button.setChecked(page is self.page)
        if self.page is Page.PEOPLE:
            lines = people_lists.people(self._session, self.rows())
        elif self.page is Page.DEVICES:
            lines = people_lists.devices(self._session, self._devices)
        else:
            lines = people_lists.patrol(self._session, self._coverage, self.round_box.round)
        self._show(lines.heads, lines.rows)
        self.summary.setText(lines.summary)
        self._dress()

    def rows(self) -> list[UnitRow]:
        """Everybody of the site, who needs a look first."""
        session, now_ns = self._session, self._session.clock.utc_ns()
        rows = []
        for inspector in session.site.inspectors:
            if self._only is not None and inspector.id not in self._only:
                continue
            unit = session.units.get(inspector.id)
            case = session.cases.get(unit.case_id) if unit is not None and unit.case_id else None
            person = session.people.get(inspector.id)
            title = case.case.title if case is not None else ""
            age_s = None if person is None else person.age_s(now_ns)
            rows.append(unit_row(inspector.id, inspector.name, unit, title, age_s))
        return in_order(rows)

    def _show(
        self, heads: Sequence[str], lines: Sequence[tuple[str, Sequence[str], str | None]]
    ) -> None:
        """The rows, with the selection kept where it was by id."""
        chosen, top = self.selected_id(), self.table.verticalScrollBar().value()
        self.table.blockSignals(True)
        self.table.setColumnCount(len(heads))
        self.table.setHorizontalHeaderLabels(list(heads))
        self.table.setRowCount(len(lines))
        for index, (row_id, cells, ink) in enumerate(lines):
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setData(_ID_ROLE, row_id)
                if ink is not None:
                    item.setForeground(QColor(ink))
                self.table.setItem(index, column, item)
            if row_id and row_id == chosen:
                self.table.selectRow(index)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        if not self.table.selectedItems() and lines:
            self.table.selectRow(0)
        self.table.verticalScrollBar().setValue(top)
        self.table.blockSignals(False)

    def selected_id(self) -> str:
        """The id of the selected row; empty where none is."""
        row = self.table.currentRow()
        item = self.table.item(row, 0) if row >= 0 else None
        return "" if item is None else str(item.data(_ID_ROLE))

    def _dress(self) -> None:
        """Buttons say why they cannot be pressed."""
        is_people, who = self.page is Page.PEOPLE, self.selected_id()
        unit = self._session.units.get(who)
        why = ""
        if not self._session.feed.get().is_live:
            why = words.reason_text("hub_away", {})
        elif unit is not None and unit.state in ON_CASE:
            why = words.reason_text("unit_on_case", {"case_id": unit.case_id or ""})
        for state, button in self._states.items():
            button.setVisible(is_people)
            is_now = unit is not None and unit.state is state
            button.setEnabled(bool(who) and not why and not is_now)
            button.setToolTip(why)
        self.round_box.setVisible(self.page is Page.PATROL and bool(self.round_box.rounds))
        self._trail.setVisible(is_people)
        self._trail.setEnabled(bool(who) and self._session.feed.get().is_live)
        self._link.setVisible(is_people)
        self._link.setEnabled(bool(who) and self._session.feed.get().is_live)

    # -- what the person does

    def _on_state(self) -> None:
        if self._line is not None:
            self._line.set_state(self.selected_id(), UnitState(self.sender().property("state")))

    def _on_link(self) -> None:
        if self._line is not None:
            self._line.make_link(self.selected_id())

    def _on_trail(self) -> None:
        self._read_trails((InspectorId(self.selected_id()),))

    def replay_all(self) -> None:
        """Shift+U: everybody's last hours on the map; while they are shown, play or pause."""
        if self._session.replay.is_open:
            self._session.replay.toggle()
        else:
            self._read_trails(None)

    def ask_moment(self) -> None:
        """Ctrl+U: asks of which moment the map shall show where everybody was."""
        now_ms = self._session.clock.utc_ns() // 1_000_000
        self.moment_dialog = MomentDialog(now_ms, now_ms - MOMENT_FIRST_MS, self.window())
        self.moment_dialog.accepted.connect(lambda: self.replay_at(self.moment_dialog.moment_ms))
        self.moment_dialog.open()

    def replay_at(self, moment_ms: int) -> None:
        """Everybody where they were at a moment, standing; a little before and after can be played."""
        if self._line is None:
            return
        self._moment_ms = moment_ms
        since_ms, until_ms = moment_ms - MOMENT_AROUND_MS, moment_ms + MOMENT_AROUND_MS
        self._line.read_trails(None, utc_text(since_ms * 1_000_000), utc_text(until_ms * 1_000_000))

    def _read_trails(self, who: tuple[str, ...] | None) -> None:
        if self._line is not None:
            self._moment_ms = None
            now_ns = self._session.clock.utc_ns()
            since_utc = utc_text(now_ns - round(REPLAY_H * 3600e9))
            self._line.read_trails(who, since_utc, utc_text(now_ns))

    def _on_trails(self, found: Mapping[str, Sequence[TrailPoint]]) -> None:
        replay = self._session.replay
        if not replay.open(found):
            self._session.say(translate("People", "No trail is kept of this time."))
            return
        if self._moment_ms is not None:
            replay.stand_at(self._moment_ms)
        self.hide()

    def _on_activated(self, _item: QTableWidgetItem) -> None:
        """Enter: the map to the person or the check point."""
        chosen = self.selected_id()
        if self.page is Page.PATROL:
            point = next((c for c in self._session.site.checkpoints if c.id == chosen), None)
            if point is not None:
                self.hide()
                self._session.select_place(point.place)
                self._session.map_wanted.emit(point.place)
        elif chosen:
            self.hide()
            self._session.select_inspector(chosen)

    # -- from the hub

    def _on_devices(self, found: Sequence[DeviceQuality]) -> None:
        self._devices = found
        if self.page is Page.DEVICES:
            self._refresh()

    def _on_rounds(self, found: Sequence[RoundReport]) -> None:
        self.round_box.show_rounds(found)
        self._refresh()

    def _on_round(self) -> None:
        self._coverage = None
        self._read()

    def _on_coverage(self, found: Coverage) -> None:
        self._coverage = found
        self._session.patrol.set({visit.checkpoint_id: visit.visited_ms for visit in found.visits})
        self._session.patrol_route.set(route_of(self._session.site, self.round_box.round_id))
        if self.page is Page.PATROL:
            self._refresh()

    def _on_refused(self, reason: Reason) -> None:
        self._session.say(words.reason_text(reason.id, reason.values), Severity.PROBLEM)
