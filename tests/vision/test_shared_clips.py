"""Alerts on real clips, through the shipped model and the real pipeline, against clips/TRUTH.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from vision.alerts import AlertVerb
from vision.learn.evaluate_clips import KindScore, TimedAlert, evaluate_clips
from vision.learn.truth import TruthClip, read_truth
from vision.load_detector import load_detector
from vision.models import resolve_model
from vision.pipeline import ModelView

pytestmark = [pytest.mark.system, pytest.mark.beside, pytest.mark.timeout(900)]

TRUTH = Path(__file__).parent / "clips/TRUTH.toml"


@pytest.fixture(scope="module")
def result(shared_folder: Path) -> tuple[dict[str, KindScore], dict[str, list[TimedAlert]]]:
    model = resolve_model(None)
    detector = load_detector(model)
    view = ModelView(detector.names, detector.stamp, model.operating_points)
    alerts: dict[str, list[TimedAlert]] = {}
    scores = evaluate_clips(
        read_truth(TRUTH, shared_folder / "data/videos"),
        detector,
        view,
        fps=2.0,
        on_clip=lambda clip, found, _: alerts.update({_name(clip): list(found)}),
    )
    detector.close()
    return scores, alerts


def _name(clip: TruthClip) -> str:
    return clip.path.stem


def test_every_fire_is_found_and_nothing_else_burns(
    result: tuple[dict[str, KindScore], dict[str, list[TimedAlert]]],
) -> None:
    for kind, hits in (("smoke", 3), ("fire", 3)):
        score = result[0][kind]
        assert (score.hits, score.misses, score.false, score.duplicates) == (hits, 0, 0, 0)


def test_the_parked_row_is_dated_before_and_neither_traffic_nor_queues_are_raised(
    result: tuple[dict[str, KindScore], dict[str, list[TimedAlert]]],
) -> None:
    scores, alerts = result
    assert (scores["parking"].misses, scores["parking"].false) == (0, 0)
    raised = [each for each in alerts["kerb_parking_street"] if each.verb is AlertVerb.RAISED]
    assert all(each.data.since_before for each in raised)
    assert alerts["crossing_queue"] == []


def test_no_stall_is_seen_where_there_is_none(
    result: tuple[dict[str, KindScore], dict[str, list[TimedAlert]]],
) -> None:
    assert result[0]["stall"].false == 0
