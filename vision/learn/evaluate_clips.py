"""Accuracy of alerts on clips: the real pipeline, faster than life, against TRUTH.toml.

An alert hits an event of its kind when it is raised during it (and where it is); every event
counts once, a second alert for the same event is a duplicate, any other alert is false.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from msgspec import Struct

from config.site import Camera, CameraId, Zone, ZoneKind
from ingest.clock import ManualClock
from ingest.errors import GridwallError
from vision.alert_book import AlertEvent
from vision.alerts import AlertKind
from vision.detector import Detector, Picture
from vision.learn.clip_outcomes import ClipOutcome, TimedAlert, Verdict, outcomes_of
from vision.learn.rates import poisson_interval
from vision.learn.truth import CLIP_CAMERA, TruthClip
from vision.look import second_look
from vision.pipeline import CameraPipeline, ModelView
from vision.rules.rule import Moment
from vision.tuning import Tuning

KINDS_OF_ZONE = {
    ZoneKind.SMOKE_WATCH: (AlertKind.SMOKE, AlertKind.FIRE),
    ZoneKind.NO_PARKING: (AlertKind.PARKING,),
    ZoneKind.NO_TRADING: (AlertKind.STALL,),
    ZoneKind.MASK: (),
    ZoneKind.NO_CYCLE_PARKING: (AlertKind.CYCLE_PARKING,),
    ZoneKind.CROWD_WATCH: (AlertKind.CROWD,),
}


class ClipUnreadable(GridwallError):
    """A clip OpenCV cannot decode."""


class KindScore(Struct, frozen=True):
    """One row of the result (CONTRACT §2). `delay_s` is the median, None without hits.

    `false_per_camera_hour_low`, `…_high`: the rates the count is compatible with at 95 %.
    """

    hits: int
    misses: int
    false: int
    false_per_camera_hour: float
    hours: float
    delay_s: float | None
    delay_p95_s: float | None
    duplicates: int
    false_per_camera_hour_low: float = 0.0
    false_per_camera_hour_high: float = 0.0


@dataclass(slots=True)
class _Tally:
    hits: int = 0
    misses: int = 0
    false: int = 0
    duplicates: int = 0
    seconds: float = 0.0
    delays_s: list[float] = field(default_factory=list)

    def count(self, outcome: ClipOutcome) -> None:
        if outcome.verdict is Verdict.HIT:
            self.hits += 1
            self.delays_s.append(outcome.delay_s)
        elif outcome.verdict is Verdict.MISS:
            self.misses += 1
        elif outcome.verdict is Verdict.FALSE:
            self.false += 1
        else:
            self.duplicates += 1


def pictures_of_clip(path: Path, fps: float) -> Iterator[tuple[float, Picture]]:
    """(clip second, BGR picture), at most `fps` a second.

    Raises:
        ClipUnreadable: not a video OpenCV can open.
    """
    capture = cv2.VideoCapture(str(path))
    try:
        if not capture.isOpened():
            raise ClipUnreadable(f"{path}: cannot be opened as a video")
        own_fps = capture.get(cv2.CAP_PROP_FPS) or 25.0
        next_s, number = 0.0, 0
        while capture.grab():
            at_s = number / own_fps
            number += 1
            if at_s + 1e-6 < next_s:
                continue
            next_s += 1.0 / fps
            good, picture = capture.retrieve()
            if good:
                yield at_s, np.asarray(picture, np.uint8)
    finally:
        capture.release()


def run_clip(
    path: Path,
    zones: Sequence[Zone],
    detector: Detector,
    model: ModelView,
    *,
    fps: float,
    tuning: Tuning | None = None,
    on_picture: Callable[[float, CameraPipeline], None] | None = None,
) -> tuple[list[TimedAlert], float]:
    """All alert events of a clip and its length in seconds."""
    return run_pictures(
        path.stem, pictures_of_clip(path, fps), zones, detector, model,
        fps=fps, tuning=tuning, on_picture=on_picture,
    )  # fmt: skip


def run_pictures(
    name: str,
    pictures: Iterable[tuple[float, Picture]],
    zones: Sequence[Zone],
    detector: Detector,
    model: ModelView,
    *,
    fps: float,
    tuning: Tuning | None = None,
    on_picture: Callable[[float, CameraPipeline], None] | None = None,
) -> tuple[list[TimedAlert], float]:
    """All alert events of a stream of (second, BGR picture) and its length in seconds."""
    camera = Camera(CameraId(CLIP_CAMERA), name, main_url=name)
    pipeline = CameraPipeline(camera, zones, None, model, tuning=tuning)
    clock = ManualClock()
    alerts: list[TimedAlert] = []
    last_s = 0.0
    for at_s, picture in pictures:
        clock.advance(at_s - last_s)
        last_s = at_s
        now = Moment(clock.mono_ns() / 1e9, clock.utc_ns())
        events = step_picture(pipeline, detector, picture, now)
        alerts += [TimedAlert(at_s, event.verb, event.data) for event in events]
        if on_picture is not None:
            on_picture(at_s, pipeline)
    return alerts, last_s + 1.0 / fps


def step_picture(
    pipeline: CameraPipeline, detector: Detector, picture: Picture, now: Moment
) -> list[AlertEvent]:
    """Gate, detection and rules for one picture."""
    if not pipeline.wants(picture, now):
        return pipeline.process(picture, None, now)
    detections = detector.detect([picture], pipeline.floor)[0]
    return pipeline.process(picture, detections, now, second_look(pipeline, detector, picture))


def score_clip(
    clip: TruthClip, alerts: Sequence[TimedAlert], length_s: float, tallies: dict[AlertKind, _Tally]
) -> list[ClipOutcome]:
    """Adds one clip to the tallies of every kind its zones can raise; what became of everything."""
    kinds = {kind for zone in clip.zones for kind in KINDS_OF_ZONE[zone.kind]}
    kinds |= {event.kind for event in clip.events}
    results: list[ClipOutcome] = []
    for kind in sorted(kinds, key=lambda each: each.value):
        tally = tallies.setdefault(kind, _Tally())
        tally.seconds += length_s
        events = [event for event in clip.events if event.kind is kind]
        found = outcomes_of(clip.path.name, kind, events, alerts)
        for outcome in found:
            tally.count(outcome)
        results += found
    return results


def evaluate_clips(
    clips: Sequence[TruthClip],
    detector: Detector,
    model: ModelView,
    *,
    fps: float,
    on_clip: Callable[[TruthClip, Sequence[TimedAlert], Sequence[ClipOutcome]], None] | None = None,
) -> dict[str, KindScore]:
    """The scores by kind of alert, over all clips."""
    tallies: dict[AlertKind, _Tally] = {}
    for clip in clips:
        alerts, length_s = run_clip(clip.path, clip.zones, detector, model, fps=fps)
        outcomes = score_clip(clip, alerts, length_s, tallies)
        if on_clip is not None:
            on_clip(clip, alerts, outcomes)
    return {kind.value: _score(tally) for kind, tally in tallies.items()}


def _score(tally: _Tally) -> KindScore:
    hours = tally.seconds / 3600
    delays = sorted(tally.delays_s)
    low, high = poisson_interval(tally.false)
    return KindScore(
        tally.hits,
        tally.misses,
        tally.false,
        round(tally.false / hours, 3) if hours > 0 else 0.0,
        round(hours, 5),
        round(statistics.median(delays), 3) if delays else None,
        round(delays[min(len(delays) - 1, int(0.95 * len(delays)))], 3) if delays else None,
        tally.duplicates,
        round(low / hours, 3) if hours > 0 else 0.0,
        round(high / hours, 3) if hours > 0 else 0.0,
    )
