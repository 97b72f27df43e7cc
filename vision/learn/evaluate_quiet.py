"""Recall per fire and false alarms per camera-hour over streamed scenes and real burning clips.

The pipeline is the worker's own. Scenes are shared out over processes; each loads the detector
once. A burning scene is judged for its own kind only, a quiet one for smoke and fire.
"""

from __future__ import annotations

import multiprocessing
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from config.geometry import ImagePoint
from config.site import CameraId, Zone, ZoneId, ZoneKind
from ingest.errors import Misconfigured
from vision.alerts import AlertKind
from vision.detector import Detector
from vision.learn.clip_outcomes import ClipOutcome, Verdict, outcomes_of, picture_of
from vision.learn.composites import QUIET_TRAINED, WHOLE
from vision.learn.evaluate_clips import run_clip, run_pictures
from vision.learn.mistakes import thumbnail
from vision.learn.quiet import FPS, Scene, Stream
from vision.learn.rates import poisson_interval, share_interval
from vision.learn.truth import CLIP_CAMERA, TruthClip, TruthEvent
from vision.load_detector import load_detector
from vision.models import resolve_model
from vision.pipeline import ModelView

KINDS = (AlertKind.SMOKE, AlertKind.FIRE)
#: The rule's limit in every scene, as in the shared clips.
LIMIT_S = 3.0


@dataclass(frozen=True, slots=True)
class SceneResult:
    """What became of one stream; `groups`: table → row it counts in."""

    name: str
    groups: dict[str, str]
    kinds: tuple[AlertKind, ...]
    seconds: float
    outcomes: tuple[ClipOutcome, ...]


class BurnScore(Struct, frozen=True):
    """Counts of one kind; shares and rates with what they are compatible with at 95 %."""

    events: int
    found: int
    recall: float | None
    recall_low: float | None
    recall_high: float | None
    false: int
    hours: float
    false_per_camera_hour: float
    false_per_camera_hour_low: float
    false_per_camera_hour_high: float
    repeated: int


@dataclass(slots=True)
class _Tally:
    verdicts: dict[Verdict, int] = field(default_factory=lambda: defaultdict(int))
    seconds: float = 0.0

    def score(self) -> BurnScore:
        found, false = self.verdicts[Verdict.HIT], self.verdicts[Verdict.FALSE]
        events = found + self.verdicts[Verdict.MISS]
        low, high = share_interval(found, events)
        rate_low, rate_high = poisson_interval(false)
        hours = self.seconds / 3600
        known = events > 0
        return BurnScore(
            events=events,
            found=found,
            recall=round(found / events, 3) if known else None,
            recall_low=round(low, 3) if known else None,
            recall_high=round(high, 3) if known else None,
            false=false,
            hours=round(hours, 4),
            false_per_camera_hour=_rate(false, hours),
            false_per_camera_hour_low=_rate(rate_low, hours),
            false_per_camera_hour_high=_rate(rate_high, hours),
            repeated=self.verdicts[Verdict.DUPLICATE],
        )


def _rate(count: float, hours: float) -> float:
    return round(count / hours, 3) if hours > 0 else 0.0


def scores_of(results: Iterable[SceneResult], table: str) -> dict[str, BurnScore]:
    """`row: kind` → score, for one grouping of the results."""
    tallies: dict[tuple[str, str], _Tally] = {}
    for result in results:
        row = result.groups.get(table)
        if row is None:
            continue
        for kind in result.kinds:
            tally = tallies.setdefault((row, kind.value), _Tally())
            tally.seconds += result.seconds
            for outcome in result.outcomes:
                if outcome.kind is kind:
                    tally.verdicts[outcome.verdict] += 1
    return {f"{row}: {kind}": tally.score() for (row, kind), tally in sorted(tallies.items())}


def watched(limit_s: float = LIMIT_S) -> tuple[Zone, ...]:
    """One smoke zone over the whole picture."""
    corners = tuple(ImagePoint(x, y) for x, y in WHOLE)
    return (
        Zone(
            ZoneId("whole"), CameraId(CLIP_CAMERA), ZoneKind.SMOKE_WATCH, corners, limit_s=limit_s
        ),
    )


def run_scene(scene: Scene, videos: Path, detector: Detector, model: ModelView) -> SceneResult:
    """One stream through the pipeline."""
    stream = Stream(scene, videos)
    events = stream.events()
    alerts, length_s = run_pictures(
        scene.name, stream.pictures(), watched(), detector, model, fps=FPS
    )
    kinds = KINDS if scene.burns is None else (scene.burns,)
    outcomes: list[ClipOutcome] = []
    label = f"{scene.clip} {scene.daylight.value} {scene.weather.value} {scene.disturbance.value}"
    for kind in kinds:
        for outcome in outcomes_of(f"{scene.name} {label}", kind, events, alerts):
            shown = outcome.verdict in (Verdict.FALSE, Verdict.MISS)
            outcomes.append(replace(outcome, jpeg=_jpeg(stream, outcome)) if shown else outcome)
    return SceneResult(scene.name, _groups(scene, events), kinds, length_s, tuple(outcomes))


def use_of_clip(clip: str) -> str:
    """Whether weights made by the recipe `street` have seen the clip as a training negative."""
    return "negative of the recipe" if clip in QUIET_TRAINED else "held out"


def _groups(scene: Scene, events: Sequence[TruthEvent]) -> dict[str, str]:
    quiet = scene.burns is None
    what = "quiet" if quiet else "burning"
    groups = {
        "material": "quiet hours" if quiet else scene.made_of,
        f"{what} by light": scene.daylight.value,
        f"{what} by weather": scene.weather.value,
        f"{what} by clip": scene.clip,
        f"{what} by use of the clip": use_of_clip(scene.clip),
    }
    if quiet:
        groups["quiet by look-alike"] = scene.disturbance.value
    for event in events:
        assert event.box is not None
        share = event.box[3] - event.box[1]
        size = "under a tenth" if share < 0.1 else "up to a quarter" if share < 0.25 else "larger"
        groups["burning by height of the picture"] = size
    return groups


def _jpeg(stream: Stream, outcome: ClipOutcome) -> bytes:
    """The moment of a mistake, with what was expected and what was found."""
    picture = stream.at(outcome.shown_at_s)
    size = np.array([picture.shape[1], picture.shape[0]] * 2, np.float32)
    boxes = [outcome.event.box if outcome.event else None, outcome.box_norm]
    label, found = (None if box is None else np.array(box, np.float32) * size for box in boxes)
    return thumbnail(picture, label, found)


def run_real(clip: TruthClip, detector: Detector, model: ModelView) -> SceneResult:
    """A real clip on which something burns, as it is; judged for what burns on it."""
    kinds = tuple(kind for kind in KINDS if any(event.kind is kind for event in clip.events))
    alerts, length_s = run_clip(clip.path, watched(), detector, model, fps=FPS)
    outcomes: list[ClipOutcome] = []
    for kind in kinds:
        events = [event for event in clip.events if event.kind is kind]
        for outcome in outcomes_of(clip.path.name, kind, events, alerts):
            shown = outcome.verdict in (Verdict.FALSE, Verdict.MISS)
            jpeg = picture_of(clip.path, outcome) if shown else b""
            outcomes.append(replace(outcome, jpeg=jpeg))
    groups = {"material": "real burning clips"}
    return SceneResult(clip.path.stem, groups, kinds, length_s, tuple(outcomes))


def burning_clips(clips: Iterable[TruthClip]) -> list[TruthClip]:
    """Those of them on which something burns."""
    return [clip for clip in clips if any(event.kind in KINDS for event in clip.events)]


def tables_of(results: Iterable[SceneResult]) -> list[str]:
    """All groupings of these results, in the order they first appear."""
    return list(dict.fromkeys(table for result in results for table in result.groups))


@dataclass(slots=True)
class _Process:
    """What a worker process keeps from scene to scene."""

    detector: Detector
    model: ModelView
    videos: Path


_process: _Process | None = None


def _begin(model_name: str | None, videos: Path, threads: int) -> None:
    global _process
    folder = resolve_model(model_name)
    detector = load_detector(folder, thread_count=threads)
    view = ModelView(detector.names, detector.stamp, folder.operating_points)
    _process = _Process(detector, view, videos)


def _run(stream: Scene | TruthClip) -> SceneResult:
    assert _process is not None
    if isinstance(stream, TruthClip):
        return run_real(stream, _process.detector, _process.model)
    return run_scene(stream, _process.videos, _process.detector, _process.model)


def run_scenes(
    scenes: Sequence[Scene | TruthClip],
    videos: Path,
    model_name: str | None,
    processes: int,
    on_result: Callable[[SceneResult], None],
    keep: Path | None = None,
) -> list[SceneResult]:
    """All scenes and clips, shared out over processes of one core each, in their order.

    Args:
        keep: folder of results by model and scene; those that are there are not run again, so
            an interrupted run goes on.

    Raises:
        ClipUnreadable: a clip is missing. ModelMissing: no such model.
    """
    stamp = resolve_model(model_name).stamp()
    files = [None if keep is None else keep / f"{stamp}-{_name(scene)}.json" for scene in scenes]
    known = [None if file is None or not file.is_file() else _read(file) for file in files]
    results: list[SceneResult] = []
    with ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), _begin, (model_name, videos, 1)
    ) as pool:
        fresh = pool.map(_run, [scene for scene, had in zip(scenes, known, strict=True) if not had])
        for file, had in zip(files, known, strict=True):
            result = had or next(fresh)
            if file is not None and had is None:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(msgspec.json.encode(result))
            results.append(result)
            on_result(result)
    return results


def _name(scene: Scene | TruthClip) -> str:
    """Tells a stream from every other one a folder of results may know."""
    if isinstance(scene, TruthClip):
        return f"real-{scene.path.stem}"
    return f"{scene.name}-{scene.seed}-{scene.length_s:g}s"


def _read(file: Path) -> SceneResult:
    try:
        return msgspec.json.decode(file.read_bytes(), type=SceneResult)
    except msgspec.MsgspecError as error:
        raise Misconfigured(f"{file}: no result of a scene ({error}); remove it") from error
