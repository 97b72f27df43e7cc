"""The scripted operator of the headless demonstration: files, dispatches, verifies, closes.

Acts through the query socket exactly as a seat does, one look at the open cases a second.
Threads: one of its own, so that a slow hub never holds up the wall.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

import msgspec

from console.desk.case import CaseData, CaseState
from ingest.errors import GridwallError
from ingest.feed.query import QueryClient
from ingest.stop import StopToken

log = logging.getLogger(__name__)

ACTOR = "demo-operator"
LOOK_S = 1.0
JOIN_S = 8.0

#: State → the act a brisk operator does next.
NEXT_ACT = {
    CaseState.PROPOSED: "file",
    CaseState.FILED: "dispatch",
    CaseState.VERIFYING: "verify",
}


class ScriptedOperator:
    """Works through the queue until stopped. `refused` counts acts the hub said no to."""

    def __init__(self, query_address: str) -> None:
        self._query = QueryClient(query_address)
        self._stop = StopToken()
        self._thread = threading.Thread(target=self._run, name="demo-operator", daemon=True)
        self._told: set[tuple[str, str]] = set()
        self.act_count = 0
        self.refused = 0

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Ends the thread. Idempotent."""
        self._stop.stop()
        if self._thread.is_alive():
            self._thread.join(JOIN_S)
        self._query.close()

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                for case in self._open_cases():
                    self._handle(case)
            except GridwallError as error:
                log.info("the operator waits: %s", error)

    def _open_cases(self) -> list[CaseData]:
        reply = self._query.ask("cases", filter={"open": True}, limit=200)
        return msgspec.convert(reply["cases"], list[CaseData])

    def _handle(self, case: CaseData) -> None:
        act = NEXT_ACT.get(case.state)
        if act is None or self._stop.stopped:
            return
        fields: dict[str, Any] = {}
        if act == "verify":
            fields["passed"] = True
        if not self._act(case, act, **fields):
            return
        if act == "verify":
            self._act(case, "close")

    def _act(self, case: CaseData, act: str, **fields: Any) -> bool:
        try:
            self._query.ask("act", case_id=case.case_id, act=act, actor=ACTOR, **fields)
        except GridwallError as error:
            self.refused += 1
            if (case.case_id, act) not in self._told:
                self._told.add((case.case_id, act))
                log.info("%s %s: %s", act, case.case_id, error)
            return False
        self.act_count += 1
        return True
