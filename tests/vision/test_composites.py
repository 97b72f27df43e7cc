"""Vehicles that drive in, stand, are hidden and leave, on a real street, through the real pipeline."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from ingest.feed.envelope import parse_utc_ns
from vision.alerts import AlertVerb
from vision.learn.clip_outcomes import TimedAlert
from vision.learn.composites import write_parking, write_truth
from vision.learn.evaluate_clips import evaluate_clips
from vision.learn.sprites import cut_out, empty_scene, pasted
from vision.learn.truth import read_truth
from vision.learn.weather import Weather, weathered
from vision.load_detector import load_detector
from vision.models import resolve_model
from vision.pipeline import ModelView


@pytest.mark.system
@pytest.mark.beside
@pytest.mark.timeout(900)
def test_every_arrival_is_found_on_time_and_neither_traffic_nor_the_queue(
    shared_folder: Path, tmp_path: Path
) -> None:
    tables = write_parking(
        shared_folder / "data/videos", tmp_path, lambda _: None, weathers=(Weather.RAIN,), casts=1
    )
    model = resolve_model(None)
    detector = load_detector(model)
    view = ModelView(detector.names, detector.stamp, model.operating_points)
    clips = read_truth(write_truth(tmp_path, tables))
    began: list[float] = []
    scores = evaluate_clips(
        clips,
        detector,
        view,
        fps=2.0,
        on_clip=lambda _, alerts, __: began.extend(
            _began_s(each)
            for each in alerts
            if each.verb is AlertVerb.RAISED and not each.data.since_before
        ),
    )
    detector.close()
    score = scores["parking"]
    assert (score.hits, score.misses, score.false) == (7, 0, 0)
    true = [event.start_s for event in clips[0].events if event.start_s > 0]
    assert sorted(began) == pytest.approx(true, abs=3.0)


def _began_s(alert: TimedAlert) -> float:
    """The clip second an alert, when raised, says its stay began at."""
    raised_ns = parse_utc_ns(alert.data.score_history[0][0])
    return alert.at_s - (raised_ns - parse_utc_ns(alert.data.since_utc)) / 1e9


def _street(number: int) -> np.ndarray:
    """Grey road with a bright box that drives through from the third picture on."""
    picture = np.full((180, 320, 3), 90, np.uint8)
    picture[::20] = 70
    if 3 <= number < 7:
        cv2.rectangle(picture, (40 * number, 80), (40 * number + 50, 110), (30, 30, 220), -1)
    return picture


def test_a_vehicle_is_cut_out_whole_and_stands_where_it_is_put() -> None:
    timed = [(float(number), _street(number)) for number in range(12)]
    scene = empty_scene([picture for _, picture in timed])
    sprite = cut_out(timed, scene, 30.0)[0]
    assert sprite.pixels.shape[:2] == pytest.approx((31, 51), abs=8)
    canvas = scene.copy()
    box = pasted(canvas, sprite, (0.5, 0.5), 1.0)
    assert box == pytest.approx((0.42, 0.33, 0.58, 0.5), abs=0.04)
    assert canvas[75, 160].tolist() == pytest.approx([30, 30, 220], abs=6)
    assert pasted(canvas, sprite, (3.0, 0.5), 1.0) is None


@pytest.mark.parametrize("weather", Weather)
def test_weather_changes_a_picture_the_same_way_each_time(weather: Weather) -> None:
    picture = _street(4)
    first, again = (weathered(picture, weather, 2.5, 3) for _ in range(2))
    assert first.shape == picture.shape
    assert np.array_equal(first, again)
    assert not np.array_equal(first, weathered(picture, weather, 3.0, 3))
