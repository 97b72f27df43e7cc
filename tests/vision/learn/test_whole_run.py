"""`gridwall train run` from pictures to the model's card, tiny; it goes on where it was interrupted."""

from __future__ import annotations

import json
import warnings
from multiprocessing import resource_tracker
from pathlib import Path

import cv2
import numpy as np
import pytest

from console.app.cli import main
from vision.learn import stages
from vision.learn.composites import QUIET_CLIPS

from .conftest import scene_picture

REASON = "training needs the extra [train] (torch, ultralytics), which is not installed"
torch = pytest.importorskip("torch", reason=REASON)
pytest.importorskip("ultralytics", reason=REASON)
pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(torch.__version__ is None, reason=REASON),
    pytest.mark.timeout(900),
]

RECIPE = """
name = "tiny"
classes = ["person", "car", "stall", "smoke", "fire"]
[coco]
person = "person"
car = "car"
[fitting]
sizes_px = [[128, 128]]
batch = 2
steps = 3
[[sources]]
folder = "photos"
classes = { 0 = "car", 1 = "smoke" }
complete = ["smoke", "fire"]
clips = [
  { name = "v", match = "^p0", split = "val" }, { name = "t", match = "^p1", split = "test" },
]
"""
TRUTH = """
[[clip]]
path = "crossing_queue.mp4"
[[clip.zones]]
kind = "smoke_watch"
polygon = [[0, 0], [1, 0], [1, 1], [0, 1]]
[[clip.event]]
kind = "smoke"
start_s = 0
end_s = 2
"""


def write_material(folder: Path) -> None:
    """24 labelled pictures of 160 px, their licence, eight quiet clips of 2 s, and a base."""
    for part in ("photos/images", "photos/labels", "videos"):
        (folder / part).mkdir(parents=True)
    for number in range(24):
        stem = f"p{number % 3}_{number:02d}"
        cv2.imwrite(str(folder / f"photos/images/{stem}.png"), scene_picture(number, 128, 160))
        (folder / f"photos/labels/{stem}.txt").write_text(f"{number % 2} 0.5 0.5 0.4 0.4\n")
    (folder / "MANIFEST.tsv").write_text("path\tlicence\nphotos/\tCC0\n")
    (folder / "TRUTH.toml").write_text(TRUTH)
    for number, name in enumerate(QUIET_CLIPS):
        kind = cv2.VideoWriter.fourcc(*"mp4v")
        clip = cv2.VideoWriter(str(folder / "videos" / name), kind, 4.0, (160, 128))
        for _ in range(8):
            clip.write(scene_picture(500 + number, 128, 160))
        clip.release()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ultralytics.nn.tasks import DetectionModel

        torch.manual_seed(0)
        base = DetectionModel("yolo11n.yaml", nc=80, verbose=False).eval()
    base.names = dict(enumerate(["person", "bicycle", "car", *(f"c{n}" for n in range(3, 80))]))
    torch.save({"model": base}, folder / "base.pt")
    (folder / "tiny.toml").write_text(RECIPE)


@pytest.fixture(scope="module")
def material(tmp_path_factory) -> Path:
    resource_tracker.ensure_running()  # of spawned processes; it lives as long as the tests
    folder = tmp_path_factory.mktemp("material")
    write_material(folder)
    return folder


def arguments(material: Path, out: Path) -> list[str]:
    return [
        "train", "run", "--recipe", str(material / "tiny.toml"), "--data", str(material),
        "--base", str(material / "base.pt"), "--videos", str(material / "videos"),
        "--truth", str(material / "TRUTH.toml"), "--quiet-hours", "0.002", "--fires", "0",
        "--size", "128", "--threads", "1", "--workers", "0", "--out", str(out),
    ]  # fmt: skip


def test_an_interrupted_run_goes_on_and_leaves_everything(material, tmp_path, monkeypatch, capsys):
    out = tmp_path / "run"
    whole = stages._images

    def interrupted(plan):
        raise KeyboardInterrupt

    monkeypatch.setattr(stages, "_images", interrupted)
    assert main(arguments(material, out)) == 130
    told = capsys.readouterr().out
    assert "stage 2 of 8, fit: begins" in told
    weights = (out / "model" / "model.bin").read_bytes()
    assert not (out / "stages" / "images.json").exists()

    monkeypatch.setattr(stages, "_images", whole)
    monkeypatch.setattr(stages, "_fit", interrupted)  # must not be asked again
    assert main([*arguments(material, out), "--json"]) == 0
    told = capsys.readouterr().out
    assert "stage 2 of 8, fit: done before" in told
    assert "stage 5 of 8, images: begins" in told
    model = Path(json.loads(told.splitlines()[-1])["model"])
    assert (model / "model.bin").read_bytes() == weights
    assert {each.name for each in model.iterdir()} == {
        "model.xml", "model.bin", "metadata.yaml", "operating_points.toml", "figures.toml",
        "CARD.md",
    }  # fmt: skip
    assert {each.stem for each in (out / "stages").glob("*.json")} == {
        stage.value for stage in stages.Stage
    }
    card = (model / "CARD.md").read_text()
    assert "| photos | 8 | CC0 |" in card
    assert "3 of 3 steps of 2 pictures, seed 20261123" in card
    assert "| photos | val | car | 4 |" in card
    assert "| photos | test | smoke | 4 |" in card
    assert "Not measured" not in card
    assert "| fire | 0.25 | none: the default |" in card
    assert (out / "data" / "data.yaml").is_file()

    assert main(arguments(material, out)) == 0
    assert capsys.readouterr().out.count("done before") == len(stages.Stage)
    assert main([*arguments(material, out), "--steps", "4"]) == 2
    assert "another recipe" in capsys.readouterr().err


def test_what_was_not_measured_is_said(material, tmp_path, capsys):
    out = tmp_path / "run"
    words = arguments(material, out)
    words[words.index("--truth") : words.index("--truth") + 2] = []
    words[words.index("--videos") + 1] = str(tmp_path / "absent")
    assert main(words) == 0
    card = (out / "model" / "CARD.md").read_text()
    assert card.count("Not measured") == 2


def test_too_little_disk_is_said_before_anything_is_made(material, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(stages, "NEEDED_BYTES", 1 << 60)
    assert main(arguments(material, tmp_path / "run")) == 2
    assert "nothing was begun" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_int8_of_a_tiny_model_is_compared_and_only_taken_when_it_holds(material, tmp_path, capsys):
    pytest.importorskip("nncf", reason=REASON)
    from vision.learn.int8 import read_figures

    out = tmp_path / "run"
    words = ["--recipe", str(material / "tiny.toml"), "--data", str(material), "--size", "128",
             "--base", str(material / "base.pt"), "--threads", "1", "--workers", "0"]  # fmt: skip
    assert main(["train", "fit", *words, "--out", str(out)]) == 0
    model = out / "tiny_128"
    before = (model / "model.bin").read_bytes()
    # a bound nothing can keep: below what equal figures lose
    assert main(["train", "export", *words, "--out", str(out), "--int8", "--most-lost", "-1"]) == 1
    assert "int8 does not replace fp16" in capsys.readouterr().err
    assert (model / "model.bin").read_bytes() == before
    assert (out / "tiny_128_int8" / "model.xml").is_file()
    comparison = read_figures(model)
    assert comparison is not None
    assert comparison.objections
    assert comparison.classes["car"].labelled
    assert comparison.fp16_ms > 0
    assert comparison.int8_ms > 0
    assert np.isfinite([pair.int8 for pair in comparison.classes.values()]).all()
