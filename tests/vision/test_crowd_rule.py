"""Crowds: a density over time against the zone's limit, never a head count."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from config.geometry import ImagePoint
from config.site import Zone, ZoneId, ZoneKind
from tests.vision.street import (
    CAMERA,
    MODEL,
    WHOLE,
    Actor,
    At,
    Street,
    drive,
    moment,
    of,
    pipeline_of,
)
from vision.alerts import AlertKind, AlertVerb
from vision.pipeline import CameraPipeline

LIMIT_S = 10.0
SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.95), (0.2, 0.95))


def watch(people_max: int = 6, polygon: Sequence[tuple[float, float]] = SQUARE) -> Zone:
    points = tuple(ImagePoint(x, y) for x, y in polygon)
    kind = ZoneKind.CROWD_WATCH
    return Zone(ZoneId("crowd"), CAMERA.id, kind, points, LIMIT_S, people_max=people_max)


def gathered(count: int, from_s: float, to_s: float, seen_share: float = 1.0) -> list[Actor]:
    """People who come from all sides, stand about, shift a little, and leave."""
    chance = random.Random(4)
    found = []
    for number in range(count):
        x, y = 0.3 + 0.4 * chance.random(), 0.4 + 0.4 * chance.random()
        come_s = from_s + 4 * chance.random()
        path = [(come_s - 4, 1.05 if number % 2 else -0.05, y), (come_s, x, y)]
        path += [
            (at_s, x + chance.uniform(-0.02, 0.02), y)
            for at_s in range(round(come_s) + 3, round(to_s), 3)
        ]
        path += [(to_s + 5, -0.05, y)]
        found.append(
            Actor(
                "person", path, size=(0.03, 0.12), seed=number,
                seen=lambda at_s, number=number: random.Random(f"{number} {at_s}").random() < seen_share,
            )
        )  # fmt: skip
    return found


def run(actors: list[Actor], to_s: float = 90, **more: object) -> list[At]:
    return drive(Street(actors), pipeline_of(watch(**more)), 0, to_s)  # type: ignore[arg-type]


def test_a_crowd_that_stays_is_one_alert_and_over_when_it_has_thinned() -> None:
    found = run(gathered(14, 10, 50))
    raised, cleared = of(found, AlertVerb.RAISED), of(found, AlertVerb.CLEARED)
    assert [each.event.data.kind for each in raised] == [AlertKind.CROWD]
    assert 9 + LIMIT_S <= raised[0].at_s <= 14 + LIMIT_S
    assert [50 < each.at_s < 85 for each in cleared] == [True]


def test_a_detector_that_loses_every_third_person_is_enough() -> None:
    assert len(of(run(gathered(14, 10, 60, seen_share=0.65)), AlertVerb.RAISED)) == 1


def test_the_alert_speaks_of_density_and_trend_not_of_a_number_of_heads() -> None:
    raised = of(run(gathered(14, 10, 50)), AlertVerb.RAISED)[0].event.data
    words = dict(part.split("=") for part in raised.reason.split()[1:])
    assert raised.reason.startswith("crowd.dense ")
    assert words["trend"] == "rising"
    assert set(words) == {"level", "trend", "limit_s"}
    assert float(words["level"]) > 1


@pytest.mark.parametrize(
    ("actors", "more"),
    [
        (gathered(5, 10, 60), {}),
        (gathered(14, 10, 13), {}),  # a group that crosses
        (gathered(14, 10, 60), {"polygon": ((0.85, 0.0), (1.0, 0.0), (1.0, 0.3), (0.85, 0.3))}),
        (gathered(14, 10, 60), {"people_max": 20}),
    ],
    ids=["few", "too short", "elsewhere", "allowed"],
)
def test_nothing_is_raised_for(actors: list[Actor], more: dict[str, object]) -> None:
    assert run(actors, **more) == []


def test_an_open_crowd_survives_a_restart() -> None:
    street, first = Street(gathered(14, 10, 60)), pipeline_of(watch())
    before = drive(street, first, 0, 40)
    second = CameraPipeline(CAMERA, [watch()], None, MODEL)
    second.restore(first.remember(), moment(41))
    after = drive(street, second, 41, 95)
    assert len(of(before, AlertVerb.RAISED)) == 1
    assert of(after, AlertVerb.RAISED) == []
    cleared = of(after, AlertVerb.CLEARED)
    assert [each.event.data.alert_id for each in cleared] == [
        of(before, AlertVerb.RAISED)[0].event.data.alert_id
    ]


def test_a_covered_lens_neither_raises_nor_clears() -> None:
    street = Street(gathered(14, 10, 70), brightness=lambda at_s: 0.0 if at_s > 40 else 1.0)
    found = drive(street, pipeline_of(watch(polygon=WHOLE)), 0, 75)
    assert len(of(found, AlertVerb.RAISED)) == 1
    assert of(found, AlertVerb.CLEARED) == []
