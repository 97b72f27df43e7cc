"""ZoneEditor: draws the zones of one camera on its live picture and hands them to the hub.

Threads: GUI thread only.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from config.site import ZoneKind
from console.state.zone_draft import ZoneDraft
from console.views.editors.editor_dialog import EditorDialog, Save
from console.views.editors.picture_canvas import Picture
from console.views.editors.zone_canvas import ZoneCanvas
from console.views.editors.zone_panel import ZonePanel, problem_text
from console.views.words import translate

_PANEL_WIDTH_PX = 300


class ZoneEditor(EditorDialog):
    """Picture left, zones and the rule of the one in the hand right."""

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
        title = translate("Zones", "Zones of {0}").format(camera_name)
        super().__init__(title, draft.steps, save, parent)
        self._draft = draft
        self.canvas = ZoneCanvas(draft, picture, self)
        self.panel = ZonePanel(draft, knows_presets=knows_presets, parent=self)
        self.panel.setFixedWidth(_PANEL_WIDTH_PX)
        self.add_deed(
            "Ctrl+N", translate("Zones", "New zone"), lambda: draft.add(ZoneKind.NO_PARKING)
        )
        self._license = self.add_deed(
            "Ctrl+L", translate("Zones", "Licensed place"), draft.add_licence
        )
        self._remove = self.add_deed("Ctrl+Delete", translate("Zones", "Remove"), draft.remove)
        QShortcut(QKeySequence("Ctrl+Tab"), self, draft.select_next)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addWidget(self.canvas, 1)
        body.addWidget(self.panel)
        self.build(body)
        draft.changed.connect(self.refresh)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def entries(self) -> list[dict[str, Any]]:
        return self._draft.entries()

    def problem(self) -> str:
        problems = self._draft.problems
        if not problems:
            return ""
        first = min(problems)
        return f"{self._draft.zones[first].id}: {problem_text(problems[first])}"

    def hint(self) -> str:
        return translate(
            "Zones",
            "Drag a corner, an edge or the zone. Keys: , . corner · arrows move (Shift far) · "
            "+ new corner · − away · Ctrl+Tab next zone",
        )

    def refresh(self) -> None:
        super().refresh()
        self._remove.setEnabled(self._draft.selected is not None)
        self._license.setEnabled(self._draft.may_license)
