"""MomentDialog: of which moment the map shall show where everybody was. Threads: GUI thread only."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QDate, QDateTime, QTime
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from console.views.words import translate


class MomentDialog(QDialog):
    """`moment_ms` after it was accepted. The hour has the focus: Up and Down, then Enter."""

    def __init__(self, now_ms: int, first_ms: int, parent: QWidget | None = None) -> None:
        """`first_ms`: the moment it begins with. Both Unix milliseconds; shown in local time."""
        super().__init__(parent)
        self.setModal(True)
        self._now_ms = now_ms
        self.setWindowTitle(translate("People", "Who was where"))
        title = QLabel(translate("People", "Who was where"), self)
        title.setObjectName("title")
        first = datetime.fromtimestamp(first_ms / 1000)
        now = datetime.fromtimestamp(now_ms / 1000)
        self.date = QDateEdit(QDate(first.year, first.month, first.day), self)
        self.date.setDisplayFormat("yyyy-MM-dd")
        self.date.setMaximumDate(QDate(now.year, now.month, now.day))
        self.time = QTimeEdit(QTime(first.hour, first.minute), self)
        self.time.setDisplayFormat("HH:mm")
        row = QHBoxLayout()
        row.addWidget(self.date, 2)
        row.addWidget(self.time, 1)
        self.note = QLabel(self)
        self.note.setObjectName("secondary")
        buttons = QDialogButtonBox(self)
        text = translate("People", "Show on the map")
        self.accept_button = buttons.addButton(text, QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setObjectName("primary")
        back = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        back.setText(translate("Export", "Back"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addLayout(row)
        layout.addWidget(self.note)
        layout.addWidget(buttons)
        self.date.dateChanged.connect(self._check)
        self.time.timeChanged.connect(self._check)
        self._check()

    @property
    def moment_ms(self) -> int:
        return int(QDateTime(self.date.date(), self.time.time()).toMSecsSinceEpoch())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.time.setFocus()

    def _check(self) -> None:
        is_past = self.moment_ms <= self._now_ms
        self.accept_button.setEnabled(is_past)
        self.note.setText(
            translate("People", "Half an hour before and after can be played.")
            if is_past
            else translate("People", "This has not happened yet: choose an earlier moment.")
        )
