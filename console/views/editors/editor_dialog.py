"""EditorDialog: what every editor of a camera has: title, line of words, deeds with keys, two-key leave.

Leaving with unsaved changes asks once more; a refusal stays in the window with the hub's words.
Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.state.steps import Steps
from console.views.act_bar import native_key
from console.views.words import translate

#: Writes entries of a register: what to do when they are written, and when they are refused.
Save = Callable[[list[dict[str, Any]], Callable[[], None], Callable[[str], None]], None]


class EditorDialog(QDialog):
    """Modal; accepted when the hub has written. Subclasses say what is in it and when it is whole."""

    def __init__(self, title: str, steps: Steps[Any], save: Save, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setWindowTitle(title)
        self._steps, self._save = steps, save
        self._leaves_anyway = False
        self._note = QLabel(self)
        self._note.setWordWrap(True)
        self._note.setMinimumHeight(40)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._save_button = self.add_deed("Ctrl+S", translate("Editor", "Save"), self.save)
        self._save_button.setObjectName("primary")

    # -- what the subclass says

    def entries(self) -> list[dict[str, Any]]:
        """The register with the change in place."""
        raise NotImplementedError

    def problem(self) -> str:
        """Why it cannot be saved as it is; empty: it can."""
        raise NotImplementedError

    def hint(self) -> str:
        """How to edit, while nothing is wrong."""
        raise NotImplementedError

    # -- building

    def add_deed(self, key: str, text: str, deed: Callable[[], None]) -> QPushButton:
        """A button in the row with its key."""
        button = QPushButton(f"{text}  {native_key(key)}", self)
        button.setObjectName("act")
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda _on=False: deed())
        QShortcut(QKeySequence(key), self, deed)
        self._row.addWidget(button)
        return button

    def build(self, body: QLayout) -> None:
        """Puts title, `body`, words and deeds together; called once, at the end."""
        self._undo = self.add_deed("Ctrl+Z", translate("Editor", "Undo"), self._steps.undo)
        self._redo = self.add_deed("Ctrl+Y", translate("Editor", "Again"), self._steps.redo)
        self._row.addStretch(1)
        title = QLabel(self.windowTitle(), self)
        title.setObjectName("title")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addLayout(body, 1)
        layout.addWidget(self._note)
        layout.addLayout(self._row)
        self.refresh()

    # -- life

    @property
    def note(self) -> str:
        """The line of words: what is wrong, or how to edit."""
        return self._note.text()

    def refresh(self) -> None:
        """After every change of the draft."""
        self._leaves_anyway = False
        problem = self.problem()
        self._save_button.setEnabled(self._steps.is_changed and not problem)
        self._undo.setEnabled(self._steps.can_undo)
        self._redo.setEnabled(self._steps.can_redo)
        self._say(problem or self.hint(), is_wrong=bool(problem))

    def save(self) -> None:
        """Sends the entries to the hub, where they are changed and whole."""
        if not self._steps.is_changed or self.problem():
            return
        self._save_button.setEnabled(False)
        self._say(translate("Editor", "Saving…"))
        self._save(self.entries(), self.accept, self._on_refused)

    def reject(self) -> None:
        """Leaves; with unsaved changes only at the second time."""
        if self._steps.is_changed and not self._leaves_anyway:
            self._leaves_anyway = True
            text = translate("Editor", "The changes are not saved. Esc again leaves without them.")
            self._say(text, is_wrong=True)
            return
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.reject()
        event.setAccepted(not self.isVisible())

    def _on_refused(self, why: str) -> None:
        self._save_button.setEnabled(True)
        self._say(why, is_wrong=True)

    def _say(self, text: str, *, is_wrong: bool = False) -> None:
        self._note.setObjectName("bad" if is_wrong else "secondary")
        self._note.style().unpolish(self._note)
        self._note.style().polish(self._note)
        self._note.setText(text)
