"""ActDialog (X): every act of the case, with what must be entered, and why the others cannot be done.

Made from the hub's transition table; decides nothing. Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.state.act_form import (
    FieldKind,
    FormField,
    fields_of,
    learned_of,
    missing,
    offers_in_order,
    request_of,
)
from console.state.candidates import ActOffer
from console.state.cases import CaseRow
from console.state.keys import QT_TRANSLATE_NOOP
from console.state.session import ConsoleSession
from console.views import words
from console.views.act_bar import COMMAND_OF_ACT, key_text
from console.views.batch_words import subject_text
from console.views.words import translate

_LABELS = {
    "note": QT_TRANSLATE_NOOP("ActForm", "Note"),
    "minutes": QT_TRANSLATE_NOOP("ActForm", "Minutes (empty: the limit once more)"),
    "days": QT_TRANSLATE_NOOP("ActForm", "Days (empty: as the site says)"),
    "passed": QT_TRANSLATE_NOOP("ActForm", "Result"),
    "helper_id": QT_TRANSLATE_NOOP("ActForm", "Inspector"),
    "into": QT_TRANSLATE_NOOP("ActForm", "Into case"),
    "unit": QT_TRANSLATE_NOOP("ActForm", "Unit"),
    "co_units": QT_TRANSLATE_NOOP("ActForm", "Units (with commas)"),
    "item_code": QT_TRANSLATE_NOOP("ActForm", "Item"),
    "priority": QT_TRANSLATE_NOOP("ActForm", "Priority"),
    "title": QT_TRANSLATE_NOOP("ActForm", "Title"),
    "new_title": QT_TRANSLATE_NOOP("ActForm", "Title of the new case"),
    "satisfaction": QT_TRANSLATE_NOOP("ActForm", "Satisfaction"),
    "wanted": QT_TRANSLATE_NOOP("ActForm", "What is asked for"),
    "partner": QT_TRANSLATE_NOOP("ActForm", "Platform"),
    "photo": QT_TRANSLATE_NOOP("ActForm", "Picture (SHA-256; comes from the field page)"),
}
_ROLES = {
    "clerk": QT_TRANSLATE_NOOP("ActForm", "clerk"),
    "duty_head": QT_TRANSLATE_NOOP("ActForm", "duty head"),
    "dispatcher": QT_TRANSLATE_NOOP("ActForm", "dispatcher"),
    "department": QT_TRANSLATE_NOOP("ActForm", "department"),
    "inspector": QT_TRANSLATE_NOOP("ActForm", "inspector"),
    "supervisor": QT_TRANSLATE_NOOP("ActForm", "supervisor"),
}
_SCORES = {
    "100": QT_TRANSLATE_NOOP("ActForm", "very satisfied"),
    "80": QT_TRANSLATE_NOOP("ActForm", "satisfied"),
    "50": QT_TRANSLATE_NOOP("ActForm", "fair"),
    "0": QT_TRANSLATE_NOOP("ActForm", "dissatisfied"),
    "-100": QT_TRANSLATE_NOOP("ActForm", "very dissatisfied"),
}
_PASSED = {
    "yes": QT_TRANSLATE_NOOP("ActForm", "as it should be"),
    "no": QT_TRANSLATE_NOOP("ActForm", "not so (say why)"),
}


class ActDialog(QDialog):
    """`act` and `request` after it was accepted: the act's name and what was entered for it."""

    def __init__(
        self,
        row: CaseRow,
        offers: tuple[ActOffer, ...],
        session: ConsoleSession,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setMinimumSize(640, 420)
        self.setWindowTitle(translate("ActForm", "Acts of the case"))
        self._row, self._session = row, session
        self._offers = offers_in_order(offers)
        self._fields: tuple[FormField, ...] = ()
        self._inputs: dict[str, QLineEdit | QComboBox] = {}
        self.list = QListWidget(self)
        self.list.setMinimumWidth(220)
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._why = QLabel(self)
        self._why.setWordWrap(True)
        self._why.setObjectName("secondary")
        self.accept_button = QPushButton(self)
        self._lay_out()
        self._fill_list()
        self.list.currentRowChanged.connect(self._on_row)
        self.list.setCurrentRow(0)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        title = QLabel(subject_text(self._row, self._session), self)
        title.setObjectName("title")
        buttons = QDialogButtonBox(self)
        self.accept_button.setObjectName("primary")
        buttons.addButton(self.accept_button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setDefault(True)
        back = QPushButton(translate("Reason", "Back"), self)
        buttons.addButton(back, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        right = QVBoxLayout()
        right.addLayout(self._form)
        right.addWidget(self._why)
        right.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(20)
        columns.addWidget(self.list)
        columns.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addLayout(columns, 1)
        layout.addWidget(buttons)

    def _fill_list(self) -> None:
        for offer in self._offers:
            command_id = COMMAND_OF_ACT.get(offer.act)
            key = key_text(command_id) if command_id is not None else ""
            item = QListWidgetItem(f"{words.act_text(offer.act)}   {key}".rstrip())
            if not offer.allowed:
                item.setForeground(self.palette().placeholderText())
            self.list.addItem(item)

    # -- the chosen act

    @property
    def offer(self) -> ActOffer | None:
        row = self.list.currentRow()
        return self._offers[row] if 0 <= row < len(self._offers) else None

    @property
    def act(self) -> str:
        return self.offer.act if self.offer is not None else ""

    @property
    def request(self) -> dict[str, object]:
        """What was entered, as the hub takes it. Raises ValueError for minutes that are no number."""
        return request_of(self._fields, self._entered())

    def choose(self, act: str) -> None:
        """Selects an act of the list. Raises StopIteration for one that is not in it."""
        self.list.setCurrentRow(next(i for i, o in enumerate(self._offers) if o.act == act))

    def input(self, name: str) -> QLineEdit | QComboBox:
        """The widget of a field of the chosen act. Raises KeyError."""
        return self._inputs[name]

    def _on_row(self, _row: int) -> None:
        while self._form.rowCount():
            self._form.removeRow(0)
        self._inputs, self._fields = {}, ()
        offer = self.offer
        if offer is not None and offer.allowed:
            self._fields = fields_of(offer, self._row, self._session)
            for one in self._fields:
                self._add(one)
        self.accept_button.setText(words.act_text(self.act))
        self._tell()

    def _add(self, one: FormField) -> None:
        widget: QLineEdit | QComboBox
        marked = translate("Suggest", "Learned")
        learned = {
            found.label: f" · {marked} {found.confidence:.0%}"
            for found in learned_of(one.kind, self._session)
        }
        if one.choices and one.kind is not FieldKind.UNITS:
            widget = QComboBox(self)
            if not one.required and one.kind is not FieldKind.PASSED:
                widget.addItem("—", "")
            for choice in one.choices:
                widget.addItem(
                    self._choice_text(one.kind, choice) + learned.get(choice, ""), choice
                )
            widget.currentIndexChanged.connect(self._tell)
        else:
            widget = QLineEdit(self)
            widget.setPlaceholderText(", ".join(one.choices[:3]))
            widget.textChanged.connect(self._tell)
        label = translate("ActForm", _LABELS.get(one.name, one.name))
        self._form.addRow(f"{label} *" if one.required else label, widget)
        self._inputs[one.name] = widget

    def _choice_text(self, kind: FieldKind, choice: str) -> str:
        if kind is FieldKind.PERSON:
            return self._session.people.name_of(choice)
        if kind is FieldKind.CASE:
            other = self._session.cases.get(choice)
            place = words.place_text(other, self._session.site) if other is not None else ""
            return f"{choice} · {place}"
        if kind is FieldKind.ITEM:
            names = {str(item.code): item.name_zh for item in self._session.site.items}
            return f"{choice} {names.get(choice, '')}".rstrip()
        if kind is FieldKind.PARTNER:
            detail = self._session.detail.get()
            able = detail.partners if detail is not None else ()
            return next((one.name for one in able if one.id == choice), choice)
        if kind is FieldKind.WANTED:
            return words.act_text(choice)
        texts = {FieldKind.SCORE: _SCORES, FieldKind.PASSED: _PASSED}.get(kind, {})
        return translate("ActForm", texts[choice]) if choice in texts else choice

    def _entered(self) -> dict[str, str]:
        return {
            name: str(one.currentData() or "") if isinstance(one, QComboBox) else one.text().strip()
            for name, one in self._inputs.items()
        }

    def _tell(self) -> None:
        """Whether it can be done as it stands; else why not."""
        offer = self.offer
        if offer is None:
            self._why.setText("")
            self.accept_button.setEnabled(False)
            return
        problem = self._problem(offer)
        self._why.setText(problem or self._who(offer))
        self.accept_button.setEnabled(not problem)

    def _problem(self, offer: ActOffer) -> str:
        if not offer.allowed:
            why = words.reason_text(offer.reason or offer.reason_text, offer.values)
            return f"{why}\n{self._who(offer)}" if offer.who_may else why
        lacking = missing(self._fields, self._entered())
        if lacking is not None:
            label = translate("ActForm", _LABELS.get(lacking.name, lacking.name))
            return translate("ActForm", "Still to be entered: {0}").format(label)
        try:
            request_of(self._fields, self._entered())
        except ValueError:
            return translate("ActForm", "A number is expected")
        return ""

    def _who(self, offer: ActOffer) -> str:
        roles = [translate("ActForm", _ROLES[one]) for one in offer.who_may if one in _ROLES]
        return translate("ActForm", "Who may: {0}").format(" · ".join(roles)) if roles else ""


AskAct = Callable[[CaseRow, tuple[ActOffer, ...]], tuple[str, dict[str, object]] | None]


def asked_act(
    row: CaseRow,
    offers: tuple[ActOffer, ...],
    session: ConsoleSession,
    parent: QWidget | None,
) -> tuple[str, dict[str, object]] | None:
    """Asks and waits; None when the person went back."""
    dialog = ActDialog(row, offers, session, parent)
    accepted = dialog.exec() == int(QDialog.DialogCode.Accepted)
    chosen = (dialog.act, dialog.request) if accepted else None
    dialog.deleteLater()
    return chosen
