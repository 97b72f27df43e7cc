"""CandidateList: whom the desk would send, why, and why the others cannot go.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from console.desk.case import Attention
from console.state.acts import may_send
from console.state.candidates import Candidate
from console.state.cases import CaseRow
from console.state.session import ConsoleSession
from console.views import theme, words
from console.views.words import translate

#: Shown at once; the rest is a line that says how many more there are.
SHOWN_COUNT = 5


class CandidateList(QWidget):
    """`send_asked(inspector_id)`: the operator chose somebody."""

    send_asked = Signal(str)

    def __init__(self, session: ConsoleSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 0, 12, 0)
        self._layout.setSpacing(2)

    def refresh(self, row: CaseRow) -> None:
        """Shows the session's candidates for the open case."""
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        found = self._session.candidates.get()
        if row.case.inspector_id:
            self._say(self._who_is_on_it(row))
            if not may_send(row):
                return
        for number, candidate in enumerate(found[:SHOWN_COUNT], start=1):
            self._layout.addWidget(self._row_of(number, candidate, row))
        if len(found) > SHOWN_COUNT:
            more = len(found) - SHOWN_COUNT
            self._say(translate("CaseView", "{0} more, further away").format(more))
        if not found:
            self._say(translate("CaseView", "Nobody is near with a fresh position."))

    def _who_is_on_it(self, row: CaseRow) -> str:
        """Who leads and who helps; that somebody does not come is said first."""
        name_of = self._session.people.name_of
        lead = name_of(row.case.inspector_id or "")
        if row.case.attention is Attention.UNANSWERED:
            return translate("CaseView", "{0} does not answer. Send somebody else:").format(lead)
        if row.case.attention is Attention.STUCK:
            return translate("CaseView", "{0} does not get on. Send somebody else:").format(lead)
        if row.case.helpers:
            helpers = translate("CaseView", ", ").join(name_of(who) for who in row.case.helpers)
            return translate("CaseView", "{0} is on it, with {1}.").format(lead, helpers)
        return translate("CaseView", "{0} is on it.").format(lead)

    def plain_text(self) -> str:
        """All that is said here, a line a label."""
        texts = (label.text() for label in self.findChildren(QLabel))
        return "\n".join(QTextDocumentFragment.fromHtml(text).toPlainText() for text in texts)

    def _say(self, text: str) -> None:
        label = QLabel(text, self)
        label.setObjectName("secondary")
        label.setWordWrap(True)
        self._layout.addWidget(label)

    def _row_of(self, number: int, candidate: Candidate, row: CaseRow) -> QWidget:
        line = QWidget(self)
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.setSpacing(8)
        name = candidate.name or self._session.people.name_of(candidate.inspector_id)
        mark = str(number) if candidate.can_go else "–"
        text = QLabel(self._rich(mark, name, candidate), line)
        text.setTextFormat(Qt.TextFormat.RichText)
        text.setWordWrap(True)
        layout.addWidget(text, 1)
        if candidate.can_go and may_send(row):
            send = QPushButton(translate("CaseView", "Send"), line)
            send.setProperty("inspector_id", candidate.inspector_id)
            send.setAutoDefault(False)
            send.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            send.setEnabled(self._session.feed.get().is_live)
            send.clicked.connect(self._on_send)
            layout.addWidget(send, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def _rich(self, mark: str, name: str, candidate: Candidate) -> str:
        colours = theme.COLOURS
        ink = colours.text if candidate.can_go else colours.disabled
        parts = []
        if candidate.distance_m is not None:
            parts.append(words.distance_text(candidate.distance_m))
        if candidate.eta_s is not None:
            parts.append(
                translate("CaseView", "{0} away").format(words.duration_text(candidate.eta_s))
            )
        reasons = candidate.reasons if candidate.can_go else candidate.shortfalls
        parts += [
            words.reason_text(reason.id, reason.values)
            for reason in reasons
            if reason.id != "distance" or candidate.distance_m is None
        ]
        detail = " · ".join(_escaped(part) for part in parts if part)
        return (
            f"<span style='color:{colours.secondary}'>{mark}</span>&nbsp; "
            f"<span style='color:{ink}'>{_escaped(name)}</span><br>"
            f"<span style='color:{colours.secondary};font-size:12px'>{detail}</span>"
        )

    def _on_send(self) -> None:
        self.send_asked.emit(str(self.sender().property("inspector_id")))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
