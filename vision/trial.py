"""Trials: what edited zones would have raised over a camera's last minutes, before they are saved.

The same pipeline and rules run over what was kept (`recent.py`), faster than life, in a thread of
their own that leaves the live cameras most of the time. Bounded: one trial at a time, a few waiting,
each with a deadline. What operators taught is left out: a trial shows what the rules say.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from config.site import Calibration, Camera
from ingest.feed.envelope import utc_text
from ingest.stop import StopToken
from vision.alert_book import AlertEvent
from vision.alerts import AlertVerb
from vision.asked import TRIED_ALERTS_MAX, TrialAsked, TrialDone, TriedAlert
from vision.detector import Picture
from vision.pictures import size_px
from vision.pipeline import CameraPipeline, ModelView
from vision.recent import KEPT_S, RecentRecord, detections_in, picture_of, read_recent
from vision.rules.rule import Moment
from vision.tuning import Tuning

_log = logging.getLogger(__name__)

WAITING_MAX = 4
DEADLINE_S = 30.0
#: After every picture the thread lets the live cameras go first.
BREATH_S = 0.002
#: More between two pictures than this nobody analysed.
GAP_S = 6.0
CLOSE_S = 5.0

Tell = Callable[[TrialDone], None]


@dataclass(frozen=True, slots=True)
class TrialStage:
    """What a trial needs to know of its camera."""

    camera: Camera
    calibration: Calibration | None
    model: ModelView
    tuning: Tuning
    zone_info: tzinfo | None
    folder: Path
    now_utc_ns: int


@dataclass(slots=True)
class _Run:
    """A trial on its way."""

    alerts: dict[str, TriedAlert] = field(default_factory=dict)
    more_count: int = 0
    first_utc_ns: int = 0
    last_utc_ns: int = 0
    gap_ns: int = 0

    def count(self, utc_ns: int) -> None:
        if not self.first_utc_ns:
            self.first_utc_ns = self.last_utc_ns = utc_ns
        if utc_ns - self.last_utc_ns > GAP_S * 1e9:
            self.gap_ns += utc_ns - self.last_utc_ns
        self.last_utc_ns = utc_ns

    def take(self, event: AlertEvent, utc_ns: int) -> None:
        data = event.data
        if event.verb is AlertVerb.RAISED:
            if len(self.alerts) >= TRIED_ALERTS_MAX:
                self.more_count += 1
                return
            self.alerts[data.alert_id] = TriedAlert(
                str(data.zone_id), data.kind, utc_text(utc_ns), data.since_utc, None,
                data.box_norm, data.reason,
            )  # fmt: skip
        elif event.verb is AlertVerb.CLEARED and data.alert_id in self.alerts:
            raised = self.alerts[data.alert_id]
            self.alerts[data.alert_id] = TriedAlert(
                raised.zone_id, raised.kind, raised.raised_utc, raised.since_utc,
                utc_text(utc_ns), raised.box_norm, raised.reason,
            )  # fmt: skip


def run_trial(
    asked: TrialAsked, stage: TrialStage, breathe: Callable[[], bool] = lambda: True
) -> TrialDone:
    """The result over what is kept now.

    Args:
        breathe: called after every picture; False ends the trial (a deadline, a stop).
    """
    records = list(read_recent(stage.folder, stage.now_utc_ns))
    if not records:
        return TrialDone(asked.trial_id, asked.camera_id, KEPT_S)
    zones = tuple(zone for zone in asked.zones if zone.camera_id == asked.camera_id)
    pipeline = CameraPipeline(
        stage.camera, zones, stage.calibration, stage.model,
        tuning=stage.tuning, zone_info=stage.zone_info,
    )  # fmt: skip
    run = _Run()
    error = ""
    for record, picture in _pictures(records):
        run.count(record.utc_ns)
        now = Moment(record.utc_ns / 1e9, record.utc_ns)
        for event in pipeline.process(picture, detections_in(record, *size_px(picture)), now):
            run.take(event, record.utc_ns)
        if not breathe():
            error = "the trial took too long and was ended: the rest was not tried"
            break
    error = error or "; ".join(f"{zone}: {text}" for zone, text in pipeline.faults.items())
    return TrialDone(
        trial_id=asked.trial_id,
        camera_id=asked.camera_id,
        asked_s=KEPT_S,
        stored_s=round((run.last_utc_ns - run.first_utc_ns) / 1e9, 1),
        from_utc=utc_text(run.first_utc_ns) if run.first_utc_ns else None,
        to_utc=utc_text(run.last_utc_ns) if run.last_utc_ns else None,
        gap_s=round(run.gap_ns / 1e9, 1),
        alerts=tuple(run.alerts.values()),
        more_count=run.more_count,
        error=error,
    )


def _pictures(records: list[RecentRecord]) -> Iterable[tuple[RecentRecord, Picture]]:
    """Every record of the view the camera has now, with its picture or the last before it."""
    picture: Picture | None = None
    for record in records:
        if record.view != records[-1].view:
            picture = None
            continue
        if record.picture is not None:
            picture = picture_of(record.picture)
        if picture is not None:
            yield record, picture


class TrialDesk:
    """Runs what is asked, one after the other. Threads: `ask` any; one of its own tells."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._stop = StopToken()
        self._waiting: queue.Queue[tuple[TrialAsked, TrialStage] | None] = queue.Queue(WAITING_MAX)
        self._thread = threading.Thread(target=self._run, name="zone-trials", daemon=True)
        self._thread.start()

    def ask(self, asked: TrialAsked, stage: TrialStage) -> None:
        """Takes a trial; where too many wait, says so at once."""
        try:
            self._waiting.put_nowait((asked, stage))
        except queue.Full:
            busy = "too many trials are waiting: try again in a moment"
            self._tell(TrialDone(asked.trial_id, asked.camera_id, KEPT_S, error=busy))

    def close(self) -> None:
        """Ends what is running. Twice is harmless."""
        self._stop.stop()
        with contextlib.suppress(queue.Full):  # then it sees the stop token before the next
            self._waiting.put_nowait(None)
        self._thread.join(CLOSE_S)

    def _run(self) -> None:
        while (job := self._waiting.get()) is not None and not self._stop.stopped:
            asked, stage = job
            end_s = time.monotonic() + DEADLINE_S
            try:
                done = run_trial(asked, stage, lambda end_s=end_s: self._breathe(end_s))  # type: ignore[misc]
            except Exception as error:  # noqa: BLE001 - boundary: a trial never costs the analysis
                _log.exception("camera %s: a trial failed", asked.camera_id)
                done = TrialDone(asked.trial_id, asked.camera_id, KEPT_S, error=str(error))
            self._tell(done)

    def _breathe(self, end_s: float) -> bool:
        self._stop.wait(BREATH_S)
        return not self._stop.stopped and time.monotonic() < end_s
