"""Counters of the gateway and the hub as Prometheus text (exposition format 0.0.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

HELP = {
    "gridwall_positions_total": "Position reports received, each counted once.",
    "gridwall_positions_unknown_device_total": "Reports of devices no inspector carries.",
    "gridwall_trail_fixes_dropped_total": "Fixes that are on the feed but in no trail: the disk was too slow.",
    "gridwall_jt808_variants_total": "Messages that differ from the standard and were understood.",
    "gridwall_field_requests_total": "What the field page asked, by result.",
    "gridwall_evidence_total": "Evidence requests by result.",
    "gridwall_http_refused_total": "Answers from 400 on by door; door none: no HTTP at all.",
    "gridwall_tickets_total": "Service requests by result.",
    "gridwall_events_total": "Events on the feed since the hub's start.",
    "gridwall_camera_reconnects_total": "Cameras that came back after a loss.",
    "gridwall_hub_up": "Whether the hub answers.",
}
#: The label of a hub counter's second column.
LABEL_OF = {
    "gridwall_events_total": "noun",
    "gridwall_messages_malformed_total": "socket",
    "gridwall_messages_dropped_total": "socket",
    "gridwall_events_refused_total": "reason",
    "gridwall_requests_refused_total": "op",
    "gridwall_connections_refused_total": "socket",
    "gridwall_hub_errors_total": "where",
    "gridwall_participant_errors_total": "participant",
}

Labels = tuple[tuple[str, str], ...]


class Counters:
    """Counts by name and labels. Threads: the event loop's."""

    def __init__(self) -> None:
        self._values: Counter[tuple[str, Labels]] = Counter()

    def add(self, name: str, count: int = 1, **labels: str) -> None:
        self._values[(name, tuple(sorted(labels.items())))] += count

    def rows(self) -> list[tuple[str, Labels, float]]:
        return [(name, labels, value) for (name, labels), value in self._values.items()]


def hub_rows(counts: Iterable[tuple[str, str, int]]) -> list[tuple[str, Labels, float]]:
    """The hub's counts (name, label, value) as rows."""
    rows: list[tuple[str, Labels, float]] = []
    for name, label, value in counts:
        labels: Labels = ((LABEL_OF.get(name, "label"), label),) if label else ()
        rows.append((name, labels, float(value)))
    return rows


def exposition(rows: Iterable[tuple[str, Labels, float]]) -> str:
    """Prometheus text, grouped by name."""
    by_name: dict[str, list[tuple[Labels, float]]] = {}
    for name, labels, value in rows:
        by_name.setdefault(name, []).append((labels, value))
    lines: list[str] = []
    for name in sorted(by_name):
        kind = "counter" if name.endswith("_total") else "gauge"
        lines.append(f"# HELP {name} {HELP.get(name, name.replace('_', ' '))}")
        lines.append(f"# TYPE {name} {kind}")
        lines.extend(f"{name}{_braced(labels)} {value:g}" for labels, value in by_name[name])
    return "\n".join(lines) + "\n"


def _braced(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{key}="{_escaped(value)}"' for key, value in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
