"""Timeline: every act on the open case, newest first: time, act, who, note.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from console.state.session import ConsoleSession
from console.views import theme, words
from console.views.words import translate


class Timeline(QWidget):
    """The audit rows of the session's open case."""

    def __init__(self, session: ConsoleSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._label.setWordWrap(True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.addWidget(self._label)

    def refresh(self) -> None:
        """Shows the session's detail of the open case."""
        detail = self._session.detail.get()
        if detail is None:
            self._label.setText(translate("CaseView", "Reading…"))
            return
        colours = theme.COLOURS
        rows = []
        for audit in reversed(detail.timeline):
            note = f"<br>{_escaped(words.note_text(audit.note))}" if audit.note else ""
            rows.append(
                f"<tr><td style='color:{colours.secondary};padding:2px 12px 2px 0'>"
                f"{words.clock_text(audit.utc)}</td>"
                f"<td style='padding:2px 0'>{_escaped(words.act_text(audit.act))}"
                f" <span style='color:{colours.secondary}'>· {_escaped(self._who(audit.actor))}"
                f"{note}</span></td></tr>"
            )
        self._label.setText(f"<table cellspacing='0'>{''.join(rows)}</table>")

    def _who(self, actor: str) -> str:
        if actor in ("", "system", "desk", "hub"):
            return translate("CaseView", "the system")
        return self._session.people.name_of(actor)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
