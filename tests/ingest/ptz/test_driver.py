"""CameraDriver: movements end when they must, whatever the seat or the camera does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from feed_kit import wait_for
from ptz_fakes import HandyCamera

from config.site import CameraId
from ingest.clock import SystemClock
from ingest.errors import RetryLater
from ingest.ptz.device import PtzPosition, PtzPreset, PtzVelocity
from ingest.ptz.driver import (
    JOBS_MOST,
    CameraDriver,
    Job,
    JobKind,
    MotionEnd,
    MotionEnded,
    News,
    Target,
    ViewFailed,
    ViewRead,
)

RIGHT = PtzVelocity(pan=0.5)
STILL = PtzVelocity()
DEAD_MAN_S = 0.3


class Desk:
    """A driver with its camera, and what it told."""

    def __init__(self) -> None:
        self.camera = HandyCamera([PtzPreset("1", "Gate", PtzPosition(0.5, 0.1, 0.0))])
        self.news: list[News] = []
        self.driver = CameraDriver(
            CameraId("C1"), lambda: self.camera, self.news.append, SystemClock(), DEAD_MAN_S
        )

    def ended(self) -> list[MotionEnded]:
        return [item for item in self.news if isinstance(item, MotionEnded)]

    def seen(self) -> list[ViewRead]:
        return [item for item in self.news if isinstance(item, ViewRead)]


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.camera.gate.set()
    desk.driver.close()
    assert desk.driver.join(5.0)


@pytest.mark.alone
def test_a_movement_goes_on_while_it_is_said_and_stops_when_told(desk: Desk) -> None:
    for _ in range(8):
        desk.driver.move("seat 1", RIGHT)
        time.sleep(DEAD_MAN_S / 4)  # a person's hand, not a wait for the code
    assert not desk.ended()
    desk.driver.move("seat 1", STILL)
    wait_for(lambda: bool(desk.ended()))
    assert desk.ended()[0].end is MotionEnd.STOPPED
    assert desk.camera.velocity.is_still


@pytest.mark.alone
def test_a_movement_nobody_says_again_is_stopped_by_the_dead_man(desk: Desk) -> None:
    desk.driver.move("seat 1", RIGHT)
    wait_for(lambda: bool(desk.ended()))
    ended = desk.ended()[0]
    assert ended.end is MotionEnd.DEAD_MAN
    assert ended.duration_s < DEAD_MAN_S + 0.5
    assert desk.camera.velocity.is_still


def test_a_camera_that_is_taken_away_stops_at_once(desk: Desk) -> None:
    desk.driver.move("seat 1", RIGHT)
    wait_for(lambda: not desk.camera.velocity.is_still)
    desk.driver.cut()
    wait_for(lambda: bool(desk.ended()))
    assert desk.ended()[0].end is MotionEnd.CUT


def test_a_stop_the_camera_did_not_hear_is_said_again(desk: Desk) -> None:
    desk.driver.move("seat 1", RIGHT)
    wait_for(lambda: not desk.camera.velocity.is_still)
    desk.camera.deaf_stops = 2
    desk.driver.move("seat 1", STILL)
    wait_for(lambda: desk.camera.velocity.is_still)
    wait_for(lambda: bool(desk.ended()))
    assert desk.ended()[0].error is None


def test_of_many_wishes_while_the_camera_is_slow_only_the_newest_is_sent(desk: Desk) -> None:
    desk.driver.move("seat 1", RIGHT)
    wait_for(lambda: bool(desk.camera.said))
    desk.camera.gate.clear()
    for step in range(1, 30):
        desk.driver.move("seat 1", PtzVelocity(pan=step / 30))
    desk.camera.gate.set()
    wait_for(lambda: f"move {29 / 30:g} 0 0" in desk.camera.said)
    assert sum(text.startswith("move") for text in desk.camera.said) <= 3


def test_where_a_turn_ends_is_told_with_the_preset_it_was_sent_to(desk: Desk) -> None:
    answers: list[Any] = []
    goto = Job(lambda d: d.goto("1"), answers.append, "seat 1", JobKind.TURN, Target("1"))
    desk.driver.submit(goto)
    wait_for(lambda: bool(desk.seen()))
    view = desk.seen()[0]
    assert answers == [None]
    assert view.reached == Target("1")
    assert view.status.position == PtzPosition(0.5, 0.1, 0.0)


@pytest.mark.parametrize("kind", [JobKind.ASK, JobKind.TURN])
def test_a_camera_that_is_away_answers_the_job_with_the_reason(desk: Desk, kind: JobKind) -> None:
    desk.camera.is_away = True
    answers: list[Any] = []
    desk.driver.submit(Job(lambda d: d.home(), answers.append, "seat 1", kind))
    wait_for(lambda: bool(answers))
    assert isinstance(answers[0], RetryLater)
    if kind is JobKind.TURN:
        wait_for(lambda: any(isinstance(item, ViewFailed) for item in desk.news))


def test_a_full_queue_answers_at_once_instead_of_waiting(desk: Desk) -> None:
    desk.camera.gate.clear()
    answers: list[Any] = []
    for _ in range(JOBS_MOST + 2):
        desk.driver.submit(Job(lambda d: d.presets(), answers.append, "seat 1"))
    assert any(isinstance(answer, RetryLater) for answer in answers)


def test_a_driver_that_is_let_go_stops_its_camera_and_answers_what_waits(desk: Desk) -> None:
    desk.driver.move("seat 1", RIGHT)
    wait_for(lambda: not desk.camera.velocity.is_still)
    desk.driver.close()
    assert desk.driver.join(5.0)
    assert desk.camera.velocity.is_still
    answers: list[Any] = []
    desk.driver.submit(Job(lambda d: d.presets(), answers.append, "seat 1"))
    assert isinstance(answers[0], RetryLater)
