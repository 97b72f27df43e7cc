"""ReasonDialog: asks why, for acts that end or undo something. Threads: GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from console.views import words
from console.views.words import translate


class ReasonDialog(QDialog):
    """`reason` after it was accepted; it cannot be accepted empty."""

    def __init__(self, act: str, case_title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setMinimumWidth(420)
        self.setWindowTitle(words.act_text(act))
        title = QLabel(f"{words.act_text(act)}: {case_title}", self)
        title.setObjectName("title")
        self.edit = QPlainTextEdit(self)
        self.edit.setPlaceholderText(translate("Reason", "Why? The text is kept with the case."))
        self.edit.setFixedHeight(88)
        self.edit.setTabChangesFocus(True)
        self._buttons = QDialogButtonBox(self)
        standard = QDialogButtonBox.StandardButton
        ok = self._buttons.addButton(words.act_text(act), QDialogButtonBox.ButtonRole.AcceptRole)
        ok.setObjectName("primary")
        cancel = self._buttons.addButton(standard.Cancel)
        cancel.setText(translate("Reason", "Back"))
        self.accept_button = ok
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addWidget(self.edit)
        layout.addWidget(self._buttons)
        self.edit.textChanged.connect(self._on_text)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self._on_text()

    @property
    def reason(self) -> str:
        return self.edit.toPlainText().strip()

    def _on_text(self) -> None:
        self.accept_button.setEnabled(bool(self.reason))


def asked_reason(act: str, case_title: str, parent: QWidget | None) -> str | None:
    """Asks and waits; None when the person went back."""
    dialog = ReasonDialog(act, case_title, parent)
    accepted = dialog.exec() == int(QDialog.DialogCode.Accepted)
    dialog.deleteLater()
    return dialog.reason if accepted else None
