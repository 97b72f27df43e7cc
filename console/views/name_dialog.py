"""NameDialog: under which name, number and for whom something is kept. Threads: GUI thread only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from console.views.words import translate

#: Names are shown in menus and on tiles; the hub takes 80 characters.
NAME_CHARS_MOST = 60
NUMBER_MOST = 999_999

AskPerson = Callable[[QDialog], bool]


def ask_person(dialog: QDialog) -> bool:
    """Shows a dialog and waits; True when it was accepted."""
    accepted = dialog.exec() == int(QDialog.DialogCode.Accepted)
    dialog.deleteLater()
    return accepted


class NameDialog(QDialog):
    """`name`, `number` (None: without), `is_checked` (the box `asks_check`) after it was accepted.

    `problem_of(name)` says why a name cannot be taken, or what happens when it is (empty: nothing);
    a text that begins with "!" forbids it.
    """

    def __init__(
        self,
        title: str,
        problem_of: Callable[[str], str],
        parent: QWidget | None = None,
        *,
        name: str = "",
        number: int | None = None,
        asks_number: bool = False,
        asks_check: str = "",
    ) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setMinimumWidth(420)
        self.setWindowTitle(title)
        self._problem_of = problem_of
        self.name_edit = QLineEdit(name, self)
        self.name_edit.setMaxLength(NAME_CHARS_MOST)
        self.number_edit = QSpinBox(self)
        self.number_edit.setRange(0, NUMBER_MOST)
        self.number_edit.setSpecialValueText(translate("Name", "none"))
        self.number_edit.setValue(number or 0)
        self.check_box = QCheckBox(asks_check, self)
        self._note = QLabel(self)
        self._note.setObjectName("secondary")
        self._note.setWordWrap(True)
        self._note.setMinimumHeight(18)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.addRow(translate("Name", "Name"), self.name_edit)
        if asks_number:
            form.addRow(translate("Name", "Number"), self.number_edit)
        else:
            self.number_edit.hide()
        if asks_check:
            form.addRow("", self.check_box)
        else:
            self.check_box.hide()
        self._buttons, self.accept_button = _buttons(self)
        heading = QLabel(title, self)
        heading.setObjectName("title")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(heading)
        layout.addLayout(form)
        layout.addWidget(self._note)
        layout.addWidget(self._buttons)
        self.name_edit.textChanged.connect(self._on_text)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self.name_edit.selectAll()
        self.name_edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self._on_text()

    @property
    def name(self) -> str:
        return self.name_edit.text().strip()

    @property
    def number(self) -> int | None:
        return self.number_edit.value() or None

    @property
    def is_checked(self) -> bool:
        return self.check_box.isChecked()

    def _on_text(self) -> None:
        note = self._problem_of(self.name) if self.name else translate("Name", "Enter a name")
        self._note.setText(note.removeprefix("!"))
        self.accept_button.setEnabled(bool(self.name) and not note.startswith("!"))


def _buttons(dialog: QDialog) -> tuple[QDialogButtonBox, QWidget]:
    buttons = QDialogButtonBox(dialog)
    ok = buttons.addButton(translate("Name", "Save"), QDialogButtonBox.ButtonRole.AcceptRole)
    ok.setObjectName("primary")
    cancel = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
    cancel.setText(translate("Name", "Back"))
    cancel.setIcon(QIcon())
    return buttons, ok
