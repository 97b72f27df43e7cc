"""Painted smoke, flames and stalls: they change what their box says, and nothing leaves the picture."""

from __future__ import annotations

import numpy as np
import pytest

from vision.learn.distractors import LOOK_ALIKES
from vision.learn.recipe import Composites
from vision.learn.sampling import cut, drawn, material_of, moved_boxes, with_painted
from vision.learn.scoring import average_precision, matched, score_samples
from vision.learn.stalls import paint_stall
from vision.learn.synthesis import (
    LEAST_CHANGE,
    flame_cutout,
    paint_flame,
    paint_smoke,
    paste_flame,
)

from .conftest import scene_picture


def street(seed: int = 0) -> np.ndarray:
    return scene_picture(seed, 240, 320)


@pytest.mark.parametrize("paint", [paint_smoke, paint_flame])
def test_what_is_painted_lies_in_its_box(paint):
    found = 0
    for seed in range(12):
        before = street(seed)
        after = before.copy()
        box = paint(np.random.default_rng(seed), after)
        if box is None:
            continue
        found += 1
        x1, y1, x2, y2 = (int(value) for value in box)
        assert 0 <= x1 < x2 <= 320
        assert 0 <= y1 < y2 <= 240
        change = np.abs(after.astype(int) - before).sum(axis=2)
        assert change[y1:y2, x1:x2].mean() > 10
    assert found >= 8


def test_smoke_nobody_could_see_is_not_painted():
    kept = 0
    for seed in range(40):
        image = np.full((240, 320, 3), 150, np.uint8)
        box = paint_smoke(np.random.default_rng(seed), image)
        if box is None:
            assert (image == 150).all()
            continue
        kept += 1
        x1, y1, x2, y2 = (int(value) for value in box)
        assert np.abs(image[y1:y2, x1:x2].astype(int) - 150).max() >= LEAST_CHANGE
    assert 10 < kept < 40


def test_painting_depends_on_the_seed_only():
    one, two = street(), street()
    assert paint_smoke(np.random.default_rng(5), one) == paint_smoke(np.random.default_rng(5), two)
    assert np.array_equal(one, two)


@pytest.mark.parametrize("paint", sorted(set(LOOK_ALIKES), key=lambda paint: paint.__name__))
def test_look_alikes_keep_size_and_type(paint):
    image = street()
    paint(np.random.default_rng(1), image)
    assert image.shape == (240, 320, 3)
    assert image.dtype == np.uint8


def test_only_the_burning_part_of_a_picture_is_cut_out():
    patch = np.full((60, 60, 3), (110, 110, 110), np.uint8)
    patch[20:40, 20:40] = (40, 150, 250)
    alpha = flame_cutout(patch)
    assert alpha[30, 30] > 0.8
    assert alpha[10, 10] < 0.05
    image = street()
    boxes = [paste_flame(np.random.default_rng(seed), image, patch) for seed in range(6)]
    assert any(box is not None for box in boxes)


def test_stalls_tricycles_and_look_alikes_are_told_apart():
    rng = np.random.default_rng(0)
    painted = [paint_stall(rng, street()) for _ in range(60)]
    names = {thing.name for thing in painted if thing is not None}
    assert names == {"stall", "tricycle", None}
    for thing in painted:
        if thing is not None:
            x1, y1, x2, y2 = thing.box
            assert 0 <= x1 < x2 <= 320
            assert 0 <= y1 < y2 <= 240


def test_a_box_painted_over_is_no_longer_a_target():
    boxes = np.array([[4, 10, 10, 30, 30], [4, 100, 100, 140, 140]], np.float32)
    painted = np.array([[9, 0, 0, 40, 40], [-1, 90, 90, 150, 150]], np.float32)
    assert with_painted(boxes, painted)[:, 0].tolist() == [9]


def test_boxes_follow_the_picture_when_it_is_cut():
    image = np.zeros((100, 200, 3), np.uint8)
    image[40:60, 80:120] = 255
    boxes = np.array([[0, 80, 40, 120, 60]], np.float32)
    for seed in range(8):
        out, moved = cut(np.random.default_rng(seed), image, boxes, (128, 128))
        assert out.shape == (128, 128, 3)
        for _, x1, y1, x2, y2 in moved:
            inside = out[int(y1) : int(np.ceil(y2)), int(x1) : int(np.ceil(x2))]
            assert inside.mean() > 100


def test_a_box_mostly_outside_is_gone():
    boxes = np.array([[0, 0, 0, 100, 100]], np.float32)
    matrix = np.array([[1, 0, -90], [0, 1, 0]], np.float32)
    assert len(moved_boxes(boxes, matrix, (128, 128))) == 0


def test_training_pictures_repeat_for_the_same_seed(write_source):
    from vision.learn.dataset import assemble
    from vision.learn.recipe import Recipe, Source, Split

    names = ("car", "stall", "smoke", "fire")
    files = {f"clip{n}_a": (scene_picture(n), "0 0.5 0.5 0.3 0.3\n") for n in range(4)}
    folder = write_source("s", files)
    source = Source(folder="s", classes={"0": "car"}, complete=("smoke", "fire"))
    recipe = Recipe(name="t", classes=names, coco={"car": "car"}, sources=(source,))
    samples = assemble(recipe, [folder]).of(Split.TRAIN)
    material = material_of(samples, names, Composites(smoke=0.3, fire=0.3, stall=0.3, mosaic=0.5))
    seen = set()
    for seed in range(20):
        image, boxes = drawn(np.random.default_rng(seed), material, (160, 160))
        again, same = drawn(np.random.default_rng(seed), material, (160, 160))
        assert np.array_equal(image, again)
        assert np.array_equal(boxes, same)
        assert (boxes[:, 1:] >= 0).all()
        assert (boxes[:, 1:] <= 160).all()
        seen |= {names[int(row[0])] for row in boxes}
    assert {"car", "smoke", "fire", "stall"} <= seen


def test_average_precision_of_known_rankings():
    assert average_precision([0.9, 0.8], [True, True], 2) == pytest.approx(1.0)
    assert average_precision([0.9, 0.8], [False, True], 1) == pytest.approx(0.5)
    assert average_precision([], [], 3) == 0.0
    assert np.isnan(average_precision([], [], 0))


def test_a_box_is_taken_once(write_source):
    truth = np.array([[0.1, 0.1, 0.5, 0.5]], np.float32)
    found = np.array([[0, 0.9, 0.1, 0.1, 0.5, 0.5], [0, 0.8, 0.1, 0.1, 0.5, 0.49]], np.float32)
    assert matched(found, truth) == [True, False]


def test_scores_per_class_come_with_box_counts(write_source):
    from vision.learn.dataset import assemble
    from vision.learn.recipe import Recipe, Source

    folder = write_source("s", {"a1": (scene_picture(1), "0 0.3 0.3 0.4 0.4\n")})
    recipe = Recipe(
        name="t",
        classes=("car", "smoke"),
        coco={},
        sources=(Source(folder="s", classes={"0": "car"}),),
    )
    samples = assemble(recipe, [folder]).samples
    good = np.array([[0, 0.9, 0.1, 0.1, 0.5, 0.5]], np.float32)
    scores = score_samples(samples, 2, lambda sample: good)
    assert scores[0][:2] == (pytest.approx(1.0), 1)
    assert np.isnan(scores[1][0])
