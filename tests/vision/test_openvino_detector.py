"""The detector's decoding on made-up outputs, and the real network where one is present."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.errors import FailureKind
from tests.vision.pictures_of import noise
from vision.models import MODEL_VARIABLE, ModelMissing, open_model, resolve_model
from vision.openvino_detector import OpenVinoDetector, decode
from vision.pictures import Letterbox, to_i420

WHOLE = Letterbox(scale=0.5, left_px=0, top_px=14, width_px=128, height_px=72)


def _anchors(*rows: list[float]) -> np.ndarray:
    return np.array(rows, np.float32).T


def test_overlapping_boxes_of_one_class_become_one_and_lead_back_to_the_picture() -> None:
    raw = _anchors(
        [20, 30, 10, 10, 0.9, 0.0], [20.5, 30, 10, 10, 0.8, 0.0], [50, 30, 10, 10, 0.0, 0.7]
    )
    found = decode(raw, WHOLE, 0.25, 2)
    assert found.class_index.tolist() == [0, 1]
    assert found.xyxy[0].tolist() == [30, 22, 50, 42]
    assert found.score.tolist() == pytest.approx([0.9, 0.7])


def test_boxes_of_one_plume_become_one_where_two_cars_stay_two() -> None:
    raw = _anchors([20, 30, 10, 10, 0.9, 0.0], [22, 30, 10, 10, 0.8, 0.0])
    assert len(decode(raw, WHOLE, 0.25, 2)) == 2
    assert len(decode(raw, WHOLE, 0.25, 2, burning=(0,))) == 1


def test_an_anchor_counts_for_its_best_class_only_unless_asked() -> None:
    raw = _anchors([20, 30, 10, 10, 0.6, 0.5])
    assert len(decode(raw, WHOLE, 0.25, 2)) == 1
    assert len(decode(raw, WHOLE, 0.25, 2, multi_label=True)) == 2


def test_an_end_to_end_output_needs_no_suppression() -> None:
    raw = np.array([[10, 24, 20, 34, 0.3, 1], [10, 24, 20, 34, 0.8, 0], [0, 0, 1, 1, 0.01, 0]])
    found = decode(raw.astype(np.float32), WHOLE, 0.25, 2)
    assert found.class_index.tolist() == [0, 1]
    assert found.xyxy[0].tolist() == [20, 20, 40, 40]


def test_an_empty_street_gives_no_boxes() -> None:
    assert len(decode(_anchors([20, 30, 10, 10, 0.1, 0.0]), WHOLE, 0.25, 2)) == 0


def test_names_that_do_not_fit_the_network_are_an_error() -> None:
    with pytest.raises(ValueError, match="metadata"):
        decode(np.zeros((9, 100), np.float32), WHOLE, 0.25, 2)


def test_a_missing_model_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MODEL_VARIABLE, raising=False)
    with pytest.raises(ModelMissing, match=r"site\.toml") as caught:
        resolve_model("no-such-model", weights=tmp_path)
    assert caught.value.kind is FailureKind.MISCONFIGURED
    with pytest.raises(ModelMissing, match=MODEL_VARIABLE):
        resolve_model(None, weights=tmp_path)


def test_names_come_from_the_metadata_in_any_form(tmp_path: Path) -> None:
    (tmp_path / "m.xml").write_text("")
    (tmp_path / "m.bin").write_bytes(b"x")
    (tmp_path / "metadata.yaml").write_text("names: {1: car, 0: smoke}")
    assert open_model(tmp_path).names == ("smoke", "car")
    (tmp_path / "metadata.yaml").write_text("names: [fire, bus]")
    assert open_model(tmp_path).names == ("fire", "bus")
    (tmp_path / "metadata.yaml").write_text("nothing: 1")
    with pytest.raises(ModelMissing, match="names"):
        open_model(tmp_path)


@pytest.fixture(scope="module")
def detector() -> OpenVinoDetector:
    try:
        model = resolve_model(None)
    except ModelMissing:
        shared = Path(__file__).parents[3] / "shared/models/street8n_640_int8_openvino_model"
        if not shared.is_dir():
            pytest.skip("no model: resources/weights/default.toml and ../shared are missing")
        model = open_model(shared)
    return OpenVinoDetector(model)


def test_planes_and_bgr_of_one_picture_are_detected_alike(detector: OpenVinoDetector) -> None:
    bgr = noise(320, 180)
    from_bgr, from_planes = detector.detect([bgr, to_i420(bgr)], 0.01)
    assert abs(len(from_bgr) - len(from_planes)) <= max(3, len(from_bgr) // 2)


def test_every_picture_of_a_batch_gets_its_own_result(detector: OpenVinoDetector) -> None:
    pictures = [noise(64 + 32 * index, 64) for index in range(5)]
    results = detector.detect(pictures, 0.001)
    assert len(results) == 5
    for picture, result in zip(pictures, results, strict=True):
        if len(result):
            assert result.xyxy[:, 2].max() <= picture.shape[1]
