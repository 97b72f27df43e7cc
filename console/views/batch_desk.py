"""BatchDesk: sends one act for every marked case, a few at a time, and tells what became of it.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, Protocol

from console.desk.case import CaseId
from console.state.batch import ONE_BY_ONE, BatchRun, plan_of
from console.state.candidates import Reason
from console.state.cases import CaseRow
from console.state.session import ConsoleSession, Severity
from console.views import batch_words
from console.views.words import translate

#: Requests on the way at once: the seat's other questions still get through.
ON_THE_WAY_MOST = 4


class SendsActs(Protocol):
    """The part of `DeskLine` used here and by the commander."""

    def act(self, case_id: CaseId, act: str, **fields: Any) -> None: ...


class BatchDesk:
    """One run at a time; a second one is told to wait."""

    def __init__(self, session: ConsoleSession, desk: SendsActs) -> None:
        self._session = session
        self._desk = desk
        self._run: BatchRun | None = None
        self._left: deque[CaseId] = deque()
        self._act = ""
        self._fields: Mapping[str, Any] = {}

    def covers(self, row: CaseRow) -> bool:
        """Whether an act on this case is one on all marked cases."""
        return row.id in self._session.marked and len(self._session.marked) > 1

    def start(self, act: str, fields: Mapping[str, Any]) -> None:
        """Sends `act` with what was entered for every marked case that can have it."""
        if self._run is not None:
            self._tell(translate("Batch", "The act before is still on its way."))
            return
        if act in ONE_BY_ONE:
            self._tell(translate("Batch", "This is done case by case: Esc takes the marks away."))
            return
        plan = plan_of(act, self._session.marked.rows(), self._session)
        self._run, self._act, self._fields = BatchRun(plan), act, fields
        self._left = deque(row.id for row in plan.ready)
        for _ in range(ON_THE_WAY_MOST):
            self._send_next()
        self._finish_if_over()

    def take(self, act: str, case_id: str, refusal: Reason | None) -> bool:
        """An answer of the hub; False when it is not about this run."""
        if self._run is None or not self._run.take(act, case_id, refusal):
            return False
        if refusal is None:
            self._session.marked.done_with(CaseId(case_id))
        self._send_next()
        self._finish_if_over()
        return True

    def _send_next(self) -> None:
        if self._left:
            self._desk.act(self._left.popleft(), self._act, **self._fields)

    def _finish_if_over(self) -> None:
        run = self._run
        if run is None or not run.is_over:
            return
        self._run = None
        outcome = run.outcome()
        severity = Severity.PROBLEM if outcome.refused else Severity.INFO
        self._session.say(batch_words.outcome_text(outcome), severity)

    def _tell(self, text: str) -> None:
        self._session.say(text, Severity.PROBLEM)
