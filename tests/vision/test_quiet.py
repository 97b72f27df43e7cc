"""Composed quiet hours and fires: streams without seams, and what the product makes of them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from vision.alerts import AlertKind
from vision.learn.blazes import DrawnFlame, Plume, to_and_fro
from vision.learn.evaluate_quiet import run_scene, scores_of
from vision.learn.look_alikes import LookAlike, look_alike
from vision.learn.quiet import Scene, Stream, burning_scenes, quiet_scenes
from vision.learn.rates import share_interval
from vision.learn.weather import Daylight, Weather, lit
from vision.load_detector import load_detector
from vision.models import resolve_model
from vision.pipeline import ModelView


def test_a_repeated_clip_shows_no_cut() -> None:
    order = [to_and_fro(number, 5) for number in range(20)]
    assert order[:9] == [0, 1, 2, 3, 4, 3, 2, 1, 0]
    assert all(abs(one - other) == 1 for one, other in pairwise(order))
    assert {to_and_fro(number, 1) for number in range(5)} == {0}


def test_hours_are_what_was_asked_for_and_meet_every_light_weather_and_look_alike() -> None:
    scenes = quiet_scenes(3.0, 1)
    assert sum(scene.length_s for scene in scenes) == 3 * 3600
    assert {scene.daylight for scene in scenes} == set(Daylight)
    assert {scene.disturbance for scene in scenes} == set(LookAlike)
    assert len({scene.clip for scene in scenes}) == 8  # those of both uses
    assert len({(scene.clip, scene.daylight, scene.weather) for scene in scenes}) > 24
    assert quiet_scenes(0.02, 1)[0].length_s == pytest.approx(72)
    fires = burning_scenes(64, 1)
    assert [scene.burns for scene in fires].count(AlertKind.SMOKE) == 32
    assert {scene.daylight for scene in fires} == set(Daylight)


@pytest.mark.parametrize("kind", LookAlike)
def test_look_alikes_come_the_same_way_each_time(kind: LookAlike) -> None:
    pictures = []
    for _ in range(2):
        picture = np.full((180, 320, 3), 80, np.uint8)
        look_alike(kind, 3, 320, 180)(picture, 0.5)
        pictures.append(picture)
    assert np.array_equal(*pictures)
    assert bool((pictures[0] != 80).any()) is (kind is not LookAlike.NOTHING)


@pytest.mark.parametrize("make", [lambda rng: Plume(rng, (160, 170), 120, 0.9),
                                  lambda rng: DrawnFlame(rng, (160, 170), 60)])  # fmt: skip
def test_what_burns_grows_on_its_place_and_never_looks_the_same(make: object) -> None:
    blaze = make(np.random.default_rng(5))  # type: ignore[operator]
    boxes, pictures = [], []
    for age_s in (0.5, 12.0, 12.5):
        picture = np.full((180, 320, 3), 80, np.uint8)
        boxes.append(blaze.paint(picture, age_s))
        pictures.append(picture.astype(np.int16))
    young, old, later = boxes
    assert old[3] - old[1] > 1.5 * (young[3] - young[1])
    assert abs(old[3] - later[3]) < 12
    left, top, right, bottom = (int(value) for value in old)
    change = np.abs(pictures[1] - pictures[2])[top:bottom, left:right].max(axis=2)
    assert (change > 10).mean() > 0.03


def test_night_is_dark_and_infrared_is_grey() -> None:
    street = np.random.default_rng(1).integers(60, 200, (90, 160, 3)).astype(np.uint8)
    assert lit(street, Daylight.NIGHT, 0.0, 1).mean() < 40
    grey = lit(street, Daylight.INFRARED, 0.0, 1)
    assert (grey.max(axis=2) == grey.min(axis=2)).all()
    assert np.array_equal(lit(street, Daylight.DAY, 0.0, 1), street)


def test_shares_carry_the_exact_interval() -> None:
    assert share_interval(0, 10) == pytest.approx((0.0, 0.3085), abs=1e-4)
    assert share_interval(10, 10) == pytest.approx((0.6915, 1.0), abs=1e-4)
    assert share_interval(61, 64) == pytest.approx((0.8691, 0.9902), abs=1e-3)
    assert share_interval(0, 0) == (0.0, 1.0)


def test_steam_takes_the_light_of_the_night_and_infrared_has_no_colour(shared_folder: Path) -> None:
    made = {}
    for disturbance in (LookAlike.NOTHING, LookAlike.STEAM):
        scene = Scene(
            "n", "crossing_queue.mp4", Daylight.NIGHT, Weather.CLEAR, disturbance, 3, 20.0
        )
        made[disturbance] = Stream(scene, shared_folder / "data/videos").at(10.0)
    clear, steam = (picture.astype(np.int16) for picture in made.values())
    changed = np.abs(steam - clear).max(axis=2) > 2
    assert changed.any()
    assert steam[changed].mean() < 90  # by day it is 200 and more
    lamps = Scene(
        "i", "crossing_queue.mp4", Daylight.INFRARED, Weather.CLEAR, LookAlike.BEACON, 3, 20.0
    )
    grey = Stream(lamps, shared_folder / "data/videos").at(0.0)
    assert (grey.max(axis=2) == grey.min(axis=2)).all()


@pytest.mark.system
@pytest.mark.beside
@pytest.mark.timeout(300)
def test_a_minute_of_bad_weather_stays_quiet_and_fires_are_found(shared_folder: Path) -> None:
    """The short form of `gridwall eval quiet`: a minute with look-alikes and two fires."""
    model = resolve_model(None)
    detector = load_detector(model)
    view = ModelView(detector.names, detector.stamp, model.operating_points)
    scenes = [
        Scene("rain", "kerb_parking_street.mp4", Daylight.DAY, Weather.RAIN, LookAlike.BEACON, 1, 30.0),
        Scene("night", "crossing_queue.mp4", Daylight.NIGHT, Weather.CLEAR, LookAlike.HEADLIGHTS, 2, 30.0),
        *burning_scenes(4, 1)[2:],
    ]  # fmt: skip
    results = [run_scene(scene, shared_folder / "data/videos", detector, view) for scene in scenes]
    detector.close()
    scores = scores_of(results, "material")
    for kind in ("smoke", "fire"):
        quiet = scores[f"quiet hours: {kind}"]
        assert (quiet.false, quiet.hours) == (0, pytest.approx(60 / 3600, abs=1e-3))
    assert [scores[row].found for row in ("drawn smoke: smoke", "real flames: fire")] == [1, 1]
