"""A worker takes the sharpest look that its machine can afford, and says so."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from vision.choose_model import affordable_detector
from vision.detections import Detections
from vision.detector import Detector, Picture
from vision.models import ModelFolder, OperatingPoints, shipped_sizes

MODELS = [
    ModelFolder(Path(name), Path(name), name, ("car",), OperatingPoints())
    for name in ("big", "small")
]
SECONDS = {"big": 0.05, "small": 0.002}


class Busy:
    """A detector that computes for a known time a picture."""

    names = ("car",)

    def __init__(self, stamp: str) -> None:
        self.stamp = stamp
        self.is_closed = False

    def detect(self, pictures: Sequence[Picture], floor: float) -> list[Detections]:
        end_s = time.perf_counter() + SECONDS[self.stamp] * len(pictures)
        while time.perf_counter() < end_s:
            pass
        return [Detections.none() for _ in pictures]

    def close(self) -> None:
        self.is_closed = True


def chosen(looks_per_s: float) -> tuple[str, list[Busy]]:
    made: list[Busy] = []

    def load(model: ModelFolder) -> Detector:
        made.append(Busy(model.name))
        return made[-1]

    return affordable_detector(MODELS, load, looks_per_s).stamp, made


def test_what_is_fast_enough_keeps_the_sharp_look() -> None:
    stamp, made = chosen(2.0)
    assert stamp == "big"
    assert len(made) == 1


def test_too_many_cameras_for_the_sharp_look_get_the_smaller_one() -> None:
    stamp, made = chosen(60.0)
    assert stamp == "small"
    assert [each.is_closed for each in made] == [True, False]


@pytest.mark.logs_warnings("no size of the model keeps up")
def test_where_none_keeps_up_the_smallest_works_and_the_operator_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stamp, _ = chosen(5_000.0)
    assert stamp == "small"
    assert "analysis_fps" in caplog.text


def test_the_shipped_sizes_are_one_network_with_the_same_classes_and_points() -> None:
    sizes = shipped_sizes()
    assert len(sizes) == 3
    assert len({size.names for size in sizes}) == 1
    assert all(size.operating_points == sizes[0].operating_points for size in sizes)
