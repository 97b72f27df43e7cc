"""OpenCases: every case this seat knows, and its light. Fed by snapshot and case events.

Decides the light (DOMAIN §2: green < 80 % of the step's limit, amber to 100 %, red beyond) and
the order of urgency. Never asks the hub anything. One thread.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

from msgspec import Struct

from config.geometry import GeoPoint
from console.desk.case import ENDED, CaseData, CaseId, CaseState
from console.state.observable import Signal
from ingest.feed.envelope import parse_utc_ns

#: DOMAIN §2, GB/T 30428: lights by the share of the limit that is used.
AMBER_FROM_SHARE = 0.8
#: Ended cases kept for the case view and the "closed just now" line; the oldest go first.
ENDED_KEPT_MAX = 2_000
#: Fire and smoke: never wait, have the strip of their own.
STRIP_PRIORITY = 1


class Light(enum.IntEnum):
    """Lower is more urgent."""

    RED = 0
    AMBER = 1
    GREEN = 2
    NONE = 3


class CaseRow(Struct, frozen=True):
    """A case with its times as numbers (UTC nanoseconds), parsed once when it arrives."""

    case: CaseData
    opened_utc_ns: int
    started_utc_ns: int | None
    due_utc_ns: int | None
    amber_utc_ns: int | None = None

    @property
    def id(self) -> CaseId:
        return self.case.case_id

    @property
    def ended(self) -> bool:
        return self.case.state in ENDED

    @property
    def place(self) -> GeoPoint | None:
        if self.case.lat_deg is None or self.case.lon_deg is None:
            return None
        return GeoPoint(self.case.lat_deg, self.case.lon_deg)

    def age_s(self, now_utc_ns: int) -> float:
        return max(0.0, (now_utc_ns - self.opened_utc_ns) / 1e9)

    def light(self, now_utc_ns: int) -> Light:
        if self.due_utc_ns is None or self.ended or self.case.state is CaseState.SUSPENDED:
            return Light.NONE
        if now_utc_ns > self.due_utc_ns:
            return Light.RED
        return Light.AMBER if now_utc_ns >= self._amber_from_utc_ns() else Light.GREEN

    def _amber_from_utc_ns(self) -> int:
        """When 80 % is used: the desk says (working time); else by the clock on the wall."""
        if self.amber_utc_ns is not None:
            return self.amber_utc_ns
        assert self.due_utc_ns is not None
        started = self.started_utc_ns if self.started_utc_ns is not None else self.opened_utc_ns
        return started + round(AMBER_FROM_SHARE * (self.due_utc_ns - started))

    def urgency(self, now_utc_ns: int) -> tuple[int, int, int, int, str]:
        """Sorts the queue: priority 1, light, whether it waits for us, age."""
        waits_for_others = self.case.state in (CaseState.DISPATCHED, CaseState.HANDLING)
        suspended = self.case.state is CaseState.SUSPENDED
        return (
            0 if self.case.priority == STRIP_PRIORITY else 1,
            int(self.light(now_utc_ns)),
            2 if suspended else int(waits_for_others),
            self.opened_utc_ns,
            self.case.case_id,
        )


def _ns(text: str | None) -> int | None:
    return parse_utc_ns(text) if text else None


def row_of(case: CaseData, now_utc_ns: int) -> CaseRow:
    """A case as a row; a case without an opening time counts from now."""
    opened = _ns(case.opened_utc)
    return CaseRow(
        case=case,
        opened_utc_ns=now_utc_ns if opened is None else opened,
        started_utc_ns=_ns(case.step_started_utc),
        due_utc_ns=_ns(case.step_due_utc),
        amber_utc_ns=_ns(case.step_amber_utc),
    )


class OpenCases:
    """Rows by id. `changed(ids)` fires with the cases that changed; `replaced` with a snapshot."""

    def __init__(self) -> None:
        self.changed: Signal[[frozenset[CaseId]]] = Signal()
        self.replaced: Signal[[]] = Signal()
        self._rows: dict[CaseId, CaseRow] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, case_id: str | None) -> CaseRow | None:
        return self._rows.get(CaseId(case_id)) if case_id else None

    def rows(self) -> tuple[CaseRow, ...]:
        return tuple(self._rows.values())

    def open_rows(self) -> list[CaseRow]:
        return [row for row in self._rows.values() if not row.ended]

    def replace(self, cases: Iterable[CaseData], now_utc_ns: int) -> None:
        """Takes a snapshot: what is not in it is gone, but ended cases this seat saw stay."""
        kept = {case_id: row for case_id, row in self._rows.items() if row.ended}
        self._rows = kept | {case.case_id: row_of(case, now_utc_ns) for case in cases}
        self.replaced.emit()

    def apply(self, cases: Iterable[CaseData], now_utc_ns: int) -> None:
        """Takes newer versions; an older or equal version changes nothing (replay is safe)."""
        taken: set[CaseId] = set()
        for case in cases:
            known = self._rows.get(case.case_id)
            if known is not None and known.case.version >= case.version:
                continue
            self._rows[case.case_id] = row_of(case, now_utc_ns)
            taken.add(case.case_id)
        if taken:
            self._forget_old_ended()
            self.changed.emit(frozenset(taken))

    def strip(self, now_utc_ns: int) -> list[CaseRow]:
        """Priority-1 cases nobody has finished with, most urgent first."""
        rows = [row for row in self.open_rows() if row.case.priority == STRIP_PRIORITY]
        return sorted(rows, key=lambda row: row.urgency(now_utc_ns))

    def of_camera(self, camera_id: str) -> list[CaseRow]:
        return [row for row in self.open_rows() if row.case.camera_id == camera_id]

    def with_alert(self, alert_id: str) -> CaseRow | None:
        for row in self._rows.values():
            if alert_id in row.case.alert_ids:
                return row
        return None

    def _forget_old_ended(self) -> None:
        ended = [row for row in self._rows.values() if row.ended]
        for row in sorted(ended, key=lambda row: row.opened_utc_ns)[:-ENDED_KEPT_MAX]:
            del self._rows[row.id]
