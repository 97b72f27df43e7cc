"""Holds: what other seats have open now. One thread."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from console.desk.case import CaseId
from console.state.observable import Signal


class Hold(Struct, frozen=True):
    """Another seat's open case, as the hub told."""

    case_id: CaseId
    seat: str
    actor: str = ""
    since_utc: str = ""


class Holds:
    """By case. `changed` when somebody opened or left one."""

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self._holds: dict[CaseId, Hold] = {}

    def replace(self, holds: Iterable[Hold]) -> None:
        found = {hold.case_id: hold for hold in holds}
        if found != self._holds:
            self._holds = found
            self.changed.emit()

    def of(self, case_id: CaseId) -> Hold | None:
        """Who else has it open; of several the last that was told."""
        return self._holds.get(case_id)
