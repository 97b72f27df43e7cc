"""CalibrationEditor: pairs of the same spot in a camera's picture and on the map, and how well they fit.

Threads: GUI thread only.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QVBoxLayout, QWidget

from config.geometry import GeoPoint
from console.state.basemap import BaseMap
from console.state.calibration_draft import PAIRS_MIN, CalibrationDraft
from console.views.editors.calibration_canvas import CalibrationCanvas
from console.views.editors.editor_dialog import EditorDialog, Save
from console.views.editors.ground_map import GroundMap
from console.views.editors.picture_canvas import Picture
from console.views.words import translate

_LIST_WIDTH_PX = 190


class CalibrationEditor(EditorDialog):
    """Picture, map, and the list of pairs with what each is off by."""

    def __init__(
        self,
        draft: CalibrationDraft,
        camera_name: str,
        camera_place: GeoPoint | None,
        picture: Picture,
        basemap: BaseMap,
        whole: list[GeoPoint],
        save: Save,
        parent: QWidget | None = None,
    ) -> None:
        title = translate("Calibration", "Ground of {0}").format(camera_name)
        super().__init__(title, draft.steps, save, parent)
        self._draft = draft
        self._sight: tuple[GeoPoint, float] | None = None
        self.canvas = CalibrationCanvas(draft, picture, self)
        self.map = GroundMap(draft, basemap, camera_place, whole, self)
        self.map.show_sight(lambda: None if self._sight is None else self._sight[0])
        self.list = QListWidget(self)
        self.list.setSpacing(2)
        self.list.setFixedWidth(_LIST_WIDTH_PX)
        self.residual = QLabel(self)
        self.residual.setWordWrap(True)
        self.residual.setFixedWidth(_LIST_WIDTH_PX)
        self._remove = self.add_deed(
            "Ctrl+Delete", translate("Calibration", "Remove pair"), draft.remove
        )
        self.build(self._body())
        draft.changed.connect(self.refresh)
        self.list.currentRowChanged.connect(self._on_row)
        self.canvas.pointed.connect(self._on_pointed)
        self.canvas.left.connect(self._on_left)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _body(self) -> QHBoxLayout:
        side = QVBoxLayout()
        side.setSpacing(12)
        side.addWidget(self.list, 1)
        side.addWidget(self.residual)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addWidget(self.canvas, 3)
        body.addWidget(self.map, 2)
        body.addLayout(side)
        return body

    # -- what EditorDialog asks

    def entries(self) -> list[dict[str, Any]]:
        return self._draft.entries()

    def problem(self) -> str:
        draft = self._draft
        if draft.can_be_saved:
            return ""
        if draft.fit.problem:
            return draft.fit.problem
        if len(draft.whole) < len(draft.pairs):
            lacking = next(i for i, pair in enumerate(draft.pairs) if not pair.is_whole)
            if draft.pairs[lacking].place is None:
                text = translate("Calibration", "Point {0}: now click the same spot on the map.")
            else:
                text = translate(
                    "Calibration", "Point {0}: now click the same spot in the picture."
                )
            return text.format(lacking + 1)
        count = PAIRS_MIN - len(draft.pairs)
        return translate("Calibration", "{0} more pairs are needed.").format(count)

    def hint(self) -> str:
        return translate(
            "Calibration",
            "Click a spot on the ground in the picture, then the same spot on the map: kerb corners, "
            "markings, manhole covers, far apart. Keys: , . point · arrows move",
        )

    def refresh(self) -> None:
        super().refresh()
        self._remove.setEnabled(self._draft.selected is not None)
        self._fill_list()
        self.residual.setText(self._fit_text())

    # -- inside

    def _fit_text(self) -> str:
        fit = self._draft.fit
        if self._sight is not None:
            text = translate("Calibration", "Under the pointer: ± {0} m")
            return text.format(f"{self._sight[1]:.1f}")
        if fit.residual_m is not None:
            text = translate("Calibration", "The pairs agree to {0} m.")
            return text.format(f"{fit.residual_m:.2f}")
        if fit.errors_m:
            return translate(
                "Calibration", "Four pairs always agree: a fifth shows how good they are."
            )
        return ""

    def _fill_list(self) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        errors = iter(self._draft.fit.errors_m)
        for index, pair in enumerate(self._draft.pairs):
            off = next(errors, None) if pair.is_whole else None
            if not pair.is_whole:
                words = translate("Calibration", "half")
            elif off is None:
                words = "–"
            else:
                words = f"{off:.2f} m"
            self.list.addItem(f"{index + 1}   {words}")
        self.list.setCurrentRow(-1 if self._draft.selected is None else self._draft.selected)
        self.list.blockSignals(False)

    def _on_row(self, row: int) -> None:
        if row >= 0:
            self._draft.select(row)

    def _on_pointed(self, x: float, y: float) -> None:
        self._sight = self._draft.place_of(x, y)
        self._show_sight()

    def _on_left(self) -> None:
        self._sight = None
        self._show_sight()

    def _show_sight(self) -> None:
        self.residual.setText(self._fit_text())
        self.map.update()
