"""Films join: a loop's end is its beginning, and segments differ only in what comes and goes."""

from __future__ import annotations

import numpy as np
import pytest

from console.demo.cameras import CAMERAS, Happening, StreetCamera
from console.demo.render.objects import Cast
from console.demo.render.stage_frame import (
    DROVE_OFF_S,
    LOOP_S,
    STOPPED_S,
    Segment,
    duration_s,
    segments_of,
)
from console.demo.render.staging import Staging

BY_HAPPENING = {camera.happening: camera for camera in CAMERAS}


def places(cast: Cast) -> list[tuple[float, ...]]:
    return sorted(
        tuple(np.round(part.matrix[:3, 3], 3)) for mover in cast.movers for part in mover.parts
    )


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: str(camera.number))
def test_an_idle_loop_closes(camera: StreetCamera) -> None:
    stage = Staging(camera)
    begin = stage.cast(Segment.IDLE, 0.0)
    end = stage.cast(Segment.IDLE, duration_s(camera))
    assert len(begin.movers) == len(end.movers)


@pytest.mark.parametrize("happening", [Happening.PARKING, Happening.STALL])
def test_what_arrived_stands_where_it_stays(happening: Happening) -> None:
    stage = Staging(BY_HAPPENING[happening])
    stayed = set(places(stage.cast(Segment.STAY, 0.0)))
    arrived = set(places(stage.cast(Segment.ARRIVE, LOOP_S)))
    assert stayed <= arrived | stayed
    assert len(stayed - arrived) <= len(stayed) // 4  # limbs of walkers differ by a stride


def test_a_parked_car_does_not_move_between_its_times() -> None:
    stage = Staging(BY_HAPPENING[Happening.PARKING])
    x, y = stage.camera.happening_place()

    def car_there(segment: Segment, at_s: float) -> bool:
        return any(
            stage.cast(segment, at_s).class_of.get(mover.number) == "car"
            and np.hypot(mover.parts[0].matrix[0, 3] - x, mover.parts[0].matrix[1, 3] - y) < 0.3
            for mover in stage.cast(segment, at_s).movers
        )

    assert not car_there(Segment.ARRIVE, STOPPED_S - 2.0)
    assert car_there(Segment.ARRIVE, STOPPED_S + 0.1)
    assert car_there(Segment.STAY, 5.0)
    assert car_there(Segment.LEAVE, DROVE_OFF_S - 0.1)
    assert not car_there(Segment.LEAVE, DROVE_OFF_S + 3.0)
    assert not car_there(Segment.IDLE, 5.0)


def test_smoke_is_the_same_at_both_ends_of_its_loop() -> None:
    stage = Staging(BY_HAPPENING[Happening.SMOKE])
    begin, end = stage.cast(Segment.STAY, 0.0), stage.cast(Segment.STAY, LOOP_S)
    assert len(begin.puffs) == len(end.puffs) > 10
    for a, b in zip(begin.puffs, end.puffs, strict=True):
        assert (a.x, a.y, a.z) == pytest.approx((b.x, b.y, b.z), abs=1e-6)


def test_only_cameras_with_events_have_more_than_an_idle_film() -> None:
    for camera in CAMERAS:
        quiet = camera.happening in {Happening.NOTHING, Happening.RED_LIGHT}
        assert segments_of(camera) == ((Segment.IDLE,) if quiet else tuple(Segment))
