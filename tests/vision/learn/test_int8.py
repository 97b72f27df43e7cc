"""When int8 may take fp16's place: no class may lose more than the bound, and it must be faster."""

from __future__ import annotations

import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest

from vision.detections import Detections
from vision.learn.evaluate import DataSet, LabelledPicture
from vision.learn.int8 import (
    ClassPair,
    Int8Comparison,
    read_figures,
    settle,
    with_own_boxes,
)
from vision.models import OperatingPoints

from .conftest import scene_picture


def comparison(int8: float = 0.8, int8_ms: float = 8.0) -> Int8Comparison:
    return Int8Comparison(9, 0.01, 10.0, int8_ms, {"car": ClassPair(0.8, int8, 30, True)})


def test_a_class_that_loses_more_than_the_bound_and_a_slower_one_are_objected_to():
    assert not comparison(0.795).objections
    assert comparison(0.78).objections == ("car loses 0.020 AP50 (0.800 → 0.780, bound 0.01)",)
    assert "not faster" in comparison(int8_ms=10.0).objections[0]
    assert len(comparison(0.5, 11.0).objections) == 2


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("street", "street_int8"):
        (tmp_path / name).mkdir()
        for file in ("model.xml", "model.bin", "metadata.yaml"):
            (tmp_path / name / file).write_text(name)
    (tmp_path / "street" / "operating_points.toml").write_text("[score]\n")
    (tmp_path / "street" / "figures.toml").write_text("# said before\n[ap50]\ncar = 0.8\n")
    return tmp_path / "street", tmp_path / "street_int8"


def test_int8_takes_the_place_and_keeps_points_and_figures(folders):
    fp16, int8 = folders
    assert settle(fp16, int8, comparison())
    assert (fp16 / "model.bin").read_text() == "street_int8"
    assert not int8.exists()
    figures = tomllib.loads((fp16 / "figures.toml").read_text())
    assert figures["ap50"] == {"car": 0.8}
    assert figures["int8"]["ships"] is True
    assert read_figures(fp16) == comparison()


def test_a_refused_int8_stays_beside_with_its_reason_in_the_figures(folders):
    fp16, int8 = folders
    assert not settle(fp16, int8, comparison(0.5))
    assert (fp16 / "model.bin").read_text() == "street"
    assert (int8 / "model.bin").is_file()
    (told,) = tomllib.loads((fp16 / "figures.toml").read_text())["int8"]["objections"]
    assert told.startswith("car loses 0.300")


class OneBox:
    """Sees a truck and a car in every picture."""

    names = ("car", "truck")
    stamp = "one@0"

    def detect(self, pictures, floor):
        boxes = np.array([[16, 12, 80, 60], [0, 0, 16, 12], [0, 0, 8, 8]], np.float32)
        score = np.array([0.9, 0.8, 0.05], np.float32)
        index = np.array([1, 0, 1], np.int32)
        return [Detections(boxes, score, index, np.full(3, -1, np.int64)) for _ in pictures]


def test_classes_nobody_labelled_are_judged_by_fp16s_own_boxes(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), scene_picture(1))
    labelled = LabelledPicture(
        tmp_path / "a.png", np.array([0], np.int32), np.array([[0, 0, 0.1, 0.1]], np.float32)
    )
    filled, missing = with_own_boxes(DataSet(("car",), (labelled,)), OneBox(), OperatingPoints())
    assert missing == {"truck"}
    assert filled.names == ("car", "truck")
    assert filled.pictures[0].class_index.tolist() == [0, 1]
    assert filled.pictures[0].boxes[1] == pytest.approx([0.1, 0.1, 0.5, 0.5])
