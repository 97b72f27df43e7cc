"""The time line: what arrives stays until somebody comes, and its truth is kept."""

from __future__ import annotations

from config.geometry import GeoPoint
from console.demo.scenario import FIRST_S, HOLD_S, REST_S, Timeline
from console.demo.truth import ClipTruth, EventTruth, KindTruth
from ingest.clock import ManualClock

LOOP_S = 10.0
BOX = (0.2, 0.4, 0.4, 0.6)
TRUTH = {
    "cam-1": ClipTruth(
        ("idle", "arrive", "stay", "leave"),
        LOOP_S,
        EventTruth((KindTruth("fire", BOX), KindTruth("smoke", BOX)), 1.5, 4.0),
    ),
    "cam-2": ClipTruth(("idle",), LOOP_S),
}
PLACES = {"cam-1": GeoPoint(36.0, 120.0)}


def loops(timeline: Timeline, clock: ManualClock, count: int) -> list[str]:
    played = []
    for _ in range(count):
        played.append(timeline.next_segment("cam-1"))
        clock.advance(LOOP_S)
    return played


def test_nothing_happens_before_go() -> None:
    clock = ManualClock()
    timeline = Timeline(TRUTH, PLACES, clock)
    assert set(loops(timeline, clock, 8)) == {"idle"}
    assert timeline.events == []


def test_an_event_arrives_stays_and_leaves_when_somebody_comes() -> None:
    clock = ManualClock()
    timeline = Timeline(TRUTH, PLACES, clock)
    timeline.go()
    clock.advance(FIRST_S[0])
    start_ns = clock.utc_ns()
    assert loops(timeline, clock, 3) == ["arrive", "stay", "stay"]
    assert timeline.active("cam-1")
    assert timeline.resolve("cam-1")
    assert loops(timeline, clock, 2) == ["leave", "idle"]
    assert not timeline.active("cam-1")
    assert {event.kind for event in timeline.events} == {"fire", "smoke"}
    for event in timeline.events:
        assert event.start_utc_ns == start_ns + 1_500_000_000
        assert event.end_utc_ns == start_ns + round((3 * LOOP_S + 4.0) * 1e9)


def test_an_event_nobody_cares_for_ends_by_itself_and_comes_again() -> None:
    clock = ManualClock()
    timeline = Timeline(TRUTH, PLACES, clock)
    timeline.go()
    played = loops(timeline, clock, round((HOLD_S + REST_S) / LOOP_S) + 8)
    assert played.count("leave") == 1
    assert played.count("arrive") == 2
    assert len(timeline.events) == 4


def test_a_camera_without_events_only_idles() -> None:
    clock = ManualClock()
    timeline = Timeline(TRUTH, PLACES, clock)
    timeline.go()
    clock.advance(100)
    assert timeline.next_segment("cam-2") == "idle"
    assert not timeline.resolve("cam-2")


def test_nobody_can_resolve_what_is_not_there() -> None:
    timeline = Timeline(TRUTH, PLACES, ManualClock())
    assert not timeline.resolve("cam-1")
    assert not timeline.resolve("no-such-camera")


def test_somebody_who_comes_early_sees_it_through_one_loop() -> None:
    clock = ManualClock()
    timeline = Timeline(TRUTH, PLACES, clock)
    timeline.go()
    clock.advance(FIRST_S[0])
    assert loops(timeline, clock, 1) == ["arrive"]
    timeline.resolve("cam-1")
    assert loops(timeline, clock, 1) == ["leave"]
