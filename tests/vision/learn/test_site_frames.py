"""A site's own frames join a recipe's material: their split, their share, and what they are complete for."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest

from ingest.errors import Misconfigured
from vision.learn.dataset import Assembly
from vision.learn.recipe import Recipe, Source, Split
from vision.learn.site_frames import read_site, with_site

from .conftest import scene_picture

NAMES = ("car", "stall", "smoke", "fire")


def write_export(folder: Path, rows: list[tuple[str, str, str, str]]) -> Path:
    """(stem, camera, split, kind) as an export; data.yaml in another order than the recipe's."""
    lines = []
    for number, (stem, camera, split, kind) in enumerate(rows):
        for part in ("images", "labels"):
            (folder / part / split).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / "images" / split / f"{stem}.jpg"), scene_picture(100 + number))
        (folder / "labels" / split / f"{stem}.txt").write_text(
            "2 0.5 0.5 0.2 0.2\n3 0.1 0.1 0.1 0.1\n"
        )
        line = {"file": f"{stem}.jpg", "camera_id": camera, "split": split, "kind": kind, "by": "x"}
        lines.append(json.dumps(line))
    (folder / "index.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "data.yaml").write_text(
        "path: .\ntrain: images/train\nval: images/val\nnames:\n"
        "  0: smoke\n  1: fire\n  2: stall\n  3: car\n  4: person\n"
    )
    return folder


def recipe() -> Recipe:
    return Recipe("r", NAMES, {"car": "car"}, (Source("s", {"0": "smoke"}), Source("gone", {})))


def test_cameras_are_clips_and_classes_go_by_name(tmp_path):
    folder = write_export(tmp_path, [("a", "c1", "train", "stall"), ("b", "c2", "val", "smoke")])
    one, two = sorted(read_site(folder, NAMES), key=lambda each: each.clip)
    assert (one.clip, one.split, two.clip, two.split) == ("c1", Split.TRAIN, "c2", Split.VAL)
    assert sorted(one.boxes[:, 0].astype(int)) == [NAMES.index("car"), NAMES.index("stall")]
    # smoke must not be painted over what was taken for smoke
    assert set(one.complete) == set(NAMES)
    assert set(two.complete) == {"car", "stall"}


def test_a_plain_data_set_is_split_by_its_folders(tmp_path):
    folder = write_export(tmp_path, [("a", "c1", "train", "stall"), ("b", "c2", "test", "stall")])
    (folder / "index.jsonl").unlink()
    assert {each.clip: each.split for each in read_site(folder, NAMES)} == {
        "a": Split.TRAIN,
        "b": Split.TEST,
    }


def share_of(assembly: Assembly, folder: Path) -> float:
    train = assembly.of(Split.TRAIN)
    own = sum(each.weight for each in train if each.source == str(folder))
    return own / sum(each.weight for each in train)


def test_the_site_has_its_share_however_few_its_frames_are(write_source, tmp_path):
    data = write_source("s", {f"p{n}": (scene_picture(n), "") for n in range(9)})
    site = write_export(tmp_path / "site", [("a", "c1", "train", "stall")])
    assembly = with_site(recipe(), [data], [site], 0.4)
    assert len(assembly.of(Split.TRAIN)) == 10  # the recipe's missing source is no error
    assert share_of(assembly, site) == pytest.approx(0.4)


def test_a_site_without_the_recipes_material_trains_on_its_own(tmp_path):
    site = write_export(tmp_path / "site", [("a", "c1", "train", "stall")])
    assert share_of(with_site(recipe(), [tmp_path / "nothing"], [site]), site) == 1.0


def test_an_empty_export_says_how_to_get_one(tmp_path):
    (tmp_path / "data.yaml").write_text("names:\n  0: stall\n")
    with pytest.raises(Misconfigured, match="gridwall dataset export"):
        read_site(tmp_path, NAMES)
