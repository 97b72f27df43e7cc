"""QueueView: the operator's list of cases, the "n new" chip and what an empty list says.

Reports where cursor and pointer are, so that `CaseQueue` moves nothing under them.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.bridge.case_table import CaseTable
from console.desk.case import CaseId
from console.state.case_filters import EVERYTHING
from console.state.grouping import Grouping, group_value
from console.state.marked import MARKED_MOST
from console.state.queue import Scope
from console.state.session import ConsoleSession
from console.views import batch_words, theme, words
from console.views.archive_dialog import ArchiveDialog
from console.views.case_row import CaseRowDelegate
from console.views.filter_dialog import FilterDialog
from console.views.words import translate

#: Ages and lights are painted again this often.
REPAINT_MS = 1_000


class _CaseList(QListView):
    """A list without type-ahead: letters are commands, and no input method opens over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)

    def keyboardSearch(self, search: str) -> None:
        """Off: a letter is a command here."""


class QueueView(QWidget):
    """The queue of a session."""

    def __init__(self, session: ConsoleSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self._table = CaseTable(session.queue, self)
        self.list = _CaseList(self)
        self.list.setModel(self._table)
        self.list.setItemDelegate(CaseRowDelegate(session, self.list))
        self.chip = QPushButton(self)
        self.chip.setObjectName("primary")
        self.chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.chip.hide()
        #: What the list leaves out is said; a click shows everything again.
        self.filter_chip = QPushButton(self)
        self.filter_chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.filter_chip.hide()
        #: While cases are marked, what acts are about is said; a click lets them go.
        self.mark_chip = QPushButton(self)
        self.mark_chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.mark_chip.hide()
        self._empty = QLabel(self)
        self._empty.setObjectName("secondary")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.filter_chip)
        layout.addWidget(self.mark_chip)
        layout.addWidget(self.list)
        self._repaint = QTimer(self)
        self._repaint.setInterval(REPAINT_MS)
        self._repaint.timeout.connect(self._on_second)
        self._repaint.start()
        self._connect()
        self._on_order()

    def _connect(self) -> None:
        session = self._session
        self.chip.clicked.connect(self.show_new)
        self.filter_chip.clicked.connect(self._show_all)
        self.mark_chip.clicked.connect(session.marked.clear)
        session.marked.changed.connect(self._on_marked)
        session.filters.changed.connect(self._on_filters)
        self.list.viewport().installEventFilter(self)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        session.queue.order_changed.connect(self._on_order)
        session.queue.waiting_changed.connect(self._on_waiting)
        session.cursor.changed.connect(self._on_cursor)
        session.open_case.changed.connect(self._on_open_case)
        session.asking.changed.connect(self._repaint_rows)
        session.holds.changed.connect(self._repaint_rows)

    # -- commands

    def show_new(self) -> None:
        """To the top, sorted anew, with everything that waited."""
        self._session.queue.release()
        self.list.scrollToTop()
        first = self._table.index(0, 0)
        if first.isValid():
            self.list.setCurrentIndex(first)

    def ask_filter(self) -> None:
        """Q: which cases are shown, kept under names, and which ask for attention."""
        self.filter_dialog = FilterDialog(self._session, self.window())
        self.filter_dialog.accepted.connect(self._on_chosen)
        self.filter_dialog.open()

    def ask_archive(self) -> None:
        """Ctrl+F: all cases of all years."""
        self.archive_dialog = ArchiveDialog(self._session, self.window())
        self.archive_dialog.finished.connect(self.archive_dialog.deleteLater)
        self.archive_dialog.open()

    def group_on(self) -> None:
        """Shift+Q: the next division of the list, then none."""
        self.group_by(self._session.queue.grouping.next)

    def group_by(self, grouping: Grouping) -> None:
        """Divides the list; everything may move."""
        self.list.setUniformItemSizes(grouping is Grouping.NONE)
        self._session.queue.group_by(grouping)
        self._on_filters()

    def mark(self) -> None:
        """Ins: marks the case under the cursor, or not any more, and goes to the next one."""
        case_id = self._session.cursor.get()
        if case_id is None:
            return
        self._session.marked.toggle(case_id)
        below = self._table.index(self._table.index_of(case_id).row() + 1, 0)
        if below.isValid():
            self.list.setCurrentIndex(below)

    def mark_all(self) -> None:
        """Ctrl+A: the whole list; of a grouped one the part under the cursor."""
        queue = self._session.queue
        rows = [row for each in queue.order if (row := queue.row(each)) is not None]
        under = queue.row(self._session.cursor.get() or CaseId(""))
        if under is not None and queue.grouping is not Grouping.NONE:
            value = group_value(queue.grouping, under)
            rows = [row for row in rows if group_value(queue.grouping, row) == value]
        left = self._session.marked.mark(row.id for row in rows)
        if left:
            text = translate("Queue", "{0} more were not marked: {1} at once at most.")
            self._session.say(text.format(left, MARKED_MOST))

    def _show_all(self) -> None:
        self._session.filters.clear()
        self.group_by(Grouping.NONE)

    def _on_marked(self) -> None:
        count = len(self._session.marked)
        text = translate("Queue", "{0} marked · acts are for all of them").format(count)
        self.mark_chip.setText(f"{text}  ✕")
        self.mark_chip.setVisible(count > 0)
        self._repaint_rows()

    def _on_chosen(self) -> None:
        choice = self.filter_dialog.choice
        subscribed = self.filter_dialog.is_subscribed
        self._session.filters.subscribe(choice if subscribed else EVERYTHING)
        self._session.filters.show(choice)

    def _on_filters(self) -> None:
        filters, site = self._session.filters, self._session.site
        shown, asked = filters.shown, filters.subscription
        grouping = self._session.queue.grouping
        is_plain = shown.is_everything and asked.is_everything and grouping is Grouping.NONE
        self.filter_chip.setVisible(not is_plain)
        name = shown.name or words.choice_text(shown, site)
        text = translate("Queue", "Only {0}").format(name) if name else ""
        if not asked.is_everything:
            quiet = asked.name or words.choice_text(asked, site)
            told = translate("Queue", "asks only for {0}").format(quiet)
            text = f"{text} · {told}" if text else told
        if grouping is not Grouping.NONE:
            divided = batch_words.grouping_text(grouping)
            text = f"{text} · {divided}" if text else divided
        self.filter_chip.setText(f"{text}  ✕")
        self._on_order()

    def retranslate(self) -> None:
        self._on_filters()
        self._on_waiting(self._session.queue.waiting_count)
        self._on_marked()
        self._on_order()

    # -- from the state

    def _on_order(self) -> None:
        if self._session.queue.grouping is not Grouping.NONE:
            self.list.scheduleDelayedItemsLayout()  # rows that begin a part are taller
        is_empty = self._table.rowCount() == 0
        self._empty.setVisible(is_empty)
        if is_empty:
            self._empty.setText(self.empty_text())
        self._on_cursor(self._session.cursor.get())

    def empty_text(self) -> str:
        """What an empty list says: why it is empty and what to do next."""
        scope = self._session.queue.filter.scope
        if not self._session.feed.get().is_live:
            return translate("Queue", "Waiting for the hub.\nCases appear as soon as it answers.")
        if not self._session.filters.shown.is_everything:
            return translate("Queue", "No case of this choice.\nQ or the line above shows others.")
        if scope is Scope.LATE:
            return translate("Queue", "Nothing is late.\nPress “open” above for all open cases.")
        return translate(
            "Queue", "No open case.\nAlerts of the cameras and reports of citizens appear here."
        )

    def _on_waiting(self, count: int) -> None:
        self.chip.setText(translate("Queue", "{0} new").format(count))
        self.chip.setToolTip(translate("Queue", "Show them in their places (Home)"))
        self.chip.adjustSize()
        self.chip.setVisible(count > 0)
        self._place_overlays()

    def _on_cursor(self, case_id: CaseId | None) -> None:
        index = self._table.index_of(case_id)
        if index != self.list.currentIndex():
            self.list.setCurrentIndex(index)
        if index.isValid():
            self.list.scrollTo(index)

    def _on_open_case(self, _case_id: CaseId | None) -> None:
        self._repaint_rows()

    def _on_second(self) -> None:
        self._repaint_rows()
        if self._empty.isVisible():
            self._empty.setText(self.empty_text())

    def _repaint_rows(self) -> None:
        self.list.viewport().update()

    # -- from the person

    def _on_current(
        self,
        current: QModelIndex | QPersistentModelIndex,
        _former: QModelIndex | QPersistentModelIndex,
    ) -> None:
        case_id = self._table.case_id(current)
        if case_id is not None:
            self._session.cursor.set(case_id)
        self._protect()

    def _protect(self) -> None:
        viewport = self.list.viewport()
        pointer: CaseId | None = None
        if viewport.underMouse():
            pointer = self._table.case_id(
                self.list.indexAt(viewport.mapFromGlobal(self.cursor().pos()))
            )
        cursor = self._session.cursor.get() if self.list.hasFocus() else None
        self._session.queue.protect(cursor=cursor, pointer=pointer)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.MouseMove, QEvent.Type.Leave, QEvent.Type.Enter):
            self._protect()
        if kind == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            self._open_at(event)
        return False

    def _open_at(self, event: QMouseEvent) -> None:
        case_id = self._table.case_id(self.list.indexAt(event.position().toPoint()))
        if case_id is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._session.marked.toggle(case_id)
        else:
            self._session.open(case_id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_overlays()

    def _place_overlays(self) -> None:
        step = theme.STEP_PX
        self.chip.move((self.width() - self.chip.width()) // 2, 2 * step)
        self.chip.raise_()
        margin = 6 * step
        self._empty.setGeometry(margin, 0, self.width() - 2 * margin, min(self.height(), 240))
