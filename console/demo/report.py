"""What the demonstration found against what was true: hits, misses, false alarms, delays. Pure.

An alert hits a true event of the same camera and kind when it was raised while the event lasted
(with some slack) and lies where the event is, in the picture or on the ground. Further alerts of
a hit event are repeats; everything else is false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from config.geometry import GeoPoint, distance_m
from console.demo.truth import TrueEvent
from vision.alerts import AlertData, AlertKind

_NS = 1_000_000_000
#: Before the true start: clocks of picture and truth differ by a frame or two, and a stall is
#: already a stall while it is pushed along.
EARLY_S = 5.0
#: After the true end: a rule may still be sure of what left a moment ago.
LATE_S = 6.0
#: An event that ran this long beyond its limit must have been raised; younger ones are not judged.
GRACE_S = 8.0
#: Centre of the alert's box within the true box widened by this share of the picture.
BOX_SLACK = 0.10
#: Distance on the ground that still is the same place, added to the alert's own error.
PLACE_SLACK_M = 15.0


class RaisedAlert(Struct, frozen=True):
    """An alert.raised event and when it came over the feed (UTC nanoseconds)."""

    alert: AlertData
    seen_utc_ns: int


class KindReport(Struct):
    """`alerts.<kind>` of the demonstration's JSON; `repeats` are further alerts of one event."""

    raised: int = 0
    hits: int = 0
    misses: int = 0
    false: int = 0
    repeats: int = 0


class DelayReport(Struct, frozen=True):
    """Seconds from (true start + limit) to the alert on the feed; None without a hit."""

    p50: float | None
    p95: float | None


class AlertReport(Struct, frozen=True):
    """The outcome of the matching."""

    kinds: dict[str, KindReport]
    delays_s: tuple[float, ...]
    delay: DelayReport


def same_place(alert: AlertData, event: TrueEvent) -> bool:
    """Whether an alert lies where the event is."""
    x = (alert.box_norm[0] + alert.box_norm[2]) / 2
    y = (alert.box_norm[1] + alert.box_norm[3]) / 2
    x1, y1, x2, y2 = event.box_norm
    if x1 - BOX_SLACK <= x <= x2 + BOX_SLACK and y1 - BOX_SLACK <= y <= y2 + BOX_SLACK:
        return True
    if alert.lat_deg is None or alert.lon_deg is None:
        return False
    apart_m = distance_m(
        GeoPoint(alert.lat_deg, alert.lon_deg), GeoPoint(event.lat_deg, event.lon_deg)
    )
    return apart_m <= PLACE_SLACK_M + (alert.place_error_m or 0.0)


def _fits(raised: RaisedAlert, event: TrueEvent) -> bool:
    alert = raised.alert
    if alert.camera_id != event.camera_id or alert.kind.value != event.kind:
        return False
    end_ns = raised.seen_utc_ns if event.end_utc_ns is None else event.end_utc_ns
    in_time = event.start_utc_ns - EARLY_S * _NS <= raised.seen_utc_ns <= end_ns + LATE_S * _NS
    return in_time and same_place(alert, event)


def match(
    raised: Sequence[RaisedAlert],
    events: Sequence[TrueEvent],
    limit_s: Mapping[str, float],
    now_utc_ns: int,
) -> AlertReport:
    """The report at `now_utc_ns`; `limit_s` by kind."""
    kinds = {kind.value: KindReport() for kind in AlertKind}
    delays: list[float] = []
    hit: set[str] = set()
    for item in sorted(raised, key=lambda each: each.seen_utc_ns):
        line = kinds[item.alert.kind.value]
        line.raised += 1
        event = next((each for each in events if _fits(item, each)), None)
        if event is None:
            line.false += 1
        elif event.event_id in hit:
            line.repeats += 1
        else:
            hit.add(event.event_id)
            line.hits += 1
            late_ns = item.seen_utc_ns - event.start_utc_ns
            delays.append(late_ns / _NS - limit_s.get(event.kind, 0.0))
    for event in events:
        if event.event_id not in hit and _is_due(event, limit_s.get(event.kind, 0.0), now_utc_ns):
            kinds[event.kind].misses += 1
    return AlertReport(kinds, tuple(delays), _percentiles(delays))


def count_only(raised: Sequence[RaisedAlert]) -> AlertReport:
    """The report where nobody knows what is true: alerts are counted, not judged."""
    kinds = {kind.value: KindReport() for kind in AlertKind}
    for item in raised:
        kinds[item.alert.kind.value].raised += 1
    return AlertReport(kinds, (), DelayReport(None, None))


def _is_due(event: TrueEvent, limit_s: float, now_utc_ns: int) -> bool:
    """Whether the event lasted long enough that it must have been seen by now."""
    end_ns = now_utc_ns if event.end_utc_ns is None else min(event.end_utc_ns, now_utc_ns)
    return end_ns - event.start_utc_ns > (limit_s + GRACE_S) * _NS


def _percentiles(delays: Sequence[float]) -> DelayReport:
    if not delays:
        return DelayReport(None, None)
    ordered = sorted(delays)

    def at(share: float) -> float:
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        return round(ordered[low] + (ordered[high] - ordered[low]) * (place - low), 3)

    return DelayReport(at(0.5), at(0.95))
