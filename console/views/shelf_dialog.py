"""ShelfDialog: asks why and for how long something is put aside. Threads: GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from console.desk.shelf_data import REASON_CHARS, ShelfKind
from console.views import words
from console.views.words import translate

#: How long something may be put aside, seconds; the first is offered.
DURATIONS_S = (3600.0, 900.0, 4 * 3600.0, 8 * 3600.0, 86_400.0, 7 * 86_400.0)


class ShelfDialog(QDialog):
    """`reason` and `duration_s` after it was accepted; it cannot be accepted without a reason."""

    def __init__(self, what: ShelfKind, about: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setMinimumWidth(440)
        verb = shelf_verb(what)
        self.setWindowTitle(verb)
        title = QLabel(f"{verb}: {about}", self)
        title.setObjectName("title")
        title.setWordWrap(True)
        self.edit = QPlainTextEdit(self)
        self.edit.setPlaceholderText(
            translate("Shelf", "Why? Every seat reads it, and the log keeps it.")
        )
        self.edit.setFixedHeight(72)
        self.edit.setTabChangesFocus(True)
        self.durations = QComboBox(self)
        for seconds in DURATIONS_S:
            self.durations.addItem(
                translate("Shelf", "for {0}").format(words.duration_text(seconds)), seconds
            )
        buttons = QDialogButtonBox(self)
        self.accept_button = buttons.addButton(verb, QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setObjectName("primary")
        back = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        back.setText(translate("Reason", "Back"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        for part in (title, self.edit, self.durations, buttons):
            layout.addWidget(part)
        self.edit.textChanged.connect(self._on_text)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self._on_text()

    @property
    def reason(self) -> str:
        return self.edit.toPlainText().strip()[:REASON_CHARS]

    @property
    def duration_s(self) -> float:
        return float(self.durations.currentData())

    def _on_text(self) -> None:
        self.accept_button.setEnabled(bool(self.reason))


def shelf_verb(what: ShelfKind) -> str:
    """What the button says."""
    if what is ShelfKind.MAINTENANCE:
        return translate("Shelf", "Maintenance")
    return translate("Shelf", "Put alerts aside")
