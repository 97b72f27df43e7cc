"""ActBar: what can be done with a case now, each with its key; what cannot says why.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from console.state.acts import acts_of, refusal_of
from console.state.cases import CaseRow
from console.state.keys import CommandId, command
from console.state.session import ConsoleSession
from console.views import words
from console.views.words import translate

#: The command whose key does an act.
COMMAND_OF_ACT = {
    "file": CommandId.FILE,
    "dispatch": CommandId.DISPATCH,
    "verify": CommandId.VERIFY,
    "close": CommandId.CLOSE,
    "void": CommandId.VOID,
}

#: The acts that carry a case on by this seat's hand: their button is the coloured one.
NEXT_STEPS = frozenset({"file", "dispatch", "verify", "close", "resume"})


def key_text(command_id: CommandId) -> str:
    """A command's key as this platform writes it; empty without one."""
    keys = command(command_id).keys
    return native_key(keys[0]) if keys else ""


def native_key(key: str) -> str:
    """A key of the table as this platform writes it."""
    text = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    return text.replace("Return", "Enter")


class ActBar(QWidget):
    """Buttons for the acts of the open case. `act_asked(act)`."""

    act_asked = Signal(str)

    def __init__(self, session: ConsoleSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(12, 10, 12, 4)
        self._layout.setSpacing(8)
        self._buttons: dict[str, QPushButton] = {}
        self._shown: tuple[str, ...] = ()

    def refresh(self, row: CaseRow) -> None:
        """Shows the acts of the case's state."""
        acts = acts_of(row)
        if acts != self._shown:
            self._rebuild(acts)
        for act, button in self._buttons.items():
            self._dress(act, button, row)
        self.setVisible(bool(acts))

    def button(self, act: str) -> QPushButton:
        """The button of an act that is shown. Raises KeyError for another one."""
        return self._buttons[act]

    def _rebuild(self, acts: tuple[str, ...]) -> None:
        for button in self._buttons.values():
            self._layout.removeWidget(button)
            button.deleteLater()
        self._buttons = {}
        self._shown = acts
        for number, act in enumerate(acts):
            button = QPushButton(self)
            button.setObjectName("primary" if act in NEXT_STEPS else "act")
            button.setProperty("act", act)
            button.setAutoDefault(False)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            policy = QSizePolicy.Policy.Expanding if number == 0 else QSizePolicy.Policy.Minimum
            button.setSizePolicy(policy, QSizePolicy.Policy.Fixed)
            button.clicked.connect(self._on_clicked)
            self._layout.addWidget(button)
            self._buttons[act] = button

    def _dress(self, act: str, button: QPushButton, row: CaseRow) -> None:
        command_id = COMMAND_OF_ACT.get(act)
        key = key_text(command_id) if command_id is not None else ""
        button.setText(f"{words.act_text(act)}  {key}".rstrip())
        reason = refusal_of(act, row, self._session)
        button.setEnabled(reason is None)
        button.setToolTip(
            self._tip(act) if reason is None else words.reason_text(reason.id, reason.values)
        )

    def _tip(self, act: str) -> str:
        command_id = COMMAND_OF_ACT.get(act)
        return translate("Keys", command(command_id).text) if command_id is not None else ""

    def _on_clicked(self) -> None:
        self.act_asked.emit(str(self.sender().property("act")))
