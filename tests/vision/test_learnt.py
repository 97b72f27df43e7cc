"""What operators reject is learnt by place, kind and time of day; it never hides a growing fire."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from config.site import CameraId, ZoneKind
from tests.vision.street import (
    CAMERA,
    MODEL,
    START_UTC_NS,
    Actor,
    Street,
    drive,
    moment,
    of,
    zone,
)
from vision.alerts import AlertKind, AlertVerb
from vision.boxes import Box
from vision.hush import Hush, HushRecord
from vision.learnt import (
    EXPIRE_S,
    REJECTIONS_MAX,
    LearntPlaces,
    Outcome,
    Verdict,
)
from vision.pipeline import CameraPipeline
from vision.rules.rule import AlertChange, Finding

DAY_S = 86_400
SHANGHAI = timezone(timedelta(hours=8))
BOX = (0.44, 0.54, 0.56, 0.66)
KERB = zone(ZoneKind.NO_PARKING, 10.0)
NS = 1_000_000_000


def verdict(
    days_ago: float, outcome: Outcome = Outcome.REJECTED, box: Box = BOX,
    kind: AlertKind = AlertKind.PARKING,
) -> Verdict:  # fmt: skip
    utc_ns = START_UTC_NS - round(days_ago * DAY_S * NS)
    return Verdict(CameraId("cam-1"), kind, box, outcome, utc_ns, "legal cart")


def taught(*verdicts: Verdict) -> LearntPlaces:
    places = LearntPlaces((), SHANGHAI)
    for each in verdicts:
        places.take(each)
    return places


def parked(places: LearntPlaces, to_s: float = 40) -> tuple[list[AlertVerb], CameraPipeline, str]:
    """A car that comes at 5 s and stays; what goes out, and the raised alert's words."""
    pipeline = CameraPipeline(CAMERA, [KERB], None, MODEL, zone_info=SHANGHAI, places=places)
    path = [(2, -0.1, 0.6), (5, 0.5, 0.6), (60, 0.5, 0.6), (63, 1.1, 0.6)]
    found = drive(Street([Actor("car", path)]), pipeline, 0, to_s)
    raised = of(found, AlertVerb.RAISED)
    return (
        [each.event.verb for each in found],
        pipeline,
        raised[0].event.data.reason if raised else "",
    )


def test_one_rejection_changes_nothing() -> None:
    verbs, _, reason = parked(taught(verdict(1)))
    assert verbs[0] is AlertVerb.RAISED
    assert "rejected_here" not in reason


def test_two_rejections_lower_the_next_and_say_why() -> None:
    _, before, _ = parked(taught())
    verbs, after, reason = parked(taught(verdict(2), verdict(1)))
    assert verbs[0] is AlertVerb.RAISED
    assert "rejected_here=2 rejected_since=2025-12-30T00:00:00" in reason
    score = next(iter(after.remember().book.alerts)).score
    assert score == pytest.approx(0.6 * next(iter(before.remember().book.alerts)).score, abs=0.01)


def test_three_rejections_suppress_and_the_seats_are_told_what_was_held() -> None:
    verbs, pipeline, _ = parked(taught(verdict(3), verdict(2), verdict(1)))
    assert verbs == []
    (quiet,) = pipeline.sight(START_UTC_NS).quiet
    assert (quiet.kind, quiet.rejected_count, quiet.held_count) == (AlertKind.PARKING, 3, 1)
    assert quiet.since_utc < quiet.last_utc
    assert quiet.held_utc is not None


def test_a_held_alert_that_ends_says_nothing() -> None:
    verbs, pipeline, _ = parked(taught(verdict(3), verdict(2), verdict(1)), to_s=75)
    assert verbs == []
    assert pipeline.book.open_count == 0


OTHERWISE = {
    "another kind": [verdict(day, kind=AlertKind.STALL) for day in (1, 2, 3)],
    "another place": [verdict(day, box=(0.1, 0.1, 0.2, 0.2)) for day in (1, 2, 3)],
    "another time of day": [verdict(day + 0.5) for day in (1, 2, 3)],
    "too long ago": [verdict(EXPIRE_S / DAY_S + day) for day in (1, 2, 3)],
    "a much smaller thing there": [verdict(day, box=(0.48, 0.6, 0.51, 0.63)) for day in (1, 2, 3)],
    "one was right": [verdict(3), verdict(2), verdict(1), verdict(0.9, Outcome.CONFIRMED)],
    "an operator said so": [verdict(3), verdict(2), verdict(1), verdict(0.9, Outcome.RESET)],
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_nothing_is_suppressed_for(name: str) -> None:
    verbs, _, reason = parked(taught(*OTHERWISE[name]))
    assert verbs[0] is AlertVerb.RAISED
    assert "rejected_here" not in reason


def test_what_is_held_goes_out_when_its_place_is_taken_back() -> None:
    places = taught(verdict(3), verdict(2), verdict(1))
    pipeline = CameraPipeline(CAMERA, [KERB], None, MODEL, zone_info=SHANGHAI, places=places)
    street = Street([Actor("car", [(2, -0.1, 0.6), (5, 0.5, 0.6), (90, 0.5, 0.6)])])
    assert drive(street, pipeline, 0, 30) == []
    places.take(verdict(0, Outcome.RESET))
    assert len(of(drive(street, pipeline, 30.5, 40), AlertVerb.RAISED)) == 1


def test_a_camera_keeps_a_bounded_number_of_rejections() -> None:
    places = taught(*(verdict(day / 10) for day in range(3 * REJECTIONS_MAX)))
    assert len(places.rejections) == REJECTIONS_MAX
    places.expire(START_UTC_NS + round(EXPIRE_S * NS) + 1)
    assert places.rejections == ()


# -- fire: size and growth overrule

FLAME = (0.5, 0.5, 0.55, 0.56)


def fire(verb: AlertVerb, box: Box, alert_id: str = "a") -> AlertChange:
    finding = Finding(
        alert_id, AlertKind.FIRE, KERB.id, START_UTC_NS, False, box, 0.8, 3.0, "smoke/1",
        "fire.persists seen_s=4 limit_s=3",
    )  # fmt: skip
    return AlertChange(verb, finding)


def hush_of_flames() -> Hush:
    return Hush(taught(*(verdict(day, box=FLAME, kind=AlertKind.FIRE) for day in (1, 2, 3))))


def scaled(share: float) -> Box:
    x, y, wide, high = 0.525, 0.56, 0.05 * share / 2, 0.06 * share
    return (x - wide, y - high, x + wide, y)


def test_a_small_flame_like_those_that_were_rejected_is_held() -> None:
    hush = hush_of_flames()
    assert hush.apply([fire(AlertVerb.RAISED, FLAME)], moment(0)) == []
    assert hush.apply([fire(AlertVerb.UPDATED, FLAME)], moment(1)) == []
    assert hush.held == {"a"}


def test_a_held_fire_that_grows_goes_out_as_raised() -> None:
    hush = hush_of_flames()
    assert hush.apply([fire(AlertVerb.RAISED, scaled(0.7))], moment(0)) == []
    (told,) = hush.apply([fire(AlertVerb.UPDATED, scaled(0.9))], moment(3))
    assert told.verb is AlertVerb.RAISED
    (more,) = hush.apply([fire(AlertVerb.UPDATED, scaled(1.0))], moment(4))
    assert more.verb is AlertVerb.UPDATED


@pytest.mark.parametrize("box", [scaled(1.6), (0.4, 0.3, 0.65, 0.6)])
def test_a_fire_larger_than_what_was_rejected_is_never_held(box: Box) -> None:
    (told,) = hush_of_flames().apply([fire(AlertVerb.RAISED, box)], moment(0))
    assert told.verb is AlertVerb.RAISED


def test_a_large_fire_is_never_held_whatever_was_rejected() -> None:
    large = (0.2, 0.2, 0.6, 0.6)
    hush = Hush(taught(*(verdict(day, box=large, kind=AlertKind.FIRE) for day in (1, 2, 3))))
    assert len(hush.apply([fire(AlertVerb.RAISED, large)], moment(0))) == 1


def test_a_held_fire_still_goes_out_when_it_grows_after_a_restart() -> None:
    hush = hush_of_flames()
    hush.apply([fire(AlertVerb.RAISED, scaled(0.7))], moment(0))
    again = hush_of_flames()
    again.restore(hush.remember(), {"a"})
    assert again.apply([fire(AlertVerb.UPDATED, scaled(0.7))], moment(1)) == []
    (told,) = again.apply([fire(AlertVerb.UPDATED, scaled(0.9))], moment(2))
    assert told.verb is AlertVerb.RAISED
    forgotten = hush_of_flames()
    forgotten.restore(hush.remember(), set())
    assert forgotten.remember() == HushRecord({}, {})
