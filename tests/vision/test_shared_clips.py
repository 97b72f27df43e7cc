"""Alerts on real clips, through the shipped model and the real pipeline, against clips/TRUTH.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from vision.alerts import AlertVerb
from vision.learn.clip_outcomes import TimedAlert
from vision.learn.evaluate_clips import KindScore, evaluate_clips
from vision.learn.truth import TruthClip, read_truth
from vision.load_detector import load_detector
from vision.models import resolve_model
from vision.pipeline import ModelView

pytestmark = [pytest.mark.system, pytest.mark.beside, pytest.mark.timeout(900)]

TRUTH = Path(__file__).parent / "clips/TRUTH.toml"


def evaluated(shared: Path) -> tuple[dict[str, KindScore], dict[str, list[TimedAlert]]]:
    model = resolve_model(None)
    detector = load_detector(model)
    view = ModelView(detector.names, detector.stamp, model.operating_points)
    alerts: dict[str, list[TimedAlert]] = {}
    scores = evaluate_clips(
        read_truth(TRUTH, shared / "data/videos"),
        detector,
        view,
        fps=2.0,
        on_clip=lambda clip, found, _: alerts.update({_name(clip): list(found)}),
    )
    detector.close()
    return scores, alerts


def _name(clip: TruthClip) -> str:
    return clip.path.stem


def test_every_fire_is_found_the_parked_row_is_dated_before_and_nothing_else_is_raised(
    shared_folder: Path,
) -> None:
    """One test, since twelve clips through the detector take two minutes of a core."""
    scores, alerts = evaluated(shared_folder)
    for kind, hits in (("smoke", 3), ("fire", 3)):
        score = scores[kind]
        assert (score.hits, score.misses, score.false, score.duplicates) == (hits, 0, 0, 0)
    assert (scores["parking"].misses, scores["parking"].false) == (0, 0)
    raised = [each for each in alerts["kerb_parking_street"] if each.verb is AlertVerb.RAISED]
    assert all(each.data.since_before for each in raised)
    assert alerts["crossing_queue"] == []  # neither traffic nor a queue at the lights
    assert scores["stall"].false == 0
