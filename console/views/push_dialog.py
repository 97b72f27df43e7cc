"""PushDialog: which scene goes where, with which words, how urgent and for how long.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from console.desk.scene_messages import ALL_SEATS
from console.state.arrangement import Arrangement
from console.state.keys import QT_TRANSLATE_NOOP
from console.state.scenes import Scene
from console.views.arrangement_words import scene_title, window_title
from console.views.words import translate

#: How long a sent scene stays, seconds; None: until it is taken back.
_SPANS: tuple[tuple[float | None, str], ...] = (
    (60.0, QT_TRANSLATE_NOOP("Push", "1 min")),
    (300.0, QT_TRANSLATE_NOOP("Push", "5 min")),
    (900.0, QT_TRANSLATE_NOOP("Push", "15 min")),
    (3600.0, QT_TRANSLATE_NOOP("Push", "1 h")),
    (28800.0, QT_TRANSLATE_NOOP("Push", "8 h")),
    (None, QT_TRANSLATE_NOOP("Push", "until taken back")),
)
_PRIORITIES = (
    (1, QT_TRANSLATE_NOOP("Push", "1 · urgent")),
    (2, QT_TRANSLATE_NOOP("Push", "2 · important")),
    (3, QT_TRANSLATE_NOOP("Push", "3 · normal")),
)
FIRST_SPAN, FIRST_PRIORITY = 1, 2


class PushDialog(QDialog):
    """`scene`, `to`, `text`, `priority`, `expires_s` after it was accepted.

    The target may be typed too: a seat that is not there now, or tiles (`seat/window/1-4`).
    """

    def __init__(
        self, arrangement: Arrangement, parent: QWidget | None = None, scene: Scene | None = None
    ) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setMinimumWidth(520)
        self.setWindowTitle(translate("Push", "Send a scene"))
        self.scene_box = QComboBox(self)
        for entry in arrangement.scenes.entries():
            self.scene_box.addItem(scene_title(entry), entry.name)
        if scene is not None:
            self.scene_box.setCurrentIndex(self.scene_box.findData(scene.name))
        self.to_box = QComboBox(self)
        self.to_box.setEditable(True)
        self._add_targets(arrangement)
        self.text_edit = QLineEdit(self)
        self.text_edit.setMaxLength(200)
        self.text_edit.setPlaceholderText(translate("Push", "What shall be done or watched?"))
        self.priority_box = QComboBox(self)
        for value, text in _PRIORITIES:
            self.priority_box.addItem(translate("Push", text), value)
        self.priority_box.setCurrentIndex(FIRST_PRIORITY)
        self.span_box = QComboBox(self)
        for seconds, text in _SPANS:
            self.span_box.addItem(translate("Push", text), seconds)
        self.span_box.setCurrentIndex(FIRST_SPAN)
        self._build()

    @property
    def scene(self) -> str:
        return str(self.scene_box.currentData())

    @property
    def to(self) -> str:
        index = self.to_box.findText(self.to_box.currentText())
        typed = self.to_box.currentText().strip()
        return typed if index < 0 else str(self.to_box.itemData(index))

    @property
    def text(self) -> str:
        return self.text_edit.text().strip()

    @property
    def priority(self) -> int:
        return int(self.priority_box.currentData())

    @property
    def expires_s(self) -> float | None:
        value = self.span_box.currentData()
        return None if value is None else float(value)

    def _add_targets(self, arrangement: Arrangement) -> None:
        own = arrangement.pushes.seat
        for here in arrangement.seats.get():
            name = here.seat
            mine = translate("Push", "{0} (this seat)").format(name) if name == own else name
            self.to_box.addItem(mine, name)
            for window in here.windows:
                title = f"{mine} / {window_title(window.id)}"
                self.to_box.addItem(title, f"{name}/{window.id}")
        self.to_box.addItem(translate("Push", "all seats"), ALL_SEATS)

    def _build(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.addRow(translate("Push", "Scene"), self.scene_box)
        form.addRow(translate("Push", "To"), self.to_box)
        form.addRow(translate("Push", "Instruction"), self.text_edit)
        form.addRow(translate("Push", "Priority"), self.priority_box)
        form.addRow(translate("Push", "For"), self.span_box)
        note = QLabel(
            translate("Push", "It goes back by itself. What is pinned there is never taken away."),
            self,
        )
        note.setObjectName("secondary")
        note.setWordWrap(True)
        buttons = QDialogButtonBox(self)
        send = buttons.addButton(translate("Push", "Send"), QDialogButtonBox.ButtonRole.AcceptRole)
        send.setObjectName("primary")
        send.setDefault(True)
        back = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        back.setText(translate("Push", "Back"))
        back.setIcon(QIcon())
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(note)
        layout.addWidget(buttons)
        self.to_box.setFocus(Qt.FocusReason.OtherFocusReason)
