"""AlertBook: the life raised → updated → cleared of one camera's alerts, as events to publish.

At most one update per alert and interval, and only when something worth telling changed. A
clear waits, for a bounded time, for the clip that is still being cut, so that the last word on
an alert is never followed by another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from config.site import CameraId
from ingest.feed.envelope import utc_text
from vision.alerts import AlertData, AlertVerb
from vision.boxes import Box, iou
from vision.ground import Placer
from vision.rules.rule import AlertChange, Finding, Moment

#: Samples of the score kept in an alert, one a second.
SCORE_SAMPLES = 30
#: Overlap with the box last told below which the change is worth an update.
TELLING_IOU = 0.7
#: Change of score worth an update.
TELLING_SCORE = 0.2
#: A clear waits no longer than this after the raise for the clip.
CLIP_PATIENCE_S = 12.0


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One event to publish."""

    verb: AlertVerb
    data: AlertData


@dataclass(slots=True)
class _Open:
    """An alert that is not over yet."""

    data: AlertData
    raised_s: float
    told_s: float
    told_box: Box
    told_score: float
    sampled_s: float
    awaits_clip: bool = False
    has_news: bool = False
    cleared: bool = field(default=False)


class BookRecord(Struct, frozen=True):
    """Open alerts as kept over a restart."""

    alerts: tuple[AlertData, ...]


class AlertBook:
    """The open alerts of one camera. Threads: one."""

    def __init__(
        self, camera_id: CameraId, model: str, placer: Placer, update_interval_s: float
    ) -> None:
        self._camera_id = camera_id
        self._model = model
        self.placer = placer
        self._interval_s = update_interval_s
        self._open: dict[str, _Open] = {}

    @property
    def open_count(self) -> int:
        return len(self._open)

    def apply(self, changes: Sequence[AlertChange], now: Moment) -> list[AlertEvent]:
        """Events for what the rules say, in order, and for what became due."""
        events: list[AlertEvent] = []
        for change in changes:
            if change.verb is AlertVerb.RAISED:
                events.append(self._raise(change.finding, now))
            elif change.finding.alert_id in self._open:
                self._take(change, now)
        return events + self.due(now)

    def due(self, now: Moment) -> list[AlertEvent]:
        """Updates and clears whose time has come."""
        events: list[AlertEvent] = []
        for alert_id, entry in list(self._open.items()):
            if entry.cleared:
                if entry.awaits_clip and now.mono_s - entry.raised_s < CLIP_PATIENCE_S:
                    continue
                del self._open[alert_id]
                events.append(AlertEvent(AlertVerb.CLEARED, entry.data))
            elif entry.has_news and now.mono_s - entry.told_s >= self._interval_s:
                events.append(self._tell(entry, now))
        return events

    def end_all(self) -> list[AlertEvent]:
        """Clears of everything that is open, at once: the camera is no longer analysed."""
        events = [AlertEvent(AlertVerb.CLEARED, entry.data) for entry in self._open.values()]
        self._open.clear()
        return events

    def awaits_clip(self, alert_id: str) -> None:
        """A clip is being cut for this alert."""
        if alert_id in self._open:
            self._open[alert_id].awaits_clip = True

    def attach(
        self,
        alert_id: str,
        *,
        snapshot: str | None = None,
        crop: str | None = None,
        clip: str | None = None,
        told: bool = False,
    ) -> None:
        """Adds stored evidence; the next update carries it unless it was `told` already."""
        entry = self._open.get(alert_id)
        if entry is None:
            return
        entry.data = msgspec.structs.replace(
            entry.data,
            snapshot=snapshot or entry.data.snapshot,
            crop=crop or entry.data.crop,
            clip=clip or entry.data.clip,
        )
        entry.has_news = entry.has_news or not told
        entry.awaits_clip = entry.awaits_clip and clip is None

    def gives_up_clip(self, alert_id: str) -> None:
        """No clip will come."""
        if alert_id in self._open:
            self._open[alert_id].awaits_clip = False

    def _raise(self, finding: Finding, now: Moment) -> AlertEvent:
        data = self._with_finding(_blank(finding, self._camera_id, self._model), finding)
        data = msgspec.structs.replace(data, score_history=_sample((), data.score, now))
        now_s = now.mono_s
        self._open[finding.alert_id] = _Open(data, now_s, now_s, finding.box, finding.score, now_s)
        return AlertEvent(AlertVerb.RAISED, data)

    def _take(self, change: AlertChange, now: Moment) -> None:
        entry, finding = self._open[change.finding.alert_id], change.finding
        entry.data = self._with_finding(entry.data, finding)
        if now.mono_s - entry.sampled_s >= 1.0:
            entry.sampled_s = now.mono_s
            history = _sample(entry.data.score_history, entry.data.score, now)
            entry.data = msgspec.structs.replace(entry.data, score_history=history)
        if change.verb is AlertVerb.CLEARED:
            entry.cleared = True
        elif (
            iou(entry.told_box, finding.box) < TELLING_IOU
            or abs(entry.told_score - finding.score) > TELLING_SCORE
        ):
            entry.has_news = True

    def _tell(self, entry: _Open, now: Moment) -> AlertEvent:
        entry.has_news = False
        entry.told_s = now.mono_s
        entry.told_box, entry.told_score = entry.data.box_norm, entry.data.score
        return AlertEvent(AlertVerb.UPDATED, entry.data)

    def _with_finding(self, data: AlertData, finding: Finding) -> AlertData:
        box = _rounded(finding.box)
        place = None
        if data.lat_deg is None or box != data.box_norm:
            place = self.placer.place(finding.box)
        return msgspec.structs.replace(
            data,
            box_norm=box,
            score=round(min(1.0, max(0.0, finding.score)), 3),
            reason=finding.reason,
            lat_deg=place.point.lat_deg if place else data.lat_deg,
            lon_deg=place.point.lon_deg if place else data.lon_deg,
            place_error_m=round(place.error_m, 1) if place else data.place_error_m,
        )

    def remember(self) -> BookRecord:
        """What a restart must know of open alerts."""
        return BookRecord(tuple(entry.data for entry in self._open.values()))

    def restore(self, record: BookRecord, now: Moment) -> None:
        """Takes over alerts that were open when the process stopped."""
        for data in record.alerts:
            self._open[data.alert_id] = _Open(
                data, now.mono_s, now.mono_s, data.box_norm, data.score, now.mono_s
            )

    def end_unknown(self, known_ids: set[str]) -> None:
        """Clears alerts no rule speaks for (their zone is gone)."""
        for alert_id, entry in self._open.items():
            if alert_id not in known_ids:
                entry.cleared = True


def _blank(finding: Finding, camera_id: CameraId, model: str) -> AlertData:
    return AlertData(
        finding.alert_id,
        finding.kind,
        camera_id,
        finding.zone_id,
        utc_text(finding.since_utc_ns),
        _rounded(finding.box),
        0.0,
        None,
        None,
        None,
        None,
        None,
        model,
        finding.rule,
        since_before=finding.since_before,
        limit_s=finding.limit_s,
    )


def _rounded(box: Box) -> Box:
    left, top, right, bottom = (round(min(1.0, max(0.0, edge)), 4) for edge in box)
    return left, top, right, bottom


def _sample(
    history: tuple[tuple[str, float], ...], score: float, now: Moment
) -> tuple[tuple[str, float], ...]:
    return (*history[-(SCORE_SAMPLES - 1) :], (utc_text(now.utc_ns), score))
