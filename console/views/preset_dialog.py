"""PresetDialog: the name under which a camera's present view is kept. Threads: GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from console.views.words import translate

#: What most cameras keep of a name.
NAME_MOST = 48


class PresetDialog(QDialog):
    """`name` after it was accepted; it cannot be accepted empty."""

    def __init__(self, camera_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setMinimumWidth(380)
        self.setWindowTitle(translate("Ptz", "Save the view as a preset"))
        title = QLabel(camera_name, self)
        title.setObjectName("title")
        self.edit = QLineEdit(self)
        self.edit.setMaxLength(NAME_MOST)
        self.edit.setPlaceholderText(translate("Ptz", "Name, for example “East gate”"))
        buttons = QDialogButtonBox(self)
        save = buttons.addButton(translate("Ptz", "Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        save.setObjectName("primary")
        back = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        back.setText(translate("Ptz", "Back"))
        self.accept_button = save
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        for part in (title, self.edit, buttons):
            layout.addWidget(part)
        self.edit.textChanged.connect(self._on_text)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self._on_text()

    @property
    def name(self) -> str:
        return self.edit.text().strip()

    def _on_text(self) -> None:
        self.accept_button.setEnabled(bool(self.name))
