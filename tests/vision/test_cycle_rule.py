"""Cycles left in the way: alone and in rows, not with a rider, and never as parked cars."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from config.site import ZoneKind
from tests.vision.street import Actor, Street, drive, of, pipeline_of, zone
from vision.alerts import AlertKind, AlertVerb

LIMIT_S = 10.0
PAVEMENT = zone(
    ZoneKind.NO_CYCLE_PARKING, LIMIT_S, ((0.2, 0.3), (0.8, 0.3), (0.8, 0.95), (0.2, 0.95))
)
ROADWAY = zone(ZoneKind.NO_PARKING, LIMIT_S, zone_id="roadway")


def left_at(x: float, from_s: float = 5, to_s: float = 50, name: str = "bicycle") -> Actor:
    path = [(from_s - 3, -0.1, 0.6), (from_s, x, 0.6), (to_s, x, 0.6), (to_s + 3, 1.1, 0.6)]
    return Actor(name, path, size=(0.06, 0.1), seed=round(100 * x))


def rider(x: float, from_s: float, to_s: float) -> Actor:
    path = [(from_s - 3, -0.1, 0.57), (from_s, x, 0.57), (to_s, x, 0.57), (to_s + 3, 1.1, 0.57)]
    return Actor("person", path, size=(0.03, 0.15), seed=8)


@pytest.mark.parametrize("name", ["bicycle", "motorcycle", "tricycle"])
def test_one_that_is_left_is_raised_at_the_limit_and_cleared_when_fetched(name: str) -> None:
    found = drive(Street([left_at(0.5, name=name)]), pipeline_of(PAVEMENT, ROADWAY), 0, 65)
    raised, cleared = of(found, AlertVerb.RAISED), of(found, AlertVerb.CLEARED)
    assert [each.event.data.kind for each in raised] == [AlertKind.CYCLE_PARKING]
    assert 10 <= raised[0].at_s < 5 + LIMIT_S + 2
    assert [50 < each.at_s < 62 for each in cleared] == [True]


INNOCENT: dict[str, Callable[[], Street]] = {
    "a rider who waits": lambda: Street([left_at(0.5), rider(0.5, 5, 50)]),
    "one beside the zone": lambda: Street([left_at(0.9)]),
    "one that passes": lambda: Street([Actor("bicycle", [(0, -0.1, 0.6), (60, 1.1, 0.6)])]),
    "a parked car": lambda: Street([left_at(0.5, name="car")]),
}


@pytest.mark.parametrize("name", INNOCENT)
def test_nothing_is_raised_for(name: str) -> None:
    assert drive(INNOCENT[name](), pipeline_of(PAVEMENT), 0, 60) == []


def test_the_limit_begins_when_the_rider_walks_away() -> None:
    found = drive(Street([left_at(0.5), rider(0.5, 5, 20)]), pipeline_of(PAVEMENT), 0, 45)
    raised = of(found, AlertVerb.RAISED)
    assert [20 + LIMIT_S <= each.at_s < 20 + LIMIT_S + 3.5 for each in raised] == [True]


def test_a_row_is_one_alert_that_ends_with_its_last() -> None:
    row = [left_at(0.4, to_s=40), left_at(0.47, to_s=50), left_at(0.54, to_s=60)]
    found = drive(Street(row), pipeline_of(PAVEMENT), 0, 75)
    raised, cleared = of(found, AlertVerb.RAISED), of(found, AlertVerb.CLEARED)
    assert len(raised) == 1
    assert [60 < each.at_s < 72 for each in cleared] == [True]
    widest = max(each.event.data.box_norm[2] for each in found)
    assert widest > 0.55  # the whole row, not the first of it
    assert cleared[0].event.data.alert_id == raised[0].event.data.alert_id
