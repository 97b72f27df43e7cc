"""Crowds on a real clip, through the shipped model and the real pipeline: 4 to 8 people on a plaza."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.geometry import ImagePoint
from config.site import CameraId, Zone, ZoneId, ZoneKind
from vision.alerts import AlertKind, AlertVerb
from vision.learn.clip_outcomes import TimedAlert
from vision.learn.evaluate_clips import run_clip
from vision.learn.truth import CLIP_CAMERA
from vision.load_detector import load_detector
from vision.models import resolve_model
from vision.openvino_detector import OpenVinoDetector
from vision.pipeline import ModelView

pytestmark = [pytest.mark.system, pytest.mark.beside, pytest.mark.timeout(300)]

WHOLE = ((0, 0), (1, 0), (1, 1), (0, 1))
EMPTY_SKY = ((0, 0), (1, 0), (1, 0.05), (0, 0.05))


@pytest.fixture(scope="module")
def eyes() -> Iterator[tuple[OpenVinoDetector, ModelView]]:
    model = resolve_model(None)
    detector = load_detector(model)
    assert isinstance(detector, OpenVinoDetector)
    yield detector, ModelView(detector.names, detector.stamp, model.operating_points)
    detector.close()


def plaza(
    shared: Path,
    eyes: tuple[OpenVinoDetector, ModelView],
    people_max: int,
    polygon: tuple[tuple[float, float], ...] = WHOLE,
) -> list[TimedAlert]:
    points = tuple(ImagePoint(x, y) for x, y in polygon)
    zone = Zone(
        ZoneId("c"), CameraId(CLIP_CAMERA), ZoneKind.CROWD_WATCH, points, 5.0,
        people_max=people_max,
    )  # fmt: skip
    clip = shared / "data/videos/plaza_pedestrians.mp4"
    alerts, _ = run_clip(clip, [zone], *eyes, fps=2.0)
    return alerts


def test_a_plaza_fuller_than_allowed_is_one_alert_that_follows_the_density(
    shared_folder: Path, eyes: tuple[OpenVinoDetector, ModelView]
) -> None:
    alerts = plaza(shared_folder, eyes, 3)
    raised = [each for each in alerts if each.verb is AlertVerb.RAISED]
    assert [each.data.kind for each in raised] == [AlertKind.CROWD]
    trends = {each.data.reason.split("trend=")[1].split()[0] for each in alerts}
    assert {"rising", "falling"} <= trends  # it fills, empties by half, and fills again


@pytest.mark.parametrize(("people_max", "polygon"), [(12, WHOLE), (3, EMPTY_SKY)])
def test_as_many_as_allowed_or_elsewhere_are_no_crowd(
    shared_folder: Path,
    eyes: tuple[OpenVinoDetector, ModelView],
    people_max: int,
    polygon: tuple[tuple[float, float], ...],
) -> None:
    assert plaza(shared_folder, eyes, people_max, polygon) == []
