"""FilterDialog (Q): which cases the list shows, kept under names, and which ask for attention here.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from config.site import GridLevel
from console.desk.case import ENDED, CaseState
from console.state.case_filters import EVERYTHING, CaseChoice
from console.state.session import ConsoleSession
from console.views import words
from console.views.name_dialog import NAME_CHARS_MOST
from console.views.words import translate

KINDS = (
    "smoke", "fire", "crowd", "parking", "cycle_parking", "stall", "ticket", "manual",
)  # fmt: skip
_ROLE = int(Qt.ItemDataRole.UserRole)


class FilterDialog(QDialog):
    """`choice` after it was accepted; keeping and removing happen at once in the session."""

    def __init__(self, session: ConsoleSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.resize(760, 460)
        self.setWindowTitle(translate("Filter", "Which cases"))
        self._session = session
        self.kept = QListWidget(self)
        self.kinds, self.states, self.streets = (QListWidget(self) for _ in range(3))
        self.name_edit = QLineEdit(self)
        self.name_edit.setMaxLength(NAME_CHARS_MOST)
        self.name_edit.setPlaceholderText(translate("Filter", "Name to keep it under"))
        self.subscribe_box = QCheckBox(
            translate("Filter", "Only these ask for attention at this seat (and priority 1)"), self
        )
        self.keep_button = QPushButton(translate("Filter", "Keep"), self)
        self.remove_button = QPushButton(translate("Filter", "Remove"), self)
        self.apply_button = QPushButton(translate("Filter", "Show"), self)
        self._fill()
        self._lay_out()
        self._connect()
        self.set_choice(session.filters.shown)
        subscription = session.filters.subscription
        self.subscribe_box.setChecked(not subscription.is_everything)
        self.kinds.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- what is chosen

    @property
    def choice(self) -> CaseChoice:
        """As it is ticked."""
        return CaseChoice(
            self.name_edit.text().strip(),
            tuple(_ticked(self.kinds)),
            tuple(map(CaseState, _ticked(self.states))),
            tuple(_ticked(self.streets)),
        )

    @property
    def is_subscribed(self) -> bool:
        return self.subscribe_box.isChecked()

    def set_choice(self, choice: CaseChoice) -> None:
        _tick(self.kinds, choice.kinds)
        _tick(self.states, [state.value for state in choice.states])
        _tick(self.streets, choice.streets)
        self.name_edit.setText(choice.name)

    # -- making

    def _fill(self) -> None:
        site = self._session.site
        for kind in KINDS:
            _add(self.kinds, words.kind_text(kind), kind)
        for state in CaseState:
            if state not in ENDED:
                _add(self.states, words.state_text(state), state.value)
        for cell in site.grid:
            if cell.level is GridLevel.STREET:
                _add(self.streets, cell.name, cell.id)
        self._fill_kept()

    def _fill_kept(self) -> None:
        self.kept.clear()
        _add(self.kept, translate("Filter", "All cases"), "", ticks=False)
        for choice in self._session.filters.kept:
            _add(self.kept, choice.name, choice.name, ticks=False)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        columns = (
            (translate("Filter", "Kept"), self.kept), (translate("Filter", "Kind"), self.kinds),
            (translate("Filter", "State"), self.states),
            (translate("Filter", "Street"), self.streets),
        )  # fmt: skip
        for column, (title, part) in enumerate(columns):
            label = QLabel(title, self)
            label.setObjectName("section")
            grid.addWidget(label, 0, column)
            grid.addWidget(part, 1, column)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.name_edit, 1)
        below.addWidget(self.keep_button)
        below.addWidget(self.remove_button)
        below.addWidget(self.apply_button)
        self.apply_button.setObjectName("primary")
        self.apply_button.setDefault(True)
        for button in (self.keep_button, self.remove_button):
            button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(grid, 1)
        layout.addWidget(self.subscribe_box)
        layout.addLayout(below)

    def _connect(self) -> None:
        self.apply_button.clicked.connect(self.accept)
        self.keep_button.clicked.connect(self._on_keep)
        self.remove_button.clicked.connect(self._on_remove)
        self.kept.currentItemChanged.connect(self._on_kept)
        self.name_edit.textChanged.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        name = self.name_edit.text().strip()
        names = {choice.name for choice in self._session.filters.kept}
        self.keep_button.setEnabled(bool(name))
        self.remove_button.setEnabled(name in names)

    def _on_kept(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        name = str(item.data(_ROLE))
        kept = (each for each in self._session.filters.kept if each.name == name)
        self.set_choice(next(kept, EVERYTHING))

    def _on_keep(self) -> None:
        self._session.filters.keep(self.choice)
        self._fill_kept()
        self._dress()

    def _on_remove(self) -> None:
        self._session.filters.remove(self.name_edit.text().strip())
        self._fill_kept()
        self._dress()


def _add(part: QListWidget, text: str, value: str, *, ticks: bool = True) -> None:
    item = QListWidgetItem(text)
    item.setData(_ROLE, value)
    if ticks:
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Unchecked)
    part.addItem(item)


def _ticked(part: QListWidget) -> list[str]:
    items = (part.item(row) for row in range(part.count()))
    return [str(i.data(_ROLE)) for i in items if i.checkState() is Qt.CheckState.Checked]


def _tick(part: QListWidget, values: Iterable[str]) -> None:
    wanted = set(values)
    for row in range(part.count()):
        item = part.item(row)
        is_on = str(item.data(_ROLE)) in wanted
        item.setCheckState(Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked)
