"""Matching of alerts to ground truth."""

from __future__ import annotations

import pytest

from config.site import CameraId
from console.demo.report import RaisedAlert, match
from console.demo.truth import TrueEvent
from vision.alerts import AlertData, AlertKind

NS = 1_000_000_000
BOX = (0.2, 0.4, 0.4, 0.6)
LIMITS = {"parking": 10.0, "smoke": 3.0}


def alert(at_s: float, kind: AlertKind = AlertKind.PARKING, camera: str = "cam-1",
          box: tuple[float, float, float, float] = BOX) -> RaisedAlert:  # fmt: skip
    data = AlertData(
        alert_id=f"{camera}-{at_s}", kind=kind, camera_id=CameraId(camera), zone_id=None,
        since_utc="2026-01-01T00:00:00Z", box_norm=box, score=0.9, lat_deg=None, lon_deg=None,
        place_error_m=None, snapshot=None, clip=None, model="m", rule="r",
    )  # fmt: skip
    return RaisedAlert(data, round(at_s * NS))


def event(start_s: float, end_s: float | None, kind: str = "parking") -> TrueEvent:
    end_ns = None if end_s is None else round(end_s * NS)
    return TrueEvent(
        f"{kind}-{start_s}", "cam-1", kind, BOX, 36.0, 120.0, round(start_s * NS), end_ns
    )


def test_a_right_alert_is_a_hit_with_its_delay() -> None:
    report = match([alert(111.5)], [event(100, None)], LIMITS, 130 * NS)
    line = report.kinds["parking"]
    assert (line.raised, line.hits, line.misses, line.false) == (1, 1, 0, 0)
    assert report.delay.p50 == pytest.approx(1.5)


@pytest.mark.parametrize(
    "wrong",
    [
        alert(111, camera="cam-2"),
        alert(111, kind=AlertKind.SMOKE),
        alert(111, box=(0.7, 0.7, 0.9, 0.9)),
        alert(60),
        alert(190),
    ],
    ids=["camera", "kind", "place", "too early", "too late"],
)
def test_anything_else_is_false_and_the_event_is_missed(wrong: RaisedAlert) -> None:
    report = match([wrong], [event(100, 150)], LIMITS, 200 * NS)
    assert report.kinds[wrong.alert.kind.value].false == 1
    assert report.kinds["parking"].misses == 1


def test_a_second_alert_of_one_event_is_a_repeat_not_a_hit() -> None:
    report = match([alert(112), alert(125)], [event(100, None)], LIMITS, 140 * NS)
    line = report.kinds["parking"]
    assert (line.hits, line.repeats, line.false) == (1, 1, 0)


def test_an_event_that_just_began_is_not_missed_yet() -> None:
    report = match([], [event(100, None)], LIMITS, 112 * NS)
    assert report.kinds["parking"].misses == 0


def test_without_hits_there_is_no_delay() -> None:
    report = match([], [], LIMITS, 0)
    assert report.delay.p50 is None
    assert set(report.kinds) == {kind.value for kind in AlertKind}
