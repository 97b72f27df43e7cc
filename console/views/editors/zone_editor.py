"""ZoneEditor: draws the zones of one camera on its live picture and hands them to the hub.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from config.site import CameraId, ZoneKind
from console.state.zone_draft import ZoneDraft
from console.state.zone_trial import ZoneTrial
from console.views.editors.editor_dialog import EditorDialog, Save
from console.views.editors.picture_canvas import Picture
from console.views.editors.trial_panel import TrialPanel
from console.views.editors.zone_canvas import ZoneCanvas
from console.views.editors.zone_panel import ZonePanel, problem_text
from console.views.words import translate
from vision.sight import QuietPlace

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
        trial: ZoneTrial | None = None,
        watch_again: Callable[[QuietPlace], None] = lambda _place: None,
        parent: QWidget | None = None,
    ) -> None:
        """`trial`: tries the zones before they are saved; None where nobody could."""
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
        self.trial_panel: TrialPanel | None = None
        if trial is not None:
            self.trial_panel = TrialPanel(draft, trial, watch_again, self)
            self.trial_panel.setFixedWidth(_PANEL_WIDTH_PX)
            self._try = self.add_deed(
                "Ctrl+T", translate("Zones", "Try on the last 10 minutes"), self.try_out
            )
        QShortcut(QKeySequence("Ctrl+Tab"), self, draft.select_next)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addWidget(self.canvas, 1)
        side = QVBoxLayout()
        side.addWidget(self.panel, 1)
        if self.trial_panel is not None:
            side.addWidget(self.trial_panel, 1)
        body.addLayout(side)
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

    @property
    def camera_id(self) -> CameraId:
        return self._draft.camera_id

    def try_out(self) -> None:
        """What would these zones have raised lately? Only whole zones can be tried."""
        if self.trial_panel is not None and not self._draft.problems:
            self.trial_panel.start()

    def hint(self) -> str:
        return translate(
            "Zones",
            "Drag a corner, an edge or the zone. Keys: , . corner · arrows move (Shift far) · "
            "+ new corner · − away · Ctrl+Tab next zone",
        )

    def refresh(self) -> None:
        super().refresh()
        self._remove.setEnabled(self._draft.selected is not None)
        if self.trial_panel is not None:
            self._try.setEnabled(bool(self._draft.zones) and not self._draft.problems)
        self._license.setEnabled(self._draft.may_license)
