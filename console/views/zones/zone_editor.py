"""ZoneEditor: draws the zones of one camera on its live picture and hands them to the hub.

Leaving with unsaved zones asks once more; a refusal stays in the window with the hub's words.
Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from config.site import ZoneKind
from console.state.keys import QT_TRANSLATE_NOOP
from console.state.zone_draft import ZoneDraft
from console.views.act_bar import native_key
from console.views.words import translate
from console.views.zones.picture_canvas import Picture
from console.views.zones.zone_canvas import ZoneCanvas
from console.views.zones.zone_panel import ZonePanel, problem_text

#: Writes the zones: entries, what to do when they are written, and when they are refused.
Save = Callable[[list[dict[str, Any]], Callable[[], None], Callable[[str], None]], None]

_PANEL_WIDTH_PX = 300


class ZoneEditor(QDialog):
    """Modal. Accepted when the zones are written."""

    def __init__(
        self,
        draft: ZoneDraft,
        camera_name: str,
        picture: Picture,
        save: Save,
        *,
        knows_presets: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setWindowTitle(translate("Zones", "Zones of {0}").format(camera_name))
        self._draft, self._save = draft, save
        self._leaves_anyway = False
        self._title = QLabel(self.windowTitle(), self)
        self._title.setObjectName("title")
        self.canvas = ZoneCanvas(draft, picture, self)
        self.panel = ZonePanel(draft, knows_presets=knows_presets, parent=self)
        self.panel.setFixedWidth(_PANEL_WIDTH_PX)
        self._note = QLabel(self)
        self._note.setWordWrap(True)
        self._note.setMinimumHeight(40)
        self._buttons: dict[str, QPushButton] = {}
        self._build()
        draft.changed.connect(self._on_changed)
        self._on_changed()
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def note(self) -> str:
        """The line under the picture: what is wrong, or how to draw."""
        return self._note.text()

    def save(self) -> None:
        """Sends the zones to the hub, where all of them are whole."""
        if self._draft.problems or not self._draft.is_changed:
            return
        self._buttons["save"].setEnabled(False)
        self._say(translate("Zones", "Saving…"))
        self._save(self._draft.entries(), self.accept, self._on_refused)

    def reject(self) -> None:
        """Leaves; with unsaved zones only at the second time."""
        if self._draft.is_changed and not self._leaves_anyway:
            self._leaves_anyway = True
            self._say(
                translate("Zones", "The zones are not saved. Esc again leaves without them."),
                is_wrong=True,
            )
            return
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.reject()
        event.setAccepted(not self.isVisible())

    # -- inside

    def _build(self) -> None:
        draft = self._draft
        deeds: tuple[tuple[str, str, str, Callable[[], None]], ...] = (
            ("save", "Ctrl+S", QT_TRANSLATE_NOOP("Zones", "Save"), self.save),
            (
                "new",
                "Ctrl+N",
                QT_TRANSLATE_NOOP("Zones", "New zone"),
                lambda: draft.add(ZoneKind.NO_PARKING),
            ),
            ("remove", "Ctrl+Delete", QT_TRANSLATE_NOOP("Zones", "Remove zone"), draft.remove),
            ("undo", "Ctrl+Z", QT_TRANSLATE_NOOP("Zones", "Undo"), draft.undo),
            ("redo", "Ctrl+Y", QT_TRANSLATE_NOOP("Zones", "Again"), draft.redo),
        )
        row = QHBoxLayout()
        row.setSpacing(8)
        for name, key, text, deed in deeds:
            button = QPushButton(f"{translate('Zones', text)}  {native_key(key)}", self)
            button.setObjectName("primary" if name == "save" else "act")
            button.setAutoDefault(False)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _on=False, do=deed: do())
            QShortcut(QKeySequence(key), self, deed)
            self._buttons[name] = button
            row.addWidget(button)
        row.addStretch(1)
        QShortcut(QKeySequence("Ctrl+Tab"), self, draft.select_next)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addWidget(self.canvas, 1)
        body.addWidget(self.panel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(self._title)
        layout.addLayout(body, 1)
        layout.addWidget(self._note)
        layout.addLayout(row)

    def _on_changed(self) -> None:
        draft, problems = self._draft, self._draft.problems
        self._leaves_anyway = False
        self._buttons["save"].setEnabled(draft.is_changed and not problems)
        self._buttons["remove"].setEnabled(draft.selected is not None)
        self._buttons["undo"].setEnabled(draft.can_undo)
        self._buttons["redo"].setEnabled(draft.can_redo)
        if problems:
            first = min(problems)
            text = f"{draft.zones[first].id}: {problem_text(problems[first])}"
            self._say(text, is_wrong=True)
        else:
            self._say(
                translate(
                    "Zones",
                    "Drag a corner, an edge or the zone. Keys: , . corner · arrows move (Shift far) · "
                    "+ new corner · − away · Ctrl+Tab next zone",
                )
            )

    def _on_refused(self, why: str) -> None:
        self._buttons["save"].setEnabled(True)
        self._say(why, is_wrong=True)

    def _say(self, text: str, *, is_wrong: bool = False) -> None:
        self._note.setObjectName("bad" if is_wrong else "secondary")
        self._note.style().unpolish(self._note)
        self._note.style().polish(self._note)
        self._note.setText(text)
