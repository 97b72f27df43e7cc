"""Detections accept only what they promise, and say what was expected."""

from __future__ import annotations

import numpy as np
import pytest

from vision.detections import Detections, detections_of, iou_matrix


def test_a_wrong_shape_is_refused_with_expected_and_found() -> None:
    with pytest.raises(ValueError, match=r"score: expected shape \(2,\), found \(1,\)"):
        Detections(
            np.zeros((2, 4), np.float32),
            np.zeros(1, np.float32),
            np.zeros(2, np.int32),
            np.zeros(2, np.int64),
        )


@pytest.mark.parametrize(
    ("xyxy", "score", "class_index", "message"),
    [
        ([[10, 0, 5, 5]], [0.5], [0], "turned box"),
        ([[0, 0, np.nan, 5]], [0.5], [0], "finite"),
        ([[0, 0, 5, 5]], [1.5], [0], "0..1"),
        ([[0, 0, 5, 5]], [0.5], [-1], "class_index"),
    ],
)
def test_impossible_values_are_refused(
    xyxy: list[list[float]], score: list[float], class_index: list[int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        detections_of(np.array(xyxy), np.array(score), np.array(class_index))


def test_arrays_cannot_be_written_by_a_later_stage() -> None:
    found = detections_of(np.array([[0, 0, 5, 5]]), np.array([0.5]), np.array([1]))
    with pytest.raises(ValueError, match="read-only"):
        found.score[0] = 1.0


def test_a_selection_keeps_the_asked_order() -> None:
    found = detections_of(np.zeros((3, 4)), np.array([0.1, 0.2, 0.3]), np.array([1, 2, 3]))
    assert found.select(np.array([2, 0])).class_index.tolist() == [3, 1]


def test_overlap_of_boxes() -> None:
    a = np.array([[0, 0, 10, 10]], np.float32)
    b = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30]], np.float32)
    assert iou_matrix(a, b)[0] == pytest.approx([1.0, 1 / 3, 0.0])
