"""CaseView: one case — what, where, evidence, what can be done now and why not, whom to send, what happened.

Shows the session's open case; asks for acts by signal. Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from console.bridge.evidence_cache import EvidenceCache
from console.desk.case import CaseId
from console.state.cases import CaseRow
from console.state.keys import CommandId
from console.state.session import ConsoleSession
from console.views import icons, theme, words
from console.views.act_bar import ActBar, key_text
from console.views.candidate_list import CandidateList
from console.views.evidence_view import Evidence, EvidenceView
from console.views.exchange_line import ExchangeLine
from console.views.hazard_line import HazardLine
from console.views.lights import light_colour
from console.views.suggestion_line import SuggestionLine
from console.views.timeline import Timeline
from console.views.words import translate
from vision.alerts import AlertData

#: Height of the evidence by the pane's width, and at most this share of the pane's height.
EVIDENCE_ASPECT = 9 / 16
EVIDENCE_SHARE_MAX = 0.42


#: Between two characters no line is broken: a name stays whole.
#: Cases that may be the same are told up to this many.
ALIKE_SHOWN = 2
WORD_JOINER = "\u2060"


class CaseView(QWidget):
    """Signals: `act_asked(act)`, `send_asked(inspector_id)`, `clip_asked(sha)`."""

    act_asked = Signal(str)
    send_asked = Signal(str)
    clip_asked = Signal(str)

    def __init__(
        self, session: ConsoleSession, cache: EvidenceCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self._empty = QLabel(self)
        self._empty.setObjectName("secondary")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._icon, self._title, self._number = QLabel(), QLabel(), QLabel()
        self._place, self._due = QLabel(), QLabel()
        #: Which other seat has the case open.
        self.held = QLabel()
        #: Open cases that may be the same matter.
        self.alike = QLabel()
        #: What was learned from closed cases.
        self.learned = SuggestionLine()
        #: What went to other platforms and came from them.
        self.exchange = ExchangeLine()
        #: What must be put right before it is closed.
        self.hazard = HazardLine()
        self.evidence = EvidenceView(cache)
        self.acts = ActBar(session)
        self.candidates = CandidateList(session)
        self.timeline = Timeline(session)
        self._candidates_title, self._timeline_title = QLabel(), QLabel()
        self._body = self._built()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._empty)
        self._empty.setContentsMargins(24, 24, 24, 24)
        layout.addWidget(self._body)
        self._second = QTimer(self, interval=1_000)
        self._second.timeout.connect(self._on_second)
        self._second.start()
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        session = self._session
        self.acts.act_asked.connect(self.act_asked)
        self.candidates.send_asked.connect(self.send_asked)
        self.evidence.clip_asked.connect(self.clip_asked)
        session.open_case.changed.connect(self._on_open_case)
        session.cases.changed.connect(self._on_cases)
        session.cases.replaced.connect(self._refresh)
        session.alerts_changed.connect(self._refresh_evidence)
        session.holds.changed.connect(self._refresh_held)
        session.detail.changed.connect(self._on_detail)
        session.candidates.changed.connect(self._on_detail)
        session.feed.changed.connect(self._on_detail)

    def _built(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(0)
        for title, part in (
            (self._candidates_title, self.candidates),
            (self._timeline_title, self.timeline),
        ):
            title.setObjectName("section")
            title.setContentsMargins(12, 12, 12, 4)
            column.addWidget(title)
            column.addWidget(part)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        body = QWidget(self)
        outer = QVBoxLayout(body)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        # evidence and acts stay in sight, and their height never depends on a scroll bar
        outer.addWidget(self._header())
        outer.addWidget(self.evidence)
        outer.addWidget(self.acts)
        outer.addWidget(scroll, 1)
        return body

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = round(self.width() * EVIDENCE_ASPECT)
        self.evidence.setFixedHeight(min(wide, round(self.height() * EVIDENCE_SHARE_MAX)))

    def _header(self) -> QWidget:
        header = QWidget()
        self._title.setObjectName("title")
        for label in (self._number, self._place):
            label.setObjectName("secondary")
        self._place.setWordWrap(True)
        self._number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self._icon)
        first.addWidget(self._title, 1)
        first.addWidget(self._due)
        second = QHBoxLayout()
        second.addWidget(self._place, 1)
        second.addWidget(self._number, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(header)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(4)
        column.addLayout(first)
        column.addLayout(second)
        self.held.setObjectName("secondary")
        column.addWidget(self.held)
        self.alike.setObjectName("secondary")
        self.alike.setWordWrap(True)
        column.addWidget(self.alike)
        column.addWidget(self.hazard)
        column.addWidget(self.learned)
        column.addWidget(self.exchange)
        return header

    def retranslate(self) -> None:
        self._empty.setText(
            translate(
                "CaseView",
                "No case is open.\nChoose one in the queue (Enter) or on the map: its picture, "
                "its place and the nearest inspectors come together.",
            )
        )
        self._candidates_title.setText(translate("CaseView", "Whom to send"))
        self._timeline_title.setText(translate("CaseView", "What happened"))
        self.evidence.retranslate()
        self._refresh()

    def empty_text(self) -> str:
        """What stands here while no case is open."""
        return self._empty.text()

    # -- from the state

    def _row(self) -> CaseRow | None:
        return self._session.cases.get(self._session.open_case.get())

    def _on_open_case(self, _case_id: CaseId | None) -> None:
        self._refresh()

    def _on_cases(self, ids: frozenset[CaseId]) -> None:
        if self._session.open_case.get() in ids:
            self._refresh()

    def _on_detail(self, _value: object) -> None:
        self._refresh()

    def _on_second(self) -> None:
        row = self._row()
        if row is not None:
            self._refresh_due(row)

    def _refresh(self) -> None:
        row = self._row()
        self._empty.setVisible(row is None)
        self._body.setVisible(row is not None)
        if row is None:
            return
        self._icon.setPixmap(icons.kind_pixmap(row.case.kind, 20, theme.COLOURS.text))
        state = words.state_text(row.case.state)
        self._title.setText(f"{words.kind_text(row.case.kind)} · {state}")
        self._number.setText(row.case.case_id)
        self._place.setText(self._place_text(row))
        self._refresh_due(row)
        self._refresh_held()
        self._refresh_alike()
        self.hazard.show_case(row.case, self._session.clock.utc_ns())
        self.learned.show_detail(self._session.detail.get(), self._session.site)
        self.exchange.show_detail(self._session.detail.get())
        self._refresh_evidence()
        self.acts.refresh(row)
        self.candidates.refresh(row)
        self.timeline.refresh()

    def _refresh_held(self) -> None:
        row = self._row()
        hold = self._session.holds.of(row.id) if row is not None else None
        self.held.setVisible(hold is not None)
        if hold is not None:
            text = translate("CaseView", "{0} is working on this case, too")
            self.held.setText(text.format(words.hold_text(hold)))
            self.held.setStyleSheet(f"color: {theme.COLOURS.accent};")

    def _refresh_alike(self) -> None:
        """Nothing while there is none: most cases stand alone."""
        detail = self._session.detail.get()
        alike = detail.duplicates if detail is not None else ()
        self.alike.setVisible(bool(alike))
        if alike:
            shown = " · ".join(words.duplicate_text(one) for one in alike[:ALIKE_SHOWN])
            text = translate("CaseView", "Perhaps the same: {0}. {1}: merge")
            self.alike.setText(text.format(shown, key_text(CommandId.ACTS)))
            self.alike.setStyleSheet(f"color: {theme.COLOURS.amber};")

    def _refresh_due(self, row: CaseRow) -> None:
        now_utc_ns = self._session.clock.utc_ns()
        colour = light_colour(row.light(now_utc_ns))
        self._due.setText(words.due_text(row, now_utc_ns))
        self._due.setStyleSheet(f"color: {colour};")

    def _place_text(self, row: CaseRow) -> str:
        place = words.place_text(row, self._session.site)
        cell = next((c for c in self._session.site.grid if c.id == row.case.grid_id), None)
        parts = [place]
        if cell is not None and cell.name != place:
            parts.append(cell.name)
        if row.case.unit:
            parts.append(row.case.unit)
        if row.case.inspector_id:
            parts.append(self._session.people.name_of(row.case.inspector_id))
        return " · ".join(WORD_JOINER.join(part) for part in parts if part)

    def _alert(self, row: CaseRow) -> AlertData | None:
        """The alert as last heard; the case itself carries its pictures once the desk has them."""
        for alert_id in row.case.alert_ids:
            if alert_id in self._session.alerts:
                return self._session.alerts[alert_id]
        return None

    def _refresh_evidence(self) -> None:
        row = self._row()
        if row is None:
            return
        case, alert = row.case, self._alert(row)
        self.evidence.show_evidence(
            Evidence(
                snapshot=case.snapshot or (alert.snapshot if alert else None),
                crop=case.crop or (alert.crop if alert else None),
                clip=case.clip or (alert.clip if alert else None),
                box_norm=case.box_norm or (alert.box_norm if alert else None),
                photos=case.photos,
            )
        )
