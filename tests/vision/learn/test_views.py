"""Stored views train the branch like drawn pictures, and a shipped model can be gone on from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from .conftest import scene_picture
from .test_network import COCO, NAMES, base, street  # noqa: F401 - fixtures

REASON = "training needs the extra [train] (torch, ultralytics), which is not installed"
torch = pytest.importorskip("torch", reason=REASON)
pytest.importorskip("ultralytics", reason=REASON)
pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(torch.__version__ is None, reason=REASON),
]


@pytest.fixture
def material(tmp_path):
    import cv2

    from vision.learn.dataset import Sample
    from vision.learn.recipe import Composites, Split
    from vision.learn.sampling import material_of

    path = tmp_path / "a.png"
    cv2.imwrite(str(path), scene_picture(1))
    boxes = np.array([[3, 0.5, 0.5, 0.6, 0.6]], np.float32)
    sample = Sample(path, boxes, "s", "c", Split.TRAIN, ("smoke", "fire"))
    material = material_of([sample], ["person", "tricycle", "fire", "smoke"], Composites(mosaic=0))
    return replace(material, composites=Composites(0, 0, 0, 0, 0))


def test_a_stored_view_is_what_the_trunk_sees_and_trains_the_branch(
    base, street, material, tmp_path  # noqa: F811
) -> None:  # fmt: skip
    from vision.learn.fit import Fit
    from vision.learn.recipe import Fitting
    from vision.learn.views import ViewBatches, read_view, write_views

    fitting = Fitting(trainable_from=23, batch=4, sizes_px=((128, 128), (128, 96)), steps=3)
    folder = tmp_path / "views"
    write_views(street, material, fitting, {1: 0, 3: 1}, folder, range(8), lambda done: None)
    before = [path.stat().st_mtime_ns for path in sorted(folder.iterdir())]
    write_views(street, material, fitting, {1: 0, 3: 1}, folder, range(8), lambda done: None)
    assert before == [path.stat().st_mtime_ns for path in sorted(folder.iterdir())]
    plain, rows = read_view(folder / "000000.npz", mirror=False)
    mirrored, other = read_view(folder / "000000.npz", mirror=True)
    assert np.allclose(plain[0][:, :, ::-1], mirrored[0])
    assert rows[:, 0].tolist() == [1.0]
    assert rows[:, 1] + other[:, 1] == pytest.approx(1.0)
    fit = Fit(street, base, fitting, tmp_path)
    batches = ViewBatches(folder, fitting, 0)
    branch = [p.clone() for p in street.model[-1].branch.parameters()]
    assert fit._one_step(batches[0])["box"] > 0
    pairs = zip(branch, street.model[-1].branch.parameters(), strict=True)
    assert any(not torch.equal(a, b) for a, b in pairs)


def test_training_goes_on_from_an_exported_model(base, street, tmp_path: Path) -> None:  # noqa: F811
    from vision.learn.export import export_openvino
    from vision.learn.network import street_model
    from vision.learn.shipped import measure_norms, start_from_shipped

    street.eval()
    xml = export_openvino(street, NAMES, tmp_path / "m", 128)
    again = street_model(base, NAMES, COCO).eval()
    start_from_shipped(again, xml)
    image = torch.rand(2, 3, 128, 128)
    with torch.inference_mode():
        theirs, ours = street(image)[0], again(image)[0]
        assert torch.allclose(ours, theirs, atol=0.05, rtol=0.01)
        from vision.learn.network import run_trunk

        outputs, _ = run_trunk(list(again.model)[:-1], image, 99)
        measure_norms(again.model[-1].branch, [outputs[i] for i in again.model[-1].f])
        assert torch.allclose(again(image)[0], ours, atol=0.05, rtol=0.01)
    assert float(again.model[-1].branch.reduce[0].bn.running_mean.abs().max()) > 0


def test_a_network_of_another_making_is_told(base, tmp_path: Path) -> None:  # noqa: F811
    from ingest.errors import Misconfigured
    from vision.learn.export import export_openvino
    from vision.learn.network import street_model
    from vision.learn.shipped import start_from_shipped

    one = street_model(base, ("person", "smoke"), {"person": "person"}).eval()
    xml = export_openvino(one, ("person", "smoke"), tmp_path / "m", 64)
    with pytest.raises(Misconfigured, match="of this branch"):
        start_from_shipped(street_model(base, NAMES, COCO), xml)


def test_the_second_look_finds_at_half_the_size_and_leaves_the_first_as_it_is(street) -> None:  # noqa: F811
    from vision.learn.export import TwoLooks, ready_for_export
    from vision.learn.recipe import SecondLook

    ready = ready_for_export(street)
    image = torch.rand(1, 3, 128, 128)
    with torch.inference_mode():
        first, half = ready(image).clone(), ready(torch.nn.functional.avg_pool2d(image, 2))
        both = TwoLooks(ready, NAMES, SecondLook({"smoke": 0.5}))(image)
    count, own = first.shape[2], half.shape[2] // 2
    assert both.shape[2] == count + own
    assert torch.equal(both[:, :4, :count], first[:, :4])
    assert torch.equal(both[:, 4:7, :count], first[:, 4:7])
    assert torch.allclose(both[:, 7, :count], first[:, 7] * 0.5)
    assert torch.allclose(both[:, :4, count:], half[:, :4, own:] * 2, atol=1e-4)
    assert torch.allclose(both[:, 7, count:], half[:, 7, own:], atol=1e-6)
    assert float(both[:, 4:7, count:].abs().max()) == 0.0


def test_a_network_of_its_own_takes_the_second_look(base, street) -> None:  # noqa: F811
    from vision.learn.export import TwoLooks, ready_for_export
    from vision.learn.network import street_model
    from vision.learn.recipe import OwnHead, SecondLook

    ready = ready_for_export(street)
    scene = ready_for_export(street_model(base, ("fire", "smoke"), {}, OwnHead.NECK))
    image = torch.rand(1, 3, 128, 128)
    look = SecondLook({"smoke": 0.5}, size_px=416, recipe="smoke_fire")
    assert [look.side_px(side) for side in (640, 416, 320, 128)] == [416, 288, 224, 96]
    with torch.inference_mode():
        first = ready(image).clone()
        smaller = torch.nn.functional.interpolate(image, size=(96, 96), mode="bilinear")
        alone = scene(smaller)
        both = TwoLooks(ready, NAMES, look, scene, look.side_px(128))(image)
    count, own = first.shape[2], both.shape[2] - first.shape[2]
    assert own == alone.shape[2] // 2  # the head of the classes it does not have is left out
    assert torch.allclose(both[:, :4, count:], alone[:, :4, own:] * 128 / 96, atol=1e-3)
    assert torch.allclose(both[:, 7, count:], alone[:, 5, own:], atol=1e-6)
    assert float(both[:, 4:7, count:].abs().max()) == 0.0  # fire is none of the street's classes
