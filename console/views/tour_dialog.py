"""TourDialog: the site's tours; one is started, written (one step a line) or removed.

Threads: GUI thread only.
"""

from __future__ import annotations

import enum

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from config.site import CameraId
from console.state.keys import QT_TRANSLATE_NOOP
from console.state.session import ConsoleSession
from console.state.tours import Tour, TourStep, steps_of_text, text_of_steps
from console.views.act_bar import native_key
from console.views.arrangement_words import tour_title
from console.views.name_dialog import NAME_CHARS_MOST, NUMBER_MOST
from console.views.words import translate


class TourDeed(enum.Enum):
    START = "start"
    START_WINDOW = "start_window"
    SAVE = "save"
    REMOVE = "remove"


_DEEDS = (
    (TourDeed.START, "Return", QT_TRANSLATE_NOOP("Tour", "Start on the tile")),
    (TourDeed.START_WINDOW, "Ctrl+Return", QT_TRANSLATE_NOOP("Tour", "On the whole window")),
    (TourDeed.SAVE, "Ctrl+S", QT_TRANSLATE_NOOP("Tour", "Save")),
    (TourDeed.REMOVE, "Ctrl+Delete", QT_TRANSLATE_NOOP("Tour", "Remove")),
)


class TourDialog(QDialog):
    """`deed`, `tour`, and for saving `name`, `number`, `steps` after it was accepted."""

    def __init__(
        self, session: ConsoleSession, everything: Tour, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setWindowTitle(translate("Tour", "Tours"))
        self.resize(760, 460)
        self.deed = TourDeed.START
        self.steps: tuple[TourStep, ...] = ()
        self._session = session
        self._tours = [everything, *session.arrangement.tours.entries()]
        self.list = QListWidget(self)
        for tour in self._tours:
            self.list.addItem(tour_title(tour))
        self.list.setMinimumWidth(220)
        self.name_edit = QLineEdit(self)
        self.name_edit.setMaxLength(NAME_CHARS_MOST)
        self.number_edit = QSpinBox(self)
        self.number_edit.setRange(0, NUMBER_MOST)
        self.number_edit.setSpecialValueText(translate("Name", "none"))
        self.text_edit = QPlainTextEdit(self)
        self.text_edit.setTabChangesFocus(True)
        self._note = QLabel(self)
        self._note.setObjectName("secondary")
        self._note.setWordWrap(True)
        self._note.setMinimumHeight(34)
        self.buttons: dict[TourDeed, QPushButton] = {}
        self._build()
        self.list.currentRowChanged.connect(self._on_row)
        self.list.itemDoubleClicked.connect(lambda _item: self.finish(TourDeed.START))
        self.text_edit.textChanged.connect(self._on_text)
        self.name_edit.textChanged.connect(self._on_text)
        self.list.setCurrentRow(0)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def tour(self) -> Tour | None:
        """The chosen one."""
        row = self.list.currentRow()
        return self._tours[row] if 0 <= row < len(self._tours) else None

    @property
    def name(self) -> str:
        return self.name_edit.text().strip()

    @property
    def number(self) -> int | None:
        return self.number_edit.value() or None

    def finish(self, deed: TourDeed) -> None:
        """Ends the dialog with a deed that is possible now."""
        if self.buttons[deed].isEnabled():
            self.deed = deed
            self.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.finish(TourDeed.START)
            return
        super().keyPressEvent(event)

    def _build(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.addRow(translate("Name", "Name"), self.name_edit)
        form.addRow(translate("Name", "Number"), self.number_edit)
        form.addRow(translate("Tour", "Steps"), self.text_edit)
        form.addRow("", self._note)
        parts = QHBoxLayout()
        parts.setSpacing(16)
        parts.addWidget(self.list, 2)
        parts.addLayout(form, 3)
        row = QHBoxLayout()
        row.setSpacing(8)
        for deed, key, text in _DEEDS:
            button = QPushButton(f"{translate('Tour', text)}  {native_key(key)}", self)
            button.setObjectName("primary" if deed is TourDeed.START else "act")
            button.setAutoDefault(False)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _on=False, chosen=deed: self.finish(chosen))
            if key != "Return":  # Enter comes to keyPressEvent, from the keypad too
                QShortcut(QKeySequence(key), self, lambda chosen=deed: self.finish(chosen))
            self.buttons[deed] = button
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(parts)
        layout.addLayout(row)

    def _on_row(self, _row: int) -> None:
        tour = self.tour
        if tour is None:
            return
        scenes = self._session.arrangement.scenes
        numbers = {scene.name: scene.number for scene in scenes.entries()}
        self.name_edit.setText(tour.name)
        self.number_edit.setValue(tour.number or 0)
        self.text_edit.setPlainText(
            text_of_steps(tour.steps, self._session.directory.number_of, numbers.get)
        )
        self._on_text()

    def _on_text(self) -> None:
        steps, problems = steps_of_text(
            self.text_edit.toPlainText(), self._camera_of, self._scene_of
        )
        self.steps = tuple(steps)
        if problems:
            text = translate("Tour", "Line {0} cannot be read: {1}")
            self._note.setText(text.format(problems[0].line, problems[0].found))
        else:
            self._note.setText(
                translate(
                    "Tour",
                    "One step a line: camera number, seconds, preset (“12 10”, “7 15 gate”), "
                    "or a scene (“*3 20”).",
                )
            )
        self.buttons[TourDeed.SAVE].setEnabled(bool(self.name and steps and not problems))
        is_kept = self.tour is not None and bool(self.tour.name)
        self.buttons[TourDeed.REMOVE].setEnabled(is_kept)
        missing = "" if self.name else translate("Name", "Enter a name")
        self.buttons[TourDeed.SAVE].setToolTip(missing)
        always = "" if is_kept else translate("Tour", "Every seat has this tour")
        self.buttons[TourDeed.REMOVE].setToolTip(always)

    def _camera_of(self, number: int) -> CameraId | None:
        camera = self._session.directory.by_number(number)
        return None if camera is None else camera.id

    def _scene_of(self, number: int) -> str | None:
        scene = self._session.arrangement.scenes.by_number(number)
        return None if scene is None else scene.name
