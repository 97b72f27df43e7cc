"""ZonePanel: the zones of a camera as a list, and the rule of the one in the hand as a form.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time

from PySide6.QtCore import QTime
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from config.site import Licence, ZoneKind
from config.zones import LIMIT_MAX_S, PEOPLE_MAX_RANGE
from console.state.keys import QT_TRANSLATE_NOOP
from console.state.zone_draft import ZoneDraft
from console.state.zone_shapes import ZoneProblem
from console.views.tile_texts import licence_text, zone_kind_text
from console.views.words import translate

_DAYS = (
    QT_TRANSLATE_NOOP("Zones", "Mo"),
    QT_TRANSLATE_NOOP("Zones", "Tu"),
    QT_TRANSLATE_NOOP("Zones", "We"),
    QT_TRANSLATE_NOOP("Zones", "Th"),
    QT_TRANSLATE_NOOP("Zones", "Fr"),
    QT_TRANSLATE_NOOP("Zones", "Sa"),
    QT_TRANSLATE_NOOP("Zones", "Su"),
)
_PROBLEMS = {
    ZoneProblem.TOO_FEW_CORNERS: QT_TRANSLATE_NOOP("Zones", "A zone needs three corners."),
    ZoneProblem.CROSSES_ITSELF: QT_TRANSLATE_NOOP(
        "Zones", "The outline crosses itself: pull a corner back."
    ),
    ZoneProblem.NO_AREA: QT_TRANSLATE_NOOP("Zones", "The zone has no area: pull it larger."),
    ZoneProblem.LIMIT_OUT_OF_RANGE: QT_TRANSLATE_NOOP(
        "Zones", "The limit must be above 0 s and at most a day."
    ),
}


def problem_text(problem: ZoneProblem) -> str:
    return translate("Zones", _PROBLEMS[problem])


class ZonePanel(QWidget):
    """Shows and changes a `ZoneDraft`. `knows_presets`: the camera can turn, a zone has a view."""

    def __init__(
        self, draft: ZoneDraft, *, knows_presets: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._draft = draft
        self._is_filling = False
        self.list = QListWidget(self)
        self.list.setMinimumHeight(96)
        self.list.setSpacing(2)
        self.kind = QComboBox(self)
        for kind in ZoneKind:
            self.kind.addItem(zone_kind_text(kind), kind)
        self.limit = QSpinBox(self)
        self.limit.setRange(0, round(LIMIT_MAX_S))
        self.limit.setSuffix(" s")
        self.limit.setKeyboardTracking(False)
        self.people = QSpinBox(self)
        self.people.setRange(*PEOPLE_MAX_RANGE)
        self.people.setKeyboardTracking(False)
        self.people.setToolTip(
            translate(
                "Zones",
                "A crowd is told as a trend against this number; people are not counted exactly.",
            )
        )
        self.name = QLineEdit(self)
        self.name.setPlaceholderText(translate("Zones", "whose place it is"))
        self.start, self.end = QTimeEdit(self), QTimeEdit(self)
        for edit in (self.start, self.end):
            edit.setDisplayFormat("HH:mm")
            edit.setKeyboardTracking(False)
        self.all_day = QLabel(translate("Zones", "all day"), self)
        self.all_day.setObjectName("secondary")
        self.days = [QPushButton(translate("Zones", name), self) for name in _DAYS]
        for button in self.days:
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setObjectName("day")
            button.setFixedWidth(30)
        self.preset = QLineEdit(self)
        self.preset.setPlaceholderText(translate("Zones", "home view"))
        self._build(knows_presets=knows_presets)
        self._connect()
        self._fill()

    def _build(self, *, knows_presets: bool) -> None:
        hours = QHBoxLayout()
        hours.addWidget(self.start)
        hours.addWidget(QLabel("–", self))
        hours.addWidget(self.end)
        hours.addWidget(self.all_day)
        hours.addStretch(1)
        days = QHBoxLayout()
        days.setSpacing(2)
        for button in self.days:
            days.addWidget(button)
        days.addStretch(1)
        form = self._form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.addRow(translate("Zones", "Rule"), self.kind)
        form.addRow(translate("Zones", "Alert after"), self.limit)
        form.addRow(translate("Zones", "People at most"), self.people)
        form.addRow(translate("Zones", "Licence of"), self.name)
        form.addRow(translate("Zones", "Hours"), hours)
        form.addRow(translate("Zones", "Days"), days)
        if knows_presets:
            form.addRow(translate("Zones", "View"), self.preset)
        self.preset.setVisible(knows_presets)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.list, 1)
        layout.addLayout(form)

    def _connect(self) -> None:
        draft = self._draft
        draft.changed.connect(self._fill)
        self.list.currentRowChanged.connect(self._on_row)
        self.kind.currentIndexChanged.connect(
            lambda _index: self._set(lambda: draft.set_kind(self.kind.currentData()))
        )
        self.limit.valueChanged.connect(
            lambda seconds: self._set(lambda: draft.set_limit(float(seconds)))
        )
        self.people.valueChanged.connect(lambda count: self._set(lambda: draft.set_people(count)))
        self.name.editingFinished.connect(
            lambda: self._set(lambda: draft.set_name(self.name.text()))
        )
        for edit in (self.start, self.end):
            edit.timeChanged.connect(lambda _time: self._set(self._take_hours))
        for day, button in enumerate(self.days):
            button.toggled.connect(
                lambda holds, number=day: self._set(lambda: draft.set_day(number, holds=holds))
            )
        self.preset.editingFinished.connect(
            lambda: self._set(lambda: draft.set_preset(self.preset.text().strip()))
        )

    def _set(self, change: object) -> None:
        """A change by hand; what the draft itself fills in is none."""
        if not self._is_filling and callable(change):
            change()

    def _take_hours(self) -> None:
        self._draft.set_hours(_time(self.start), _time(self.end))

    def _on_row(self, row: int) -> None:
        if not self._is_filling and row >= 0:
            self._draft.select(self._draft.rows[row])

    @contextmanager
    def _filling(self) -> Iterator[None]:
        self._is_filling = True
        try:
            yield
        finally:
            self._is_filling = False

    def _fill(self) -> None:
        with self._filling():
            self._fill_list()
            zone, shape = self._draft.zone, self._draft.shape
            licence = shape if isinstance(shape, Licence) else None
            self._form.setRowVisible(
                self.people, zone is not None and zone.kind is ZoneKind.CROWD_WATCH
            )
            self._form.setRowVisible(self.name, licence is not None)
            for part in (self.start, self.end, *self.days):
                part.setEnabled(shape is not None)
            for part in (self.kind, self.limit, self.people, self.preset):
                part.setEnabled(zone is not None and licence is None)
            if zone is None or shape is None:
                return
            self.kind.setCurrentIndex(self.kind.findData(zone.kind))
            self.limit.setEnabled(zone.kind is not ZoneKind.MASK and licence is None)
            self.limit.setValue(round(zone.limit_s))
            self.people.setValue(zone.people_max)
            if licence is not None and not self.name.hasFocus():
                self.name.setText(licence.name)
            self.start.setTime(QTime(shape.hours.start.hour, shape.hours.start.minute))
            self.end.setTime(QTime(shape.hours.end.hour, shape.hours.end.minute))
            self.all_day.setVisible(shape.hours.start == shape.hours.end)
            for day, button in enumerate(self.days):
                button.setChecked(day in shape.days)
            if not self.preset.hasFocus():
                self.preset.setText(zone.preset or "")

    def _fill_list(self) -> None:
        rows, problems = self._draft.rows, self._draft.problems
        while self.list.count() > len(rows):
            self.list.takeItem(self.list.count() - 1)
        held = -1
        for number, (index, place) in enumerate(rows):
            zone = self._draft.zones[index]
            if place is not None:
                text = f"    {licence_text(zone.licences[place])}"
            else:
                text = f"{zone_kind_text(zone.kind)} · {zone.id}"
                text = f"✕ {text}" if index in problems else text
            if number >= self.list.count():
                self.list.addItem(text)
            else:
                self.list.item(number).setText(text)
            if (index, place) == (self._draft.selected, self._draft.licence):
                held = number
        self.list.setCurrentRow(held)


def _time(edit: QTimeEdit) -> time:
    shown = edit.time()
    return time(shown.hour(), shown.minute())
