"""Pairs set by hand: half pairs wait for their other half, the fit is the worker's own, steps come back."""

from __future__ import annotations

import pytest

from config.geometry import GeoPoint, ImagePoint, distance_m, moved
from config.site import Calibration, CalibrationPair, CameraId
from console.state.calibration_draft import CalibrationDraft, HalfPair

CAMERA = CameraId("cam-1")
ORIGIN = GeoPoint(36.0, 120.0)
#: A street seen from a mast: x, y of the picture ↔ metres east, north.
SPOTS = (
    ((0.1, 0.9), (-8.0, 10.0)),
    ((0.9, 0.9), (8.0, 10.0)),
    ((0.3, 0.4), (-8.0, 30.0)),
    ((0.7, 0.4), (8.0, 30.0)),
)


def place(east: float, north: float) -> GeoPoint:
    return moved(ORIGIN, east, north)


def set_all(draft: CalibrationDraft) -> None:
    for (x, y), ground in SPOTS:
        draft.set_image(x, y)
        draft.set_place(place(*ground))


def test_a_spot_and_a_place_make_a_pair_in_either_order() -> None:
    draft = CalibrationDraft(CAMERA, ())
    draft.set_image(0.1, 0.9)
    assert not draft.can_be_saved
    draft.set_place(place(-8, 10))
    draft.set_place(place(8, 10))
    draft.set_image(0.9, 0.9)
    assert [pair.is_whole for pair in draft.pairs] == [True, True]
    assert draft.pairs[1] == HalfPair(ImagePoint(0.9, 0.9), place(8, 10))


def test_four_pairs_can_be_saved_and_a_fifth_tells_the_error() -> None:
    draft = CalibrationDraft(CAMERA, ())
    set_all(draft)
    assert draft.can_be_saved
    assert draft.fit.residual_m is None
    found = draft.place_of(0.5, 0.9)
    assert found is not None
    assert distance_m(found[0], place(0, 10)) < 0.1
    draft.set_image(0.5, 0.9)
    draft.set_place(place(0.0, 12.0))  # two metres off
    assert draft.fit.residual_m is not None
    assert 0.3 < draft.fit.residual_m < 3
    assert max(error for error in draft.fit.errors_m if error is not None) > 0.5


def test_pairs_on_one_line_say_so_and_cannot_be_saved() -> None:
    draft = CalibrationDraft(CAMERA, ())
    for step in range(4):
        draft.set_image(0.2 + 0.1 * step, 0.5)
        draft.set_place(place(3.0 * step, 0.0))
    assert "one line" in draft.fit.problem
    assert not draft.can_be_saved


def test_steps_are_taken_back_and_a_half_pair_is_never_written() -> None:
    known = Calibration(CameraId("other"), (CalibrationPair(ImagePoint(0, 0), ORIGIN),) * 4)
    draft = CalibrationDraft(CAMERA, (known,))
    set_all(draft)
    draft.steps.undo()
    assert len(draft.whole) == 3
    assert not draft.can_be_saved
    draft.steps.redo()
    assert draft.can_be_saved
    assert [entry["camera_id"] for entry in draft.entries()] == ["other", "cam-1"]
    for _ in range(4):
        draft.select(0)
        draft.remove()
    assert draft.can_be_saved  # the camera loses its calibration
    assert [entry["camera_id"] for entry in draft.entries()] == ["other"]


def test_a_dragged_spot_is_one_step_and_stays_in_the_picture() -> None:
    draft = CalibrationDraft(CAMERA, ())
    draft.set_image(0.5, 0.5)
    draft.steps.open()
    for x in (0.6, 0.9, 1.4):
        draft.move_image(x, 0.5)
    draft.steps.close()
    assert draft.pairs[0].image == ImagePoint(1.0, 0.5)
    draft.steps.undo()
    assert draft.pairs[0].image == ImagePoint(0.5, 0.5)


@pytest.mark.parametrize("step", [1, -1])
def test_the_pairs_are_walked_through_by_key(step: int) -> None:
    draft = CalibrationDraft(CAMERA, ())
    set_all(draft)
    draft.select(None)
    seen = []
    for _ in range(4):
        draft.select_next(step)
        seen.append(draft.selected)
    assert sorted(number for number in seen if number is not None) == [0, 1, 2, 3]
