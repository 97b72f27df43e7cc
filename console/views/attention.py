"""Attention: tones and the taskbar for cases nobody has acknowledged, the mute badge, escalation.

Decides nothing: `AttentionState` has the rhythm. Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from console.desk.case import CaseId
from console.desk.escalation_data import EscalationData
from console.state.attention import AttentionState
from console.state.session import ConsoleSession, Severity
from console.views import words
from console.views.words import translate

_LOOK_MS = 250


class Attention(QObject):
    """Signals: `mute_changed(left_s)`; `escalated(case_id)`: nobody acknowledged it in time.

    `tone(priority)` is called for every tone.
    """

    mute_changed = Signal(float)
    escalated = Signal(str)

    def __init__(self, session: ConsoleSession, tone: Callable[[int], None]) -> None:
        super().__init__()
        self._session = session
        self._tone = tone
        self.state = AttentionState(session.site.settings.attention.escalate_after_s)
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.look)
        session.cases.changed.connect(self._on_cases)
        session.cases.replaced.connect(self._update)
        session.asking.changed.connect(self._update)
        session.escalation_raised.connect(self._on_escalation)
        self._update()

    def close(self) -> None:
        self._timer.stop()

    def toggle_mute(self) -> None:
        """M: all but priority 1 is silent for ten minutes, or again not."""
        now = self._session.clock.mono_ns()
        self.state.toggle_mute(now)
        left_s = self.state.muted_left_s(now)
        if left_s:
            text = translate("Attention", "Muted for {0}. Priority 1 still sounds.")
            self._session.say(text.format(words.duration_text(left_s)))
        self._timer.start()
        self.look()

    def look(self) -> None:
        """Sounds what is due; called four times a second while anything asks."""
        now = self._session.clock.mono_ns()
        priority = self.state.due(now)
        if priority is not None:
            self._tone(priority)
        for case_id in self.state.escalations(now):
            self.escalated.emit(case_id)
        left_s = self.state.muted_left_s(now)
        self.mute_changed.emit(left_s)
        if self.state.is_quiet and not left_s:
            self._timer.stop()

    def _on_escalation(self, escalation: EscalationData) -> None:
        """Another seat, or this one, waited too long: everybody reads it."""
        row = self._session.cases.get(escalation.case_id)
        place = words.place_text(row, self._session.site) if row is not None else ""
        what = " · ".join(part for part in (words.kind_text(escalation.kind), place) if part)
        waited = words.duration_text(escalation.waited_s)
        text = translate("Attention", "{0}: {1} has not acknowledged it for {2}")
        asked = translate("Attention", " — {0} is asked").format(escalation.to)
        line = text.format(what, escalation.by, waited) + (asked if escalation.to else "")
        self._session.say(line, Severity.PROBLEM)

    def tell_no_tones(self, _why: str) -> None:
        """Said once: the operator must know that only the bell is left."""
        text = translate(
            "Attention", "This seat has no sound player: alarms ring the system's bell."
        )
        self._session.say(text, Severity.PROBLEM)

    def _on_cases(self, _ids: frozenset[CaseId]) -> None:
        self._update()

    def _update(self) -> None:
        asking: dict[str, int] = {row.id: row.case.priority for row in self._session.asking.rows()}
        self.state.update(asking, self._session.clock.mono_ns())
        if not self.state.is_quiet:
            self._timer.start()
            self.look()
