"""Cameras that turn, nights and infrared: rules stand still where they must, and go on after."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from config.site import Zone, ZoneKind
from tests.vision.street import (
    CAMERA,
    HEIGHT_PX,
    MODEL,
    WIDTH_PX,
    Actor,
    At,
    Street,
    drive,
    moment,
    of,
    pipeline_of,
    texture,
    zone,
)
from vision.alerts import AlertVerb
from vision.detections import Detections
from vision.detector import Picture
from vision.light import Light, LightMeter
from vision.pictures import luma, to_i420
from vision.pipeline import CameraPipeline
from vision.scene import MOVING
from vision.sight import Sanity
from vision.tuning import LightTuning

KERB = zone(ZoneKind.NO_PARKING, 20.0)
ELSEWHERE = np.asarray(cv2.cvtColor(texture(WIDTH_PX, HEIGHT_PX, 77, 9), cv2.COLOR_GRAY2BGR))


def parked(to_s: float = 300) -> Street:
    return Street(
        [Actor("car", [(2, -0.1, 0.6), (5, 0.5, 0.6), (to_s, 0.5, 0.6), (to_s + 3, 1.1, 0.6)])]
    )


def look_away(pipeline: CameraPipeline, from_s: float, to_s: float) -> list[At]:
    """The camera turns, looks at another street for a while, and turns."""
    found = []
    pipeline.turn(MOVING, frozenset({KERB.id}), moment(from_s))
    for step in range(round((to_s - from_s) * 2)):
        at_s = from_s + step / 2
        if step == 4:
            pipeline.turn("preset 2", frozenset({KERB.id}), moment(at_s))
        events = pipeline.process(np.asarray(ELSEWHERE, np.uint8), Detections.none(), moment(at_s))
        found += [At(at_s, event) for event in events]
    pipeline.turn("home", frozenset(), moment(to_s))
    return found


def test_dwell_goes_on_when_the_camera_comes_back() -> None:
    street, pipeline = parked(), pipeline_of(KERB)
    pipeline.turn("home", frozenset(), moment(0))
    assert drive(street, pipeline, 0, 15) == []
    assert look_away(pipeline, 15.5, 60) == []
    raised = of(drive(street, pipeline, 60, 75), AlertVerb.RAISED)
    assert [60 < each.at_s < 64 for each in raised] == [True]
    assert raised[0].event.data.since_utc.startswith("2026-01-01T00:00:0")  # it stopped at 5 s


def test_nothing_is_raised_for_one_that_left_while_nobody_looked() -> None:
    street, pipeline = parked(to_s=30), pipeline_of(KERB)
    drive(street, pipeline, 0, 15)
    look_away(pipeline, 15.5, 60)
    assert drive(street, pipeline, 60, 90) == []


def test_another_that_stands_there_by_then_begins_anew() -> None:
    other = Actor("car", [(35, -0.1, 0.6), (38, 0.5, 0.6), (300, 0.5, 0.6)], seed=9)
    street, pipeline = Street([*parked(to_s=30).actors, other]), pipeline_of(KERB)
    drive(street, pipeline, 0, 15)
    look_away(pipeline, 15.5, 60)
    raised = of(drive(street, pipeline, 60, 100), AlertVerb.RAISED)
    assert [each.at_s >= 79 for each in raised] == [True]


def test_an_open_alert_is_neither_cleared_nor_told_again_while_the_camera_is_away() -> None:
    street, pipeline = parked(to_s=90), pipeline_of(KERB)
    assert len(of(drive(street, pipeline, 0, 40), AlertVerb.RAISED)) == 1
    assert of(look_away(pipeline, 40.5, 70), AlertVerb.CLEARED) == []
    after = drive(street, pipeline, 70, 110)
    assert of(after, AlertVerb.RAISED) == []
    assert [90 < each.at_s < 102 for each in of(after, AlertVerb.CLEARED)] == [True]


def test_long_absence_does_not_count_as_dwell() -> None:
    street, pipeline = parked(to_s=900), pipeline_of(KERB)
    drive(street, pipeline, 0, 15)
    look_away(pipeline, 15.5, 700)
    raised = of(drive(street, pipeline, 700, 730), AlertVerb.RAISED)
    assert [708 <= each.at_s <= 713 for each in raised] == [True]


def test_it_is_said_which_zones_rest_and_nothing_is_detected_for_them() -> None:
    street, pipeline = parked(), pipeline_of(KERB)
    drive(street, pipeline, 0, 5)
    pipeline.turn("preset 2", frozenset({KERB.id}), moment(6))
    assert pipeline.sight(0).resting == (str(KERB.id),)
    assert not pipeline.wants(street.picture(6), moment(6))
    pipeline.turn("home", frozenset(), moment(7))
    assert pipeline.sight(0).resting == ()
    assert pipeline.wants(street.picture(7), moment(7))


def test_a_known_preset_is_no_moved_camera() -> None:
    street, pipeline = parked(), pipeline_of(KERB)
    pipeline.turn("home", frozenset(), moment(0))
    drive(street, pipeline, 0, 20)
    look_away(pipeline, 20.5, 40)
    assert pipeline.sanity is Sanity.GOOD
    drive(street, pipeline, 40, 60)
    assert pipeline.sanity is Sanity.GOOD


@pytest.mark.logs_warnings("the rule fails on purpose")
def test_a_fault_in_a_rule_that_comes_back_is_its_own() -> None:
    other = zone(ZoneKind.NO_TRADING, 20.0, zone_id="zone-2")
    pipeline = pipeline_of(KERB, other)
    pipeline.rules[KERB.id].change_scene = _fails  # type: ignore[method-assign]
    pipeline.turn("preset 2", frozenset({KERB.id, other.id}), moment(1))
    pipeline.turn("home", frozenset(), moment(2))
    assert set(pipeline.faults) == {KERB.id}
    assert set(pipeline.rules) == {other.id}


def _fails(*_: object) -> None:
    raise RuntimeError("on purpose")


# -- light


def coloured(picture: Picture) -> Picture:
    tinted = picture.astype(np.int16) + np.array([-20, 0, 25])
    return np.asarray(np.clip(tinted, 0, 255), np.uint8)


def infrared(picture: Picture) -> Picture:
    """Grey, with another distribution of brightness: leaves and cloth shine by infrared."""
    grey = picture[..., 0].astype(np.float32)
    turned = 128 + 100 * np.sin(grey / 20.0)
    return np.asarray(cv2.cvtColor(turned.astype(np.uint8), cv2.COLOR_GRAY2BGR), np.uint8)


@pytest.mark.parametrize("as_planes", [False, True])
def test_the_light_is_told_from_colour_and_brightness(as_planes: bool) -> None:
    meter, day = LightMeter(LightTuning()), coloured(Street().picture(0))

    def after(picture: Picture, from_s: int, to_s: int) -> Light:
        shown = to_i420(picture) if as_planes else picture
        for at_s in range(from_s, to_s):
            meter.step(shown, luma(shown), float(at_s))
        return meter.state

    assert after(day, 0, 5) is Light.DAY
    assert after(np.asarray(day // 5, np.uint8), 5, 8) is Light.DAY  # a shadow, not yet the night
    assert after(np.asarray(day // 5, np.uint8), 8, 14) is Light.DARK
    assert after(infrared(day), 14, 17) is Light.INFRARED
    assert after(day, 17, 20) is Light.DAY


def test_a_black_and_white_camera_has_no_infrared() -> None:
    meter, grey = LightMeter(LightTuning()), Street().picture(0)
    for at_s in range(20):
        meter.step(grey, luma(grey), float(at_s))
    assert meter.state is Light.DAY


def by_light(
    street: Street, zones: Sequence[Zone], to_s: float, switches_s: float
) -> tuple[list[At], CameraPipeline]:
    """The street in colour until the filter switches, then by infrared."""
    pipeline = CameraPipeline(CAMERA, zones, None, MODEL)
    found = []
    for step in range(round(to_s * 2)):
        at_s = step / 2
        shown = street.picture(at_s)
        shown = coloured(shown) if at_s < switches_s else infrared(shown)
        events = pipeline.process(shown, street.detections(at_s), moment(at_s))
        found += [At(at_s, event) for event in events]
    return found, pipeline


@pytest.mark.parametrize("switches_s", [12.0, 20.0, 24.0])
def test_a_stay_survives_the_switch_to_infrared(switches_s: float) -> None:
    found, pipeline = by_light(parked(), [KERB], 60, switches_s)
    raised = of(found, AlertVerb.RAISED)
    assert [25 <= each.at_s <= 30 for each in raised] == [True]
    assert raised[0].event.data.since_utc.startswith("2026-01-01T00:00:0")
    assert pipeline.sanity is Sanity.GOOD
    assert pipeline.sight(0).is_night


def test_an_alert_that_was_open_at_the_switch_is_not_raised_again_and_is_cleared_once() -> None:
    found, _ = by_light(parked(to_s=70), [KERB], 90, 40.0)
    assert len(of(found, AlertVerb.RAISED)) == 1
    assert [70 < each.at_s < 85 for each in of(found, AlertVerb.CLEARED)] == [True]


def test_a_parked_car_is_found_in_the_dark_though_the_detector_misses_it_half_of_the_time() -> None:
    dim = parked(to_s=80)
    dim.actors[0].seen = lambda at_s: round(at_s * 2) % 4 == 0 or at_s < 7
    dim.brightness = lambda _: 0.25
    found = drive(dim, pipeline_of(KERB), 0, 150)
    assert [25 <= each.at_s <= 29 for each in of(found, AlertVerb.RAISED)] == [True]
    assert [80 < each.at_s < 145 for each in of(found, AlertVerb.CLEARED)] == [True]


def test_the_only_colour_of_a_grey_street_may_drive_away() -> None:
    meter, grey = LightMeter(LightTuning()), Street().picture(0)
    with_car = grey.copy()
    with_car[80:130, 80:170] = (40, 40, 220)
    for at_s in range(20):
        shown = with_car if at_s < 10 else grey
        meter.step(shown, luma(shown), float(at_s))
    assert meter.state is Light.DAY
