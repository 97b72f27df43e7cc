"""One act on all marked cases: what can be sent, and what became of it. Pure.

Each case is asked about by itself, with the version this seat saw: one refusal holds up no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from console.desk.case import CaseId
from console.state.acts import refusal_of
from console.state.candidates import Reason
from console.state.cases import CaseRow
from console.state.session import ConsoleSession

#: Whom to send is decided for one case, with five seconds to take it back.
ONE_BY_ONE = frozenset({"dispatch", "merge", "split"})


class BatchPlan(Struct, frozen=True):
    """One act on many cases: those it can be sent for, and why not for the others."""

    act: str
    ready: tuple[CaseRow, ...]
    refused: tuple[tuple[CaseRow, Reason], ...]


def plan_of(act: str, rows: Iterable[CaseRow], session: ConsoleSession) -> BatchPlan:
    """What this seat knows before it asks the hub, whose refusals come on top."""
    ready, refused = [], []
    for row in rows:
        refusal = refusal_of(act, row, session)
        if refusal is None:
            ready.append(row)
        else:
            refused.append((row, refusal))
    return BatchPlan(act, tuple(ready), tuple(refused))


class BatchOutcome(Struct, frozen=True):
    """What became of one act on many cases. `reasons`: the refusals, the most frequent first."""

    act: str
    done: int
    refused: int
    reasons: tuple[Reason, ...]


class BatchRun:
    """Counts the hub's answers to one act on many cases; ended when every case has its answer.

    The desk line gives each request a deadline, so that every case gets an answer.
    """

    def __init__(self, plan: BatchPlan) -> None:
        self._act = plan.act
        self._waiting = {row.id for row in plan.ready}
        self._done = 0
        self._reasons = [reason for _row, reason in plan.refused]

    @property
    def is_over(self) -> bool:
        return not self._waiting

    def take(self, act: str, case_id: str, refusal: Reason | None) -> bool:
        """An answer of the hub; False when it is not about this run."""
        if act != self._act or case_id not in self._waiting:
            return False
        self._waiting.discard(CaseId(case_id))
        if refusal is None:
            self._done += 1
        else:
            self._reasons.append(refusal)
        return True

    def outcome(self) -> BatchOutcome:
        counted = Counter(reason.id for reason in self._reasons)
        first = {reason.id: reason for reason in reversed(self._reasons)}
        often = tuple(first[each] for each, _count in counted.most_common())
        return BatchOutcome(self._act, self._done, len(self._reasons), often)
