"""Evaluation counts as COCO does, and reads data sets and truths as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.vision.street import NAMES
from vision.alerts import AlertKind, AlertVerb
from vision.detections import Detections, detections_of
from vision.learn.evaluate import (
    DataSetInvalid,
    average_precision,
    evaluate_images,
    matched,
    read_data_set,
)
from vision.learn.evaluate_clips import evaluate_clips
from vision.learn.truth import TruthInvalid, read_truth
from vision.models import OperatingPoints
from vision.pipeline import ModelView


class PaintedDetector:
    """Finds squares by brightness: 50 grey levels a class, as the tests paint them."""

    names = NAMES
    stamp = "painted@0"

    def detect(self, pictures: Sequence[np.ndarray], floor: float) -> list[Detections]:
        return [self._one(picture) for picture in pictures]

    def _one(self, picture: np.ndarray) -> Detections:
        boxes, classes = [], []
        for level, name in ((100, "car"), (200, "smoke")):
            found = cv2.inRange(picture[..., 1], level - 20, level + 20)
            if found.any():
                x, y, width, height = cv2.boundingRect(found)
                boxes.append([x, y, x + width, y + height])
                classes.append(NAMES.index(name))
        if not boxes:
            return Detections.none()
        return detections_of(np.array(boxes), np.full(len(boxes), 0.9), np.array(classes))

    def close(self) -> None: ...


def _data(folder: Path, names: str = "names: [zebra, CAR]") -> Path:
    for kind in ("images", "labels"):
        (folder / "test" / kind).mkdir(parents=True)
    for number, label in enumerate(("1 0.5 0.5 0.25 0.25\n0 0.1 0.1 0.1 0.1\n", "")):
        picture = np.zeros((80, 160, 3), np.uint8)
        picture[30:50, 60:100] = 100
        cv2.imwrite(str(folder / f"test/images/{number}.png"), picture)
        (folder / f"test/labels/{number}.txt").write_text(label)
    file = folder / "data.yaml"
    file.write_text(f"path: .\ntest: test/images\n{names}\n")
    return file


def test_classes_match_by_name_and_others_are_ignored(tmp_path: Path) -> None:
    data = read_data_set(_data(tmp_path), "test")
    scores, predictions = evaluate_images(data, PaintedDetector(), OperatingPoints())
    assert list(scores) == ["car"]
    assert scores["car"].boxes == 1
    assert scores["car"].ap50 == 1.0
    assert scores["car"].precision == 0.5
    assert scores["car"].recall == 1.0
    assert [(row.file_name, row.category, row.bbox) for row in predictions] == [
        ("0.png", "car", (60.0, 30.0, 40.0, 20.0)),
        ("1.png", "car", (60.0, 30.0, 40.0, 20.0)),
    ]


def test_mistakes_in_a_data_set_are_told(tmp_path: Path) -> None:
    file = _data(tmp_path, "names: [zebra, okapi]")
    with pytest.raises(DataSetInvalid, match="no class in common"):
        evaluate_images(read_data_set(file, "test"), PaintedDetector(), OperatingPoints())
    with pytest.raises(DataSetInvalid, match="no split 'val'; it has test"):
        read_data_set(file, "val")
    (tmp_path / "test/labels/0.txt").write_text("1 0.5 oops 0.2 0.2")
    with pytest.raises(DataSetInvalid, match=r"0\.txt:1"):
        read_data_set(file, "test")


def test_average_precision_of_known_curves() -> None:
    assert average_precision([0.9, 0.8], [True, True], 2) == 1.0
    assert average_precision([0.9, 0.8], [False, True], 1) == 0.5
    assert average_precision([0.9], [True], 4) == 0.25
    assert average_precision([], [], 3) == 0.0


def test_a_box_of_truth_is_taken_once() -> None:
    truth = np.array([[0, 0, 10, 10]], np.float32)
    found = np.array([[0, 0, 10, 10], [0, 0, 10, 9]], np.float32)
    assert matched(found, truth) == [True, False]


def _clip(file: Path) -> None:
    """20 s at 4 fps: grey noise; a car-coloured square stands from 4 s to 14 s."""
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), 4, (160, 96))
    for number in range(80):
        picture = np.random.default_rng(number).integers(0, 20, (96, 160, 3)).astype(np.uint8)
        picture[:, ::32] += 28
        picture[::24] += 28
        if 16 <= number < 56:
            picture[40:70, 60:110] = 100
            picture[45:65, 65:85] = (255, 100, 255)
        writer.write(picture)
    writer.release()


def test_clips_are_scored_against_their_truth(tmp_path: Path) -> None:
    _clip(tmp_path / "a.avi")
    truth = tmp_path / "TRUTH.toml"
    truth.write_text(
        """
        [[clip]]
        path = "a.avi"
        zones = [{kind = "no_parking", limit_s = 4, polygon = [[0, 0], [1, 0], [1, 1], [0, 1]]}]
        [[clip.event]]
        kind = "parking"
        start_s = 4
        end_s = 14
        box = [0.3, 0.3, 0.8, 0.8]
        [[clip]]
        path = "a.avi"
        [[clip.zones]]
        kind = "no_parking"
        limit_s = 4
        polygon = [[0, 0], [1, 0], [1, 1], [0, 1]]
        [[clip.event]]
        kind = "parking"
        start_s = 4
        end_s = 14
        box = [0.0, 0.0, 0.1, 0.1]
        """
    )
    seen = []
    scores = evaluate_clips(
        read_truth(truth),
        PaintedDetector(),
        ModelView(NAMES, "painted@0", OperatingPoints()),
        fps=4.0,
        on_clip=lambda clip, alerts, outcomes: seen.extend(alerts),
    )
    score = scores["parking"]
    assert (score.hits, score.misses, score.false) == (1, 1, 1)
    assert score.delay_s is not None
    assert 0 <= score.delay_s < 1.5
    assert score.hours == pytest.approx(40 / 3600, abs=1e-3)
    assert {each.verb for each in seen} == {AlertVerb.RAISED, AlertVerb.CLEARED}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "at least one"),
        ("[[clip]]\npath = 'none.mp4'", "does not exist"),
        ("[[clip]]\npath = 'a.avi'\n[[clip.event]]\nkind = 'fog'", "event"),
        ("[[clip]]\npath = 'a.avi'\nzones = [{kind = 'no_parking'}]", "polygon"),
    ],
)
def test_mistakes_in_a_truth_are_told(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.avi").write_bytes(b"")
    (tmp_path / "TRUTH.toml").write_text(text)
    with pytest.raises(TruthInvalid, match=message):
        read_truth(tmp_path / "TRUTH.toml")


def test_zones_default_as_a_site_does(tmp_path: Path) -> None:
    (tmp_path / "a.avi").write_bytes(b"")
    (tmp_path / "TRUTH.toml").write_text(
        "[[clip]]\npath = 'a.avi'\n"
        "zones = [{kind = 'smoke_watch', polygon = [[0, 0], [1, 0], [1, 1]]}]\n"
        "[[clip.event]]\nkind = 'fire'\nstart_s = 1\nend_s = 2\n"
    )
    clip = read_truth(tmp_path / "TRUTH.toml")[0]
    assert clip.zones[0].limit_s == 3.0
    assert clip.events[0].kind is AlertKind.FIRE
