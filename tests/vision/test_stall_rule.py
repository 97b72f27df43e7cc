"""Stalls: a stall, or its parts with a keeper who stays; nobody who is only passing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta, timezone

import msgspec
import pytest

from config.geometry import ImagePoint
from config.site import Hours, Licence, ZoneKind
from tests.vision.street import CAMERA, MODEL, Actor, Street, drive, of, pipeline_of, zone
from vision.alerts import AlertKind, AlertVerb
from vision.pipeline import CameraPipeline

LIMIT_S = 10.0
PAVEMENT = zone(ZoneKind.NO_TRADING, LIMIT_S, ((0.2, 0.3), (0.8, 0.3), (0.8, 0.95), (0.2, 0.95)))


def standing(name: str, x: float, from_s: float = 5, to_s: float = 50, **more: object) -> Actor:
    path = [(from_s - 3, -0.1, 0.6), (from_s, x, 0.6), (to_s, x, 0.6), (to_s + 3, 1.1, 0.6)]
    return Actor(name, path, **more)  # type: ignore[arg-type]


def keeper(x: float, from_s: float = 5, to_s: float = 50, **more: object) -> Actor:
    return standing("person", x, from_s, to_s, size=(0.03, 0.15), seed=8, **more)


STALLS: dict[str, Callable[[], Street]] = {
    "a stall": lambda: Street([standing("stall", 0.5)]),
    "a stall that was there at start, with its keeper": lambda: Street(
        [
            Actor("stall", [(-1, 0.5, 0.6), (50, 0.5, 0.6)]),
            Actor("person", [(-1, 0.57, 0.6), (50, 0.57, 0.6)], size=(0.03, 0.15), seed=8),
        ]
    ),
    "an umbrella with a keeper": lambda: Street([standing("umbrella", 0.5), keeper(0.57)]),
    "a tricycle with a keeper who is hidden now and then": lambda: Street(
        [standing("tricycle", 0.5), keeper(0.43, seen=lambda t: round(t) % 4 != 0)]
    ),
}


@pytest.mark.parametrize("name", STALLS)
def test_one_alert_at_the_limit_and_a_clear_when_gone(name: str) -> None:
    found = drive(STALLS[name](), pipeline_of(PAVEMENT), 0, 65)
    raised, cleared = of(found, AlertVerb.RAISED), of(found, AlertVerb.CLEARED)
    assert [each.event.data.kind for each in raised] == [AlertKind.STALL]
    assert 10 <= raised[0].at_s < 5 + LIMIT_S + 2
    assert len(cleared) == 1
    assert 50 < cleared[0].at_s < 62


INNOCENT: dict[str, Callable[[], Street]] = {
    "an umbrella nobody stands by": lambda: Street([standing("umbrella", 0.5)]),
    "a tricycle parked alone while people pass": lambda: Street(
        [
            standing("tricycle", 0.5),
            Actor("person", [(20, 0.1, 0.6), (35, 0.9, 0.6)], size=(0.03, 0.15)),
        ]
    ),
    "a vendor on the move": lambda: Street(
        [
            Actor("tricycle", [(0, -0.1, 0.6), (60, 1.1, 0.6)]),
            Actor("person", [(0, -0.04, 0.6), (60, 1.16, 0.6)], size=(0.03, 0.15)),
        ]
    ),
    "pedestrians with umbrellas": lambda: Street(
        [Actor("umbrella", [(t, 0.0, 0.6), (t + 12, 1.0, 0.6)], size=(0.06, 0.05), seed=t)
         for t in range(0, 50, 4)]
    ),
    "a stall outside the zone": lambda: Street([Actor("stall", [(-1, 0.9, 0.15), (60, 0.9, 0.15)])]),
    "a kiosk that was always there": lambda: Street([Actor("stall", [(-1, 0.5, 0.6), (60, 0.5, 0.6)])]),
    "a parked car": lambda: Street([standing("car", 0.5)]),
}  # fmt: skip


@pytest.mark.parametrize("name", INNOCENT)
def test_nothing_is_raised_for(name: str) -> None:
    assert drive(INNOCENT[name](), pipeline_of(PAVEMENT), 0, 60) == []


#: START_UTC_NS is 08:00 in Shanghai.
SHANGHAI = timezone(timedelta(hours=8))
LEFT_HALF = tuple(ImagePoint(x, y) for x, y in ((0.2, 0.3), (0.5, 0.3), (0.5, 0.95), (0.2, 0.95)))


def licensed(hours: Hours, days: frozenset[int] = frozenset(range(7))) -> CameraPipeline:
    place = Licence(LEFT_HALF, "cart 12", hours, days)
    area = msgspec.structs.replace(PAVEMENT, licences=(place,))
    return CameraPipeline(CAMERA, [area], None, MODEL, zone_info=SHANGHAI)


def test_a_stall_in_its_licensed_place_at_its_hours_is_left_in_peace() -> None:
    street = Street([standing("stall", 0.35)])
    assert drive(street, licensed(Hours(time(6), time(9))), 0, 50) == []


@pytest.mark.parametrize(
    ("x", "hours", "days"),
    [
        (0.65, Hours(time(6), time(9)), frozenset(range(7))),  # beside its place
        (0.5, Hours(time(6), time(9)), frozenset(range(7))),  # half of it outside
        (0.35, Hours(time(9), time(12)), frozenset(range(7))),  # before its hours
        (0.35, Hours(time(6), time(9)), frozenset({5, 6})),  # a Thursday, weekend only
    ],
)
def test_a_stall_beyond_its_licence_is_raised(x: float, hours: Hours, days: frozenset[int]) -> None:
    found = drive(Street([standing("stall", x)]), licensed(hours, days), 0, 40)
    assert len(of(found, AlertVerb.RAISED)) == 1


def test_when_the_licence_ends_the_limit_begins() -> None:
    until = Hours(time(6), time(8, 1))
    found = drive(Street([standing("stall", 0.35, to_s=120)]), licensed(until), 0, 110)
    raised = of(found, AlertVerb.RAISED)
    assert len(raised) == 1
    assert 59 + LIMIT_S <= raised[0].at_s <= 60 + LIMIT_S + 1.5


def test_when_the_licence_begins_an_open_alert_is_over() -> None:
    begins = Hours(time(8, 1), time(9))
    found = drive(Street([standing("stall", 0.35, to_s=120)]), licensed(begins), 0, 90)
    assert len(of(found, AlertVerb.RAISED)) == 1
    cleared = of(found, AlertVerb.CLEARED)
    assert [60 <= each.at_s < 62 for each in cleared] == [True]
    assert cleared[0].event.data.reason.startswith("stall.licensed")


def test_a_stall_that_looks_different_once_it_is_set_up_is_still_one_stall() -> None:
    """In the demonstration an awning was folded out after the alert: cleared and raised again."""
    there = standing("stall", 0.5, to_s=60, drawn=False)
    folded = Actor("stall", [(5, 0.5, 0.6), (20, 0.5, 0.6)], seed=3, seen=lambda _: False)
    open_ = Actor("stall", [(20.5, 0.5, 0.6), (60, 0.5, 0.6)], seed=7, seen=lambda _: False)
    found = drive(Street([there, folded, open_]), pipeline_of(PAVEMENT), 0, 80)
    assert len(of(found, AlertVerb.RAISED)) == 1
    assert [60 < each.at_s < 72 for each in of(found, AlertVerb.CLEARED)] == [True]
