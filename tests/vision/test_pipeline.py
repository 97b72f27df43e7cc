"""A fault stays where it happens; zones change under a running pipeline; sanity stops what must."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from config.site import Zone, ZoneKind
from tests.vision.street import CAMERA, MODEL, Actor, Street, drive, moment, of, pipeline_of, zone
from vision.alerts import AlertVerb
from vision.pipeline import CameraPipeline
from vision.rule_kinds import make_rule
from vision.rules.parking import ParkingRule
from vision.rules.rule import AlertChange, FrameContext, Moment, Rule
from vision.sight import Sanity
from vision.tracks import Track
from vision.tuning import Tuning
from vision.zones import ZoneArea

PARKED = Actor("car", [(-1, 0.5, 0.6), (200, 0.5, 0.6)])
KERB = zone(ZoneKind.NO_PARKING, 10.0)
BROKEN = zone(ZoneKind.NO_PARKING, 5.0, zone_id="broken")


class FailingRule(ParkingRule):
    """Works until the second 15, then raises."""

    def step(
        self, tracks: Sequence[Track], context: FrameContext, now: Moment
    ) -> list[AlertChange]:
        if now.mono_s > 1015:
            raise ZeroDivisionError("made for the test")
        return super().step(tracks, context, now)


def _maker(area: Zone, masks: Sequence[ZoneArea], tuning: Tuning) -> Rule:
    if area.id == "broken":
        return FailingRule(ZoneArea(area), tuning)
    return make_rule(area, masks, tuning)


@pytest.mark.logs_warnings("the fault is logged on purpose")
def test_a_rule_that_fails_is_switched_off_and_named_and_its_alert_ends() -> None:
    pipeline = CameraPipeline(CAMERA, [BROKEN, KERB], None, MODEL, rule_maker=_maker)
    found = drive(Street([PARKED]), pipeline, 0, 40)
    of_broken = [each.event for each in found if each.event.data.zone_id == "broken"]
    assert [event.verb for event in of_broken] == [AlertVerb.RAISED, AlertVerb.CLEARED]
    assert "ZeroDivisionError" in pipeline.faults[BROKEN.id]
    assert [each.event.verb for each in found if each.event.data.zone_id == KERB.id] == [
        AlertVerb.RAISED
    ]


@pytest.mark.logs_warnings("the fault is logged on purpose")
def test_drawing_the_zone_anew_brings_the_rule_back() -> None:
    pipeline = CameraPipeline(CAMERA, [BROKEN], None, MODEL, rule_maker=_maker)
    drive(Street([PARKED]), pipeline, 0, 20)
    assert pipeline.faults
    pipeline.reconfigure([zone(ZoneKind.NO_PARKING, 6.0, zone_id="broken")], None, moment(21))
    assert not pipeline.faults
    assert pipeline.rules


def test_a_new_zone_leaves_the_others_their_stays() -> None:
    pipeline = pipeline_of(KERB)
    drive(Street([PARKED]), pipeline, 0, 20)
    events = pipeline.reconfigure(
        [KERB, zone(ZoneKind.NO_TRADING, 9.0, zone_id="new")], None, moment(21)
    )
    assert events == []
    assert drive(Street([PARKED]), pipeline, 22, 40) == []


def test_a_stream_may_change_its_size_in_mid_stay() -> None:
    street, pipeline = Street([PARKED]), pipeline_of(KERB)
    found = drive(street, pipeline, 0, 20)
    for at_s in (21.0, 22.0, 23.0):
        picture = street.picture(at_s)[::2, ::2]
        detections = street.detections(at_s)
        halved = type(detections)(
            detections.xyxy / np.float32(2),
            detections.score.copy(),
            detections.class_index.copy(),
            detections.track.copy(),
        )
        pipeline.process(np.ascontiguousarray(picture), halved, moment(at_s))
    found += drive(street, pipeline, 24, 40)
    assert len(of(found, AlertVerb.RAISED)) == 1
    assert not of(found, AlertVerb.CLEARED)


@pytest.mark.parametrize(
    ("spoilt", "state"),
    [
        (lambda picture: np.full_like(picture, 90), Sanity.BLOCKED),
        (lambda picture: _blurred(picture), Sanity.DEFOCUSED),
        (lambda picture: picture[::-1, ::-1].copy(), Sanity.MOVED),
    ],
)
def test_a_camera_that_sees_nothing_useful_raises_no_parking(spoilt, state) -> None:  # type: ignore[no-untyped-def]
    street, pipeline = Street([PARKED, *_houses()]), pipeline_of(zone(ZoneKind.NO_PARKING, 20.0))
    drive(street, pipeline, 0, 10)
    for step in range(20, 100):
        at_s = step / 2
        picture = spoilt(street.picture(at_s))
        assert pipeline.process(picture, street.detections(at_s), moment(at_s)) == []
    assert pipeline.sanity is state
    found = drive(street, pipeline, 50, 70)
    assert pipeline.sanity is Sanity.GOOD
    assert len(of(found, AlertVerb.RAISED)) == 1


def _houses() -> list[Actor]:
    """Something with edges around the street, as every camera sees."""
    return [
        Actor("bench", [(-1, x, 0.15), (300, x, 0.15)], size=(0.15, 0.2), seed=70 + n, seen=lambda _: False)
        for n, x in enumerate((0.1, 0.35, 0.8))
    ]  # fmt: skip


def _blurred(picture):  # type: ignore[no-untyped-def]
    import cv2

    return cv2.resize(cv2.resize(picture, (10, 6), interpolation=cv2.INTER_AREA), (320, 180))


def test_classes_no_rule_knows_are_ignored() -> None:
    from vision.detections import detections_of
    from vision.models import OperatingPoints
    from vision.pipeline import ModelView

    model = ModelView(("zebra", "car"), "m", OperatingPoints())
    pipeline = CameraPipeline(CAMERA, [KERB], None, model)
    found = detections_of(
        np.array([[0, 0, 9, 9], [10, 10, 30, 30]]), np.array([0.9, 0.9]), np.array([0, 1])
    )
    assert [each.object_class.value for each in pipeline.sightings(found, 100, 100)] == ["car"]
