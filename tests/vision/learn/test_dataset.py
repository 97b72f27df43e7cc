"""Assembly: clips stay on one side, copies of held-out pictures are dropped, labels are mapped."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ingest.errors import Misconfigured
from vision.learn.dataset import (
    assemble,
    balanced,
    clip_of,
    counted,
    hashed_split,
    photo_name,
    read_boxes,
    read_source,
    redrawn_boxes,
    write_yolo,
)
from vision.learn.recipe import ClipRule, Recipe, RecipeInvalid, Source, Split, load_recipe

from .conftest import scene_picture

NAMES = ("car", "smoke", "fire")


def recipe_of(*sources: Source) -> Recipe:
    return Recipe(name="t", classes=NAMES, coco={"car": "car"}, sources=sources)


def test_a_clip_goes_whole_to_the_split_its_rule_names():
    source = Source(
        folder="s",
        classes={"0": "fire"},
        clips=(
            ClipRule(name="yard", match="^img_", numbers=(10, 19), split=Split.TEST),
            ClipRule(name="rest", match="^img_"),
        ),
    )
    assert clip_of(source, "img_10_jpg") == ("yard", Split.TEST)
    assert clip_of(source, "img_19_jpg") == ("yard", Split.TEST)
    assert clip_of(source, "img_20_jpg") == ("rest", Split.TRAIN)
    assert clip_of(source, "shop7") == ("shop", Split.TRAIN)


@pytest.mark.parametrize(
    "stem",
    ["MirrorWEBSmoke2032_jpg__joa69ec64", "GreyMirrorWEBSmoke2032_jpg", "WEBSmoke2032-Copy_jpg"],
)
def test_copies_of_a_photo_share_their_name(stem: str):
    assert photo_name(stem) == "WEBSmoke2032"


def test_split_by_name_is_stable_and_near_the_wanted_shares():
    names = [f"photo{number}" for number in range(4000)]
    first = [hashed_split(name, 0.2, 0.1) for name in names]
    assert first == [hashed_split(name, 0.2, 0.1) for name in names]
    counts = Counter(first)
    assert counts[Split.TEST] / 4000 == pytest.approx(0.2, abs=0.03)
    assert counts[Split.VAL] / 4000 == pytest.approx(0.1, abs=0.02)


def test_labels_are_mapped_polygons_boxed_and_unknown_classes_dropped(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("1 0.5 0.5 0.2 0.4\n7 0.5 0.5 0.1 0.1\n0 0.1 0.1 0.3 0.1 0.3 0.5\n")
    boxes = read_boxes(file, {"0": 2, "1": 1})
    assert boxes[:, 0].tolist() == [1, 2]
    assert boxes[1, 1:].tolist() == pytest.approx([0.2, 0.3, 0.2, 0.4])


def test_a_box_that_leaves_the_picture_is_cut_at_its_edge(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("0 0.0 0.5 0.4 0.2\n")
    assert read_boxes(file, {"0": 0})[0, 1:].tolist() == pytest.approx([0.1, 0.5, 0.2, 0.2])


def test_a_broken_label_line_is_named_with_its_file_and_number(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("0 0.5 0.5 0.2 0.4\n0 0.5 oops 0.2 0.4\n")
    with pytest.raises(Misconfigured, match=r"a\.txt:2"):
        read_boxes(file, {"0": 0})


def test_training_copies_of_held_out_pictures_are_dropped_even_mirrored_or_dimmed(write_source):
    held, other = scene_picture(1), scene_picture(2)
    folder = write_source("held", {"clip1": (held, "0 0.5 0.5 0.2 0.2\n")})
    write_source(
        "train",
        {
            "same": (held, ""),
            "mirrored": (np.ascontiguousarray(held[:, ::-1]), ""),
            "dimmed": ((held * 0.8).astype(np.uint8), ""),
            "other": (other, "0 0.5 0.5 0.2 0.2\n"),
        },
    )
    recipe = recipe_of(
        Source(
            folder="held",
            classes={"0": "fire"},
            clips=(ClipRule(name="c", match="", split=Split.TEST),),
        ),
        Source(folder="train", classes={"0": "smoke"}),
    )
    assembly = assemble(recipe, [folder])
    assert [sample.path.stem for sample in assembly.of(Split.TRAIN)] == ["other"]
    assert assembly.dropped == {"copy of a held-out picture": 3}


def test_negatives_lose_their_boxes_and_excluded_pictures_are_left_out(write_source):
    label = "0 0.5 0.5 0.2 0.2\n"
    folder = write_source(
        "s",
        {
            name: (scene_picture(seed), label)
            for seed, name in enumerate(("steam", "vague", "fire"))
        },
    )
    source = Source(folder="s", classes={"0": "smoke"}, negatives=("^steam",), excluded=("^vague",))
    boxes = {
        sample.path.stem: len(sample.boxes)
        for sample in assemble(recipe_of(source), [folder]).samples
    }
    assert boxes == {"steam": 0, "fire": 1}


def test_boxes_drawn_again_stand_in_for_the_sources_own_of_that_class(write_source):
    rows = redrawn_boxes("fire_smoke_cctv.redrawn.toml", NAMES)
    stem, boxes = next(iter(rows[NAMES.index("fire")].items()))
    folder = write_source(
        "s",
        {
            stem: (scene_picture(1), "0 .5 .5 .9 .9\n1 .5 .2 .4 .4\n"),
            "other": (scene_picture(2), "0 .5 .5 .2 .2\n"),
        },
    )
    source = Source(
        folder="s", classes={"0": "fire", "1": "smoke"}, redrawn="fire_smoke_cctv.redrawn.toml"
    )
    samples = {sample.path.stem: sample for sample in read_source(source, [folder], NAMES)}
    fire = samples[stem].boxes[samples[stem].boxes[:, 0] == NAMES.index("fire")]
    assert fire[:, 1:] == pytest.approx(np.array(boxes, np.float32))
    assert (samples[stem].boxes[:, 0] == NAMES.index("smoke")).sum() == 1
    assert samples["other"].boxes[0, 3] == pytest.approx(0.2)


def test_a_missing_file_of_boxes_is_named():
    with pytest.raises(Misconfigured, match=r"none\.toml"):
        redrawn_boxes("none.toml", NAMES)


def test_an_unreadable_picture_is_counted_and_not_fatal(write_source):
    folder = write_source("s", {"good": (scene_picture(1), "")})
    (folder / "s" / "images" / "broken.png").write_bytes(b"not a picture")
    assembly = assemble(recipe_of(Source(folder="s", classes={})), [folder])
    assert assembly.dropped == {"unreadable": 1}
    assert len(assembly.samples) == 1


def test_a_missing_source_is_an_error_unless_it_is_optional(tmp_path, write_source):
    folder = write_source("s", {"good": (scene_picture(1), "")})
    with pytest.raises(Misconfigured, match="no pictures"):
        assemble(recipe_of(Source(folder="absent", classes={})), [folder])
    both = recipe_of(
        Source(folder="absent", classes={}, optional=True), Source(folder="s", classes={})
    )
    assert len(assemble(both, [folder]).samples) == 1


def test_long_clips_weigh_less_per_frame(write_source):
    files = {f"long{number}": (scene_picture(number), "") for number in range(9)}
    folder = write_source("s", files | {"single1": (scene_picture(50), "")})
    assembly = assemble(recipe_of(Source(folder="s", classes={})), [folder])
    weights = {sample.clip: sample.weight for sample in balanced(assembly.samples)}
    assert weights["single"] / weights["long"] > 2


def test_the_written_data_set_holds_every_picture_in_its_split_with_our_classes(
    write_source, tmp_path
):
    folder = write_source(
        "s", {"keep1": (scene_picture(1), "1 0.5 0.5 0.2 0.2\n"), "test1": (scene_picture(2), "")}
    )
    source = Source(
        folder="s",
        classes={"1": "smoke"},
        clips=(ClipRule(name="t", match="^test", split=Split.TEST),),
    )
    assembly = assemble(recipe_of(source), [folder])
    data = write_yolo(assembly, NAMES, tmp_path / "out")
    text = data.read_text()
    assert "test: images/test" in text
    assert "  1: smoke" in text
    assert (tmp_path / "out/images/test/s__test1.png").exists()
    assert (tmp_path / "out/labels/train/s__keep1.txt").read_text().startswith("1 0.5")
    assert counted(assembly, NAMES)["train"]["boxes"]["smoke"] == 1


def test_the_shipped_recipe_loads_and_keeps_fire_clips_apart():
    recipe = load_recipe("street")
    assert set(recipe.own_classes) == {"tricycle", "stall", "smoke", "fire"}
    cctv = next(source for source in recipe.sources if source.folder.endswith("fire_smoke_cctv"))
    splits: dict[str, set[Split]] = {}
    for rule in cctv.clips:
        splits.setdefault(rule.name, set()).add(rule.split)
    assert all(len(found) == 1 for found in splits.values())
    assert not any("stalls" in source.folder for source in recipe.sources)


def test_a_wrong_recipe_names_the_key(tmp_path):
    file = tmp_path / "r.toml"
    file.write_text('name = "r"\nclasses = ["a"]\ncoco = {}\nsources = []\nepochs = 3\n')
    with pytest.raises(RecipeInvalid, match="epochs"):
        load_recipe(str(file))
    file.write_text(
        'name = "r"\nclasses = ["a"]\ncoco = {}\n[[sources]]\nfolder = "x"\nclasses = { 0 = "b" }\n'
    )
    with pytest.raises(RecipeInvalid, match="'b'"):
        load_recipe(str(file))
