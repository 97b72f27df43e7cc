"""ExportProgress: how far an export is, and the way to end it. Threads: GUI thread only."""

from __future__ import annotations

import enum

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from console.views.words import translate


class ProgressChoice(enum.Enum):
    """What the operator wants of an export at work."""

    GO_ON = "go on"
    CANCEL = "cancel"
    ANOTHER = "another"  #: ask for one more, which waits


class ExportProgress(QDialog):
    """`choice` after it was closed; Esc and Enter let the export go on."""

    def __init__(self, camera_name: str, share: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = ProgressChoice.GO_ON
        self.setModal(True)
        self.setMinimumWidth(440)
        self.setWindowTitle(translate("Export", "Export at work"))
        title = QLabel(translate("Export", "Watermark on {0}").format(camera_name), self)
        title.setObjectName("title")
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 100)
        self.show_share(share)
        buttons = QDialogButtonBox(self)
        self.back = buttons.addButton(QDialogButtonBox.StandardButton.Close)
        self.back.setText(translate("Export", "Let it go on"))
        self.back.setObjectName("primary")
        self.back.setDefault(True)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.another = buttons.addButton(translate("Export", "Another clip…"), role)
        self.cancel = buttons.addButton(translate("Export", "Cancel the export"), role)
        buttons.rejected.connect(self.reject)
        self.another.clicked.connect(self._on_another)
        self.cancel.clicked.connect(self._on_cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        for part in (title, self.bar, buttons):
            layout.addWidget(part)

    def show_share(self, share: float) -> None:
        """0..1 of the clip."""
        self.bar.setValue(round(100 * share))

    def _on_another(self) -> None:
        self.choice = ProgressChoice.ANOTHER
        self.accept()

    def _on_cancel(self) -> None:
        self.choice = ProgressChoice.CANCEL
        self.accept()
