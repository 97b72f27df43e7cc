"""How good each device's reports are: what became of them, by reason, and when it last spoke.

Pure book-keeping in the gateway's loop; a device nobody carries has a row like every other, so that
an unknown one is listed and not lost. Bounded: the one silent longest leaves first.
"""

from __future__ import annotations

from collections import OrderedDict

from msgspec import Struct, structs

from config.registers import canonical_device_id
from ingest.positions.filter import Verdict
from ingest.positions.fix import Fix

DEVICES_MOST = 20_000


class DeviceQuality(Struct, frozen=True):
    """One device. `counts`: verdict → reports since the gateway started. Times: ms since 1970."""

    device_id: str
    inspector_id: str | None
    source: str
    counts: dict[str, int]
    last_fix_ms: int
    last_heard_ms: int
    accuracy_m: float | None


class QualityBook:
    """Rows by device. Threads: one."""

    def __init__(self) -> None:
        self._rows: OrderedDict[str, DeviceQuality] = OrderedDict()
        self._changed: set[str] = set()

    def note(self, fix: Fix, verdict: Verdict) -> None:
        key = canonical_device_id(fix.device_id)
        known = self._rows.get(key)
        counts = dict(known.counts) if known else {}
        counts[verdict.value] = counts.get(verdict.value, 0) + 1
        row = DeviceQuality(
            device_id=fix.device_id,
            inspector_id=fix.inspector_id,
            source=fix.source.value,
            counts=counts,
            last_fix_ms=fix.fix_utc_ns // 1_000_000,
            last_heard_ms=fix.received_utc_ns // 1_000_000,
            accuracy_m=fix.accuracy_m,
        )
        if known is not None and not verdict.is_published:  # a wrong fix says nothing of the place
            row = structs.replace(row, last_fix_ms=known.last_fix_ms, accuracy_m=known.accuracy_m)
        self._rows[key] = row
        self._rows.move_to_end(key)
        self._changed.add(key)
        if len(self._rows) > DEVICES_MOST:
            gone, _ = self._rows.popitem(last=False)
            self._changed.discard(gone)

    def take_changed(self, most: int) -> list[DeviceQuality]:
        """Rows that changed since they were taken last, at most `most`."""
        taken = [key for _, key in zip(range(most), self._changed, strict=False)]
        self._changed.difference_update(taken)
        return [self._rows[key] for key in taken]
