"""DeskLine: this seat's questions and acts to the hub, answers into the session.

Sends what the operator decided; decides nothing. The hub's refusal is shown in its words
("already filed by seat 3"), and the case is read again so that the seat sees why.

Threads: GUI thread; the questions run on errand threads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec
from PySide6.QtCore import QObject, Signal

from console.bridge.archive_line import ArchiveLine
from console.bridge.gui_thread import Errands
from console.desk.case import CaseData, CaseId, CaseState
from console.state.board import TREND_HOURS, BoardNumbers, board_of
from console.state.candidates import (
    Candidate,
    CaseDetail,
    Reason,
    candidates_of,
    detail_of,
)
from console.state.holds import Hold
from console.state.queue import QueueCounts
from console.state.session import ConsoleSession
from ingest.errors import GridwallError
from ingest.feed.envelope import utc_text

#: How long an act may take before the operator is told that the hub did not answer.
ACT_TIMEOUT_S = 5.0
#: Cases of today that are read at once.
TODAY_LIMIT = 1_000


#: While a case is in one of these, who is near is of interest.
BEFORE_DISPATCH = frozenset({CaseState.PROPOSED, CaseState.FILED})


class Asks(Protocol):
    """The part of `ingest.feed.query.QueryClient` used here."""

    def ask(self, op: str, timeout_s: float = ..., **fields: Any) -> dict[str, Any]: ...


class DeskLine(QObject):
    """Signals: `acted(act, case_id)` after the hub committed; `refused(act, case_id, reason)`."""

    acted = Signal(str, str)
    refused = Signal(str, str, object)

    def __init__(
        self,
        session: ConsoleSession,
        client: Asks,
        errands: Errands,
        seat: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._client = client
        self._errands = errands
        self._seat = seat
        self._archive = ArchiveLine(session, client, errands)
        session.case_opened.connect(self.read_case)
        session.cases.changed.connect(self._on_cases)

    def read_case(self, case_id: CaseId) -> None:
        """Reads timeline, acts and candidates of a case."""
        self._errands.run(
            lambda: _asked(detail_of, self._client.ask("case", id=case_id)),
            lambda detail: self._take_detail(case_id, detail),
            self._on_read_failed,
        )
        self._read_candidates(case_id)

    def look(self) -> None:
        """Every few seconds: who else works on what, and who could go to the open case."""
        opened = self._session.open_case.get()
        self._errands.run(
            lambda: _asked(
                _holds_of,
                self._client.ask("case.hold", seat=self._seat, case_id=opened, actor=self._seat),
            ),
            self._session.holds.replace,
            lambda _error: self._session.holds.replace(()),
        )
        self.read_candidates()

    def read_candidates(self) -> None:
        """Reads who could go to the open case again, while nobody was sent: people move."""
        row = self._session.cases.get(self._session.open_case.get())
        if row is not None and row.case.state in BEFORE_DISPATCH:
            self._read_candidates(row.id)

    def _read_candidates(self, case_id: CaseId) -> None:
        self._errands.run(
            lambda: _asked(candidates_of, self._client.ask("candidates", case_id=case_id)),
            lambda found: self._take_candidates(case_id, found),
            self._on_read_failed,
        )

    def read_head(self) -> None:
        """Reads the header's numbers: the hub counts what this seat never saw, too."""
        self._errands.run(lambda: self._client.ask("count"), self._take_head, self._on_head_failed)

    def read_since(self, since_utc: str) -> None:
        """Reads every case opened since then, ended ones too (the header's “today”)."""
        wanted = {"since_utc": since_utc}
        self._errands.run(
            lambda: self._client.ask("cases", filter=wanted, sort="opened", limit=TODAY_LIMIT),
            self._take_cases,
            self._on_read_failed,
        )

    def read_board(self, then: Callable[[BoardNumbers], None]) -> None:
        """Reads what the statistics board shows."""
        now_utc_ns = self._session.clock.utc_ns()
        since = utc_text(now_utc_ns - round(TREND_HOURS * 3600e9))

        def read() -> BoardNumbers:
            counts = self._client.ask("count", by=["state", "kind", "street", "unit"])
            reply = self._client.ask(
                "cases", filter={"since_utc": since}, sort="opened", limit=TODAY_LIMIT
            )
            cases = msgspec.convert(reply.get("cases", ()), list[CaseData], strict=False)
            return board_of(counts, cases, now_utc_ns)

        self._errands.run(read, then, self._on_read_failed)

    def act(self, case_id: CaseId, act: str, **fields: Any) -> None:
        """Sends one act with the version this seat saw; a second operator's act wins by version."""
        row = self._session.cases.get(case_id)
        version = row.case.version if row is not None else 0
        request = {"case_id": case_id, "act": act, "version": version, "actor": self._seat}
        self._errands.run(
            lambda: self._client.ask("act", timeout_s=ACT_TIMEOUT_S, **request, **fields),
            lambda reply: self._take_act(act, case_id, reply),
            lambda error: self._on_refused(act, case_id, error),
        )

    def _take_head(self, reply: Mapping[str, Any]) -> None:
        names = ("open", "late", "today")
        if all(isinstance(reply.get(name), int) for name in names):
            self._session.head.set(QueueCounts(*(int(reply[name]) for name in names)))
        low, least = reply.get("disk_low_mb"), reply.get("disk_least_mb")
        has_both = isinstance(low, int) and isinstance(least, int)
        self._session.disk_low.set((int(low or 0), int(least or 0)) if has_both else None)

    def _on_head_failed(self, _error: GridwallError) -> None:
        self._session.head.set(None)

    def _take_cases(self, reply: Mapping[str, Any]) -> None:
        cases = msgspec.convert(reply.get("cases", ()), list[CaseData], strict=False)
        self._session.cases.apply(cases, self._session.clock.utc_ns())

    def _take_detail(self, case_id: CaseId, detail: CaseDetail) -> None:
        self._session.cases.apply([detail.case], self._session.clock.utc_ns())
        if self._session.open_case.get() == case_id:
            self._session.detail.set(detail)

    def _take_candidates(self, case_id: CaseId, found: tuple[Candidate, ...]) -> None:
        if self._session.open_case.get() == case_id:
            self._session.candidates.set(found)

    def _take_act(self, act: str, case_id: CaseId, reply: Mapping[str, Any]) -> None:
        if "case" in reply:
            case = msgspec.convert(reply["case"], CaseData, strict=False)
            self._session.cases.apply([case], self._session.clock.utc_ns())
        self.acted.emit(act, case_id)

    def _on_refused(self, act: str, case_id: CaseId, error: GridwallError) -> None:
        self.refused.emit(act, case_id, reason_of(error))
        if self._session.open_case.get() == case_id:
            self.read_case(case_id)

    def _on_read_failed(self, error: GridwallError) -> None:
        self.refused.emit("read", "", reason_of(error))

    def _on_cases(self, ids: frozenset[CaseId]) -> None:
        opened = self._session.open_case.get()
        detail = self._session.detail.get()
        if opened is None or opened not in ids or detail is None:
            return
        row = self._session.cases.get(opened)
        if row is not None and row.case.version != detail.case.version:
            self.read_case(opened)


def reason_of(error: GridwallError) -> Reason:
    """Why the hub refused: the desk's message id with its values, else the words it used."""
    answer = getattr(error, "answer", None)
    if isinstance(answer, dict) and isinstance(answer.get("reason"), str) and answer["reason"]:
        values = answer.get("values")
        return Reason(answer["reason"], values if isinstance(values, dict) else {})
    return Reason(str(error))


def _holds_of(reply: Mapping[str, Any]) -> tuple[Hold, ...]:
    return msgspec.convert(reply.get("holds", ()), tuple[Hold, ...], strict=False)


def _asked(decode: Any, reply: Mapping[str, Any]) -> Any:
    try:
        return decode(reply)
    except msgspec.ValidationError as error:
        raise GridwallError(f"the hub's answer does not fit this console: {error}") from error
