"""Detectors are compared at equal alarms on clips nobody trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vision.alerts import AlertKind
from vision.detections import NO_TRACK, Detections
from vision.learn.clip_outcomes import ClipOutcome, Verdict, false_on_held_out
from vision.learn.composites import QUIET_CLIPS, QUIET_HELD_OUT, QUIET_TRAINED
from vision.learn.equal_alarms import Seen, point_at
from vision.learn.evaluate_quiet import use_of_clip
from vision.learn.quiet_negatives import write_negatives
from vision.learn.truth import TruthClip, read_truth


def found(*rows: tuple[float, float, float, float, float]) -> Detections:
    boxes = np.array([row[1:] for row in rows], np.float32).reshape(-1, 4)
    scores = np.array([row[0] for row in rows], np.float32)
    return Detections(boxes, scores, np.zeros(len(rows), np.int32), np.full(len(rows), NO_TRACK))


def test_no_quiet_clip_is_on_both_sides():
    assert not set(QUIET_TRAINED) & set(QUIET_HELD_OUT)
    assert set(QUIET_TRAINED) | set(QUIET_HELD_OUT) == set(QUIET_CLIPS)
    assert use_of_clip("plaza_pedestrians.mp4") == "held out"
    assert use_of_clip("motorway_720p.mp4") == "negative of the recipe"


def test_false_alarms_on_clips_never_trained_on_are_counted_apart():
    clips = [
        TruthClip(Path("one.mp4"), (), (), trained=True), TruthClip(Path("two.mp4"), (), ()),
    ]  # fmt: skip
    outcomes = [
        ClipOutcome(name, AlertKind.SMOKE, verdict, 1.0, None)
        for name, verdict in (
            ("one.mp4", Verdict.FALSE), ("two.mp4", Verdict.FALSE), ("two.mp4", Verdict.HIT),
        )
    ]  # fmt: skip
    assert false_on_held_out(clips, outcomes) == (1, 1)


def test_the_clips_of_the_truth_say_which_were_trained_on(shared_folder):
    clips = read_truth(Path("tests/vision/clips/TRUTH.toml"), shared_folder / "data/videos")
    assert {clip.path.name for clip in clips if clip.trained} == set(QUIET_TRAINED)


def test_the_point_rises_until_no_more_quiet_pictures_are_reported_than_allowed():
    quiet = [0.12, 0.31, 0.44, 0.02]
    assert point_at(quiet, 4) == 0.05
    assert point_at(quiet, 2) == 0.13
    assert point_at(quiet, 1) == 0.32
    assert point_at([0.99], 0) > 1


def test_pictures_are_reported_located_and_disturbed():
    seen = Seen()
    label = np.array([[10, 10, 50, 50]], np.float32)
    seen.take(found((0.6, 11, 11, 49, 49), (0.3, 70, 70, 90, 90)), label)
    seen.take(found((0.5, 70, 70, 90, 90)), label)
    seen.take(found((0.4, 0, 0, 20, 20)), np.zeros((0, 4), np.float32))
    seen.take(found(), np.zeros((0, 4), np.float32))
    assert seen.line(0.35) == ("AP50 0.500 (2), reported 2 located 1 of 2, disturbed 1 of 2")
    assert seen.reported(0.45, shows=False) == 0


def test_negatives_come_from_trained_clips_only_and_the_same_each_time(shared_folder, tmp_path):
    videos = shared_folder / "data/videos"
    assert write_negatives(videos, tmp_path / "one", 3, 5) == 3
    write_negatives(videos, tmp_path / "two", 3, 5)
    files = sorted(path.name for path in (tmp_path / "one/images").iterdir())
    assert files == ["indoorpersons_0000.jpg", "motorway720p_0000.jpg", "shoppingstreet_0000.jpg"]
    for name in files:
        one, two = ((tmp_path / run / "images" / name).read_bytes() for run in ("one", "two"))
        assert one == two
