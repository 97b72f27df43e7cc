"""WorkerReport: what a vision worker has done since its start, for the log and `--json`."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from vision.eyes import Eye


class WorkerReport(Struct, frozen=True):
    """Counts since the start. Seconds are wall time; `gate_open_share` is 0…1."""

    cameras: int
    cameras_live: int
    pictures: int
    detected: int
    gate_open_share: float
    pictures_per_s: float
    dropped: int
    torn: int
    longest_wait_s: float
    alerts_raised: int
    faults: int
    rules_off: dict[str, str]
    sanity: dict[str, str]


def report_of(
    eyes: Collection[Eye], *, elapsed_s: float, dropped: int, longest_wait_s: float, raised: int
) -> WorkerReport:
    """Counts of all eyes together with what the worker and its schedule counted."""
    pictures = sum(eye.picture_count for eye in eyes)
    detected = sum(eye.detected_count for eye in eyes)
    faults = [(eye, zone, text) for eye in eyes for zone, text in eye.pipeline.faults.items()]
    return WorkerReport(
        cameras=len(eyes),
        cameras_live=sum(eye.reader is not None for eye in eyes),
        pictures=pictures,
        detected=detected,
        gate_open_share=round(detected / pictures, 3) if pictures else 0.0,
        pictures_per_s=round(pictures / max(1e-3, elapsed_s), 2),
        dropped=dropped,
        torn=sum(eye.torn_count for eye in eyes),
        longest_wait_s=round(longest_wait_s, 3),
        alerts_raised=raised,
        faults=sum(eye.fault_count for eye in eyes),
        rules_off={f"{eye.camera.id}/{zone}": text for eye, zone, text in faults},
        sanity={
            str(eye.camera.id): eye.pipeline.sanity.value
            for eye in eyes
            if not eye.pipeline.sanity.zones_fit
        },
    )
