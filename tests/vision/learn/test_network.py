"""The network with two heads: the COCO classes come out exactly as the base gives them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

REASON = "training needs the extra [train] (torch, ultralytics), which is not installed"
torch = pytest.importorskip("torch", reason=REASON)
pytest.importorskip("ultralytics", reason=REASON)
pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(torch.__version__ is None, reason=REASON),
]

NAMES = ("person", "tricycle", "car", "smoke")
COCO = {"person": "person", "car": "car"}


@pytest.fixture(scope="module")
def base():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ultralytics.nn.tasks import DetectionModel

        torch.manual_seed(0)
        model = DetectionModel("yolo11n.yaml", nc=80, verbose=False).eval()
    model.names = dict(enumerate(["person", "bicycle", "car", *(f"c{n}" for n in range(3, 80))]))
    return model


@pytest.fixture(scope="module")
def street(base):
    from vision.learn.network import street_model

    return street_model(base, NAMES, COCO).eval()


def test_coco_classes_are_the_bases_own_and_new_ones_stand_behind_them(base, street):
    image = torch.rand(1, 3, 128, 128)
    with torch.inference_mode():
        ours, theirs = street(image)[0], base(image)[0]
    count = theirs.shape[2]
    assert ours.shape[:2] == (1, 4 + len(NAMES))
    assert ours.shape[2] > count
    assert torch.allclose(ours[:, :4, :count], theirs[:, :4], atol=1e-4)
    assert torch.allclose(ours[:, 4 + 0, :count], theirs[:, 4 + 0], atol=1e-5)
    assert torch.allclose(ours[:, 4 + 2, :count], theirs[:, 4 + 2], atol=1e-5)
    assert float(ours[:, 4 + 3, :count].abs().max()) == 0.0
    assert float(ours[:, 4 + 0, count:].abs().max()) == 0.0


def test_the_exported_form_gives_the_same_output(street):
    from vision.learn.export import ready_for_export

    image = torch.rand(1, 3, 128, 128)
    with torch.inference_mode():
        assert torch.allclose(ready_for_export(street)(image), street(image)[0], atol=1e-3)


def test_with_a_frozen_trunk_a_step_changes_the_branch_only(base, street, tmp_path):
    from vision.learn.fit import Batch, Fit
    from vision.learn.recipe import Fitting

    fit = Fit(street, base, Fitting(trainable_from=23, batch=2), tmp_path)
    trunk = [p.clone() for p in list(street.parameters())[:20]]
    branch = [p.clone() for p in street.model[-1].branch.parameters()]
    target = torch.tensor([[0, 1, 0.5, 0.5, 0.4, 0.4]], dtype=torch.float32)
    fit._one_step(
        Batch(torch.randint(0, 255, (2, 3, 128, 128), dtype=torch.uint8), target, target[:0])
    )
    assert all(
        torch.equal(a, b) for a, b in zip(trunk, list(street.parameters())[:20], strict=True)
    )
    pairs = zip(branch, street.model[-1].branch.parameters(), strict=True)
    assert any(not torch.equal(a, b) for a, b in pairs)


def test_a_learning_trunk_is_held_by_the_teacher_and_drawn_back(base, tmp_path):
    from vision.learn.fit import Batch, Fit
    from vision.learn.network import street_model
    from vision.learn.recipe import Fitting

    model = street_model(base, NAMES, COCO)
    fit = Fit(model, base, Fitting(trainable_from=5, batch=2, base_share=1.0), tmp_path)
    images = torch.randint(0, 255, (2, 3, 128, 128), dtype=torch.uint8)
    own = torch.tensor([[0, 0, 0.5, 0.5, 0.4, 0.4]], dtype=torch.float32)
    coco = torch.tensor([[1, 2, 0.5, 0.5, 0.6, 0.6]], dtype=torch.float32)
    losses = fit._one_step(Batch(images, own, coco))
    assert {"distil", "features", "vehicles"} <= set(losses)
    assert losses["features"] < 1e-2
    finished = fit.finished(base)
    pairs = zip(finished.model[:-1].parameters(), base.model[:-1].parameters(), strict=True)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in pairs)


def test_training_goes_on_from_its_checkpoint(base, street, tmp_path):
    from vision.learn.fit import Fit
    from vision.learn.recipe import Fitting

    first = Fit(street, base, Fitting(trainable_from=23), tmp_path)
    first.step = 7
    first.checkpoint()
    second = Fit(street, base, Fitting(trainable_from=23), tmp_path)
    assert second.resume()
    assert second.step == 7


def test_distillation_is_nothing_between_equals():
    from vision.learn.losses import distillation_loss, feature_loss

    raw = {"scores": torch.randn(2, 5, 30), "boxes": torch.randn(2, 64, 30)}
    assert float(distillation_loss(raw, raw)) == pytest.approx(0.0, abs=1e-5)
    other = {"scores": raw["scores"] + 1, "boxes": raw["boxes"] * 2}
    assert float(distillation_loss(other, raw)) > 0.01
    maps = [torch.randn(2, 4, 8, 8)]
    assert float(feature_loss(maps, maps)) == 0.0


def test_teachers_boxes_count_when_sure_or_seen_twice():
    from vision.learn.teacher import agreed

    sure = [0, 0.7, 0.1, 0.1, 0.3, 0.3]
    faint = [0, 0.4, 0.5, 0.5, 0.7, 0.7]
    alone = [0, 0.4, 0.8, 0.1, 0.9, 0.2]
    one = np.array([sure, faint, alone], np.float32)
    other = np.array([[0, 0.36, 0.5, 0.5, 0.7, 0.71]], np.float32)
    kept = agreed(one, other)
    assert kept[:, 1].tolist() == pytest.approx([0.7, 0.4])
