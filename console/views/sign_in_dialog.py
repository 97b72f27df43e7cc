"""SignInDialog: name and password of whoever takes the seat; what the hub says stands below.

The wall goes on behind it: pictures are nobody's secret in a control room, acts are somebody's.
Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from console.views.words import translate

#: Tries to sign in: name, password, what to do when it went well, and when not.
Try = Callable[[str, str, Callable[[], None], Callable[[str], None]], None]


class SignInDialog(QDialog):
    """Accepted when the hub took name and password. Esc leaves the seat without an operator."""

    def __init__(
        self, site_name: str, last_name: str, attempt: Try, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self._attempt = attempt
        self.setModal(True)
        self.setMinimumWidth(400)
        self.setWindowTitle(translate("SignIn", "Sign in"))
        title = QLabel(site_name, self)
        title.setObjectName("title")
        title.setWordWrap(True)
        self.name_edit = QLineEdit(last_name, self)
        self.name_edit.setMaxLength(80)
        self.password_edit = QLineEdit(self)
        self.password_edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.password_edit.setMaxLength(200)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.addRow(translate("SignIn", "Name"), self.name_edit)
        form.addRow(translate("SignIn", "Password"), self.password_edit)
        self._note = QLabel(
            translate("SignIn", "Acts carry your name. Ctrl+Shift+L hands over."), self
        )
        self._note.setObjectName("secondary")
        self._note.setWordWrap(True)
        self._note.setMinimumHeight(36)
        buttons = QDialogButtonBox(self)
        self.accept_button = buttons.addButton(
            translate("SignIn", "Sign in"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.accept_button.setObjectName("primary")
        watch = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        watch.setText(translate("SignIn", "Only watch"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addLayout(form)
        layout.addWidget(self._note)
        layout.addWidget(buttons)
        for edit in (self.name_edit, self.password_edit):
            edit.textChanged.connect(self._on_text)
        buttons.accepted.connect(self.try_it)
        buttons.rejected.connect(self.reject)
        first = self.password_edit if last_name else self.name_edit
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        self._on_text()

    @property
    def note(self) -> str:
        return self._note.text()

    def try_it(self) -> None:
        """Asks the hub; the fields wait for its answer."""
        if not self.accept_button.isEnabled():
            return
        self.accept_button.setEnabled(False)
        self._attempt(
            self.name_edit.text().strip(), self.password_edit.text(), self.accept, self._on_refused
        )

    def _on_refused(self, why: str) -> None:
        self._note.setObjectName("bad")
        self._note.style().unpolish(self._note)
        self._note.style().polish(self._note)
        self._note.setText(why)
        self.password_edit.clear()
        self.password_edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_text(self) -> None:
        self.accept_button.setEnabled(
            bool(self.name_edit.text().strip() and self.password_edit.text())
        )
