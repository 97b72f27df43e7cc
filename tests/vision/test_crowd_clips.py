"""Crowds on a real clip, through the shipped model and the real pipeline: 4 to 8 people on a plaza."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from config.geometry import ImagePoint
from config.site import CameraId, Zone, ZoneId, ZoneKind
from vision.alerts import AlertKind, AlertVerb
from vision.learn.evaluate_clips import run_clip
from vision.learn.truth import CLIP_CAMERA
from vision.load_detector import load_detector
from vision.models import resolve_model
from vision.pipeline import ModelView

pytestmark = [pytest.mark.system, pytest.mark.beside, pytest.mark.timeout(300)]

WHOLE = ((0, 0), (1, 0), (1, 1), (0, 1))
EMPTY_SKY = ((0, 0), (1, 0), (1, 0.05), (0, 0.05))


def crowd_zone(name: str, people_max: int, polygon: Sequence[tuple[float, float]]) -> Zone:
    return Zone(
        ZoneId(name), CameraId(CLIP_CAMERA), ZoneKind.CROWD_WATCH,
        tuple(ImagePoint(x, y) for x, y in polygon), 5.0, people_max=people_max,
    )  # fmt: skip


def test_a_plaza_fuller_than_allowed_is_one_alert_that_follows_the_density_and_no_other_zone_is_a_crowd(
    shared_folder: Path,
) -> None:
    """One test, since the clip takes half a minute of a core."""
    model = resolve_model(None)
    detector = load_detector(model)
    view = ModelView(detector.names, detector.stamp, model.operating_points)
    zones = [
        crowd_zone("full", 3, WHOLE),
        crowd_zone("roomy", 12, WHOLE),
        crowd_zone("elsewhere", 3, EMPTY_SKY),
    ]
    clip = shared_folder / "data/videos/plaza_pedestrians.mp4"
    alerts, _ = run_clip(clip, zones, detector, view, fps=2.0)
    detector.close()
    assert {each.data.zone_id for each in alerts} == {"full"}
    raised = [each for each in alerts if each.verb is AlertVerb.RAISED]
    assert [each.data.kind for each in raised] == [AlertKind.CROWD]
    trends = {each.data.reason.split("trend=")[1].split()[0] for each in alerts}
    assert {"rising", "falling"} <= trends  # it fills, empties by half, and fills again
