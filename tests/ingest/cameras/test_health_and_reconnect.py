"""What is said about a stream, when it is said for good, and when a lost one is tried again."""

from __future__ import annotations

import random

import pytest

from config.site import CameraId
from ingest.cameras.health import LossCause, StreamHealth, StreamState
from ingest.cameras.health_tracker import DurableHealth, HealthTracker, stale_after_ns
from ingest.cameras.reconnect import BackOff, RetryPace
from ingest.cameras.route import Route

CAMERA = CameraId("cam-0001")
SECOND = 1_000_000_000


def live_tracker(interval_ns: int = 40_000_000) -> tuple[HealthTracker, int]:
    tracker = HealthTracker(CAMERA, 0)
    tracker.connected("h264", 704, 576)
    now_ns = 0
    for _ in range(60):
        now_ns += interval_ns
        tracker.picture(now_ns)
    return tracker, now_ns


def test_a_stream_is_connecting_then_live_with_its_rate() -> None:
    assert HealthTracker(CAMERA, 0).health(5).state is StreamState.CONNECTING
    tracker, now_ns = live_tracker()
    health = tracker.health(now_ns)
    assert (health.state, health.fps, health.cause) == (StreamState.LIVE, 25.0, None)


@pytest.mark.parametrize(
    ("interval_ns", "stale_ns"), [(40_000_000, SECOND), (2 * SECOND, 6 * SECOND), (0, SECOND)]
)
def test_stale_is_three_intervals_but_at_least_a_second(interval_ns: int, stale_ns: int) -> None:
    assert stale_after_ns(interval_ns) == stale_ns


def test_silence_is_stale_then_lost_although_the_connection_stands() -> None:
    tracker, now_ns = live_tracker()
    assert tracker.health(now_ns + 900_000_000).state is StreamState.LIVE
    stale = tracker.health(now_ns + 1_100_000_000)
    assert (stale.state, stale.cause) == (StreamState.STALE, LossCause.SILENT)
    assert tracker.health(now_ns + 7 * SECOND).state is StreamState.LOST
    tracker.picture(now_ns + 8 * SECOND)
    back = tracker.health(now_ns + 8 * SECOND)
    assert (back.state, back.cause) == (StreamState.LIVE, None)


def test_a_lost_stream_keeps_its_cause_until_pictures_come() -> None:
    tracker, now_ns = live_tracker()
    tracker.lost(LossCause.UNAUTHORIZED, now_ns + 5 * SECOND)
    lost = tracker.health(now_ns)
    assert (lost.state, lost.cause) == (StreamState.LOST, LossCause.UNAUTHORIZED)
    assert lost.next_try_mono_ns == now_ns + 5 * SECOND
    tracker.trying()
    trying = tracker.health(now_ns + 5 * SECOND)
    assert (trying.cause, trying.next_try_mono_ns) == (LossCause.UNAUTHORIZED, None)
    assert trying.reconnect_count == 1


def test_a_connection_that_replaces_a_lost_one_keeps_its_cause_until_pictures_come() -> None:
    tracker, now_ns = live_tracker()
    lost = tracker.health(now_ns + 7 * SECOND)
    successor = HealthTracker(CAMERA, now_ns + 8 * SECOND)
    successor.goes_on_from(lost)
    successor.trying()
    trying = successor.health(now_ns + 9 * SECOND)
    assert (trying.state, trying.cause) == (StreamState.LOST, LossCause.SILENT)
    assert trying.since_mono_ns == lost.since_mono_ns
    assert trying.reconnect_count == lost.reconnect_count + 1
    successor.connected("h264", 320, 180)
    assert successor.health(now_ns + 10 * SECOND).cause is LossCause.SILENT
    successor.picture(now_ns + 11 * SECOND)
    back = successor.health(now_ns + 11 * SECOND)
    assert (back.state, back.cause) == (StreamState.LIVE, None)


def said(durable: DurableHealth, state: StreamState, at_s: float) -> bool:
    health = StreamHealth(CAMERA, state, 25.0, 0)
    return bool(durable.step([health], round(at_s * SECOND)))


def test_a_change_is_said_after_three_seconds_and_once() -> None:
    durable = DurableHealth()
    assert not said(durable, StreamState.LIVE, 0)
    assert not said(durable, StreamState.LIVE, 2.9)
    assert said(durable, StreamState.LIVE, 3.0)
    assert not said(durable, StreamState.LIVE, 60.0)


def test_a_flapping_camera_says_nothing() -> None:
    durable = DurableHealth()
    for at_s in range(4):
        said(durable, StreamState.LIVE, at_s)
    states = [StreamState.STALE, StreamState.LIVE] * 20
    assert not any(said(durable, state, 10 + index) for index, state in enumerate(states))


def test_a_relay_of_ours_is_asked_again_within_two_seconds_whatever_it_says() -> None:
    back_off = BackOff(asks_relay=True)
    delays_s = [back_off.delay_s(LossCause.NOT_FOUND, 0.0) for _ in range(8)]
    assert delays_s[0] <= 0.5
    assert max(delays_s) <= 2.0


def test_after_a_loss_the_next_relay_is_asked() -> None:
    route = Route("rtsp://u:p@a:1/c", ("rtsp://u:p@a:1/c", "rtsp://u:p@b:2/c"))
    asked = [(route.place, route.lost()) for _ in range(4)]
    # nobody waits before all were asked
    assert asked == [("a:1", False), ("b:2", True), ("a:1", False), ("b:2", True)]
    itself = Route("rtsp://camera/main")
    assert itself.lost()
    assert (itself.url, itself.place) == ("rtsp://camera/main", "")


def test_damage_is_the_cause_of_a_stale_picture_at_once() -> None:
    """For a second and a half it was "connected, but no picture arrives"."""
    tracker, now_ns = live_tracker()
    tracker.damaged(1)
    tracker.awaits_key = True
    assert tracker.health(now_ns).cause is None
    assert not tracker.health(now_ns).awaits_key
    tracker.damaged(2)
    health = tracker.health(now_ns + 2 * SECOND)
    assert (health.state, health.cause) == (StreamState.STALE, LossCause.BAD_STREAM)
    assert health.awaits_key


def test_a_lost_stream_knows_whether_it_was_accepted_before() -> None:
    tracker = HealthTracker(CAMERA, 0)
    tracker.lost(LossCause.UNAUTHORIZED, SECOND)
    assert not tracker.health(1).was_accepted
    tracker.connected("h264", 704, 576)
    tracker.awaits_key = True
    tracker.lost(LossCause.UNAUTHORIZED, SECOND)
    health = tracker.health(2)
    assert health.was_accepted
    assert not health.awaits_key


def test_sessions_that_a_camera_closes_soon_are_counted() -> None:
    tracker, now_ns = HealthTracker(CAMERA, 0), 0
    counts = []
    for lived_s, cause in (
        (2, LossCause.CLOSED),
        (3, LossCause.CLOSED),
        (0, LossCause.BUSY),  # refused in between: it never began
        (4, LossCause.CLOSED),
        (60, LossCause.CLOSED),
        (2, LossCause.SILENT),
    ):
        if lived_s:
            tracker.connected("h264", 704, 576)
            tracker.picture(now_ns)
            now_ns += lived_s * SECOND
            tracker.picture(now_ns)
        tracker.lost(cause, now_ns)
        counts.append(tracker.health(now_ns).short_count)
    assert counts == [1, 2, 2, 3, 0, 0]


def test_back_off_doubles_with_jitter_to_a_ceiling_and_starts_again_after_a_good_session() -> None:
    back_off = BackOff(random.Random(1))
    delays = [back_off.delay_s(LossCause.CLOSED, 1.0) for _ in range(12)]
    assert 0.35 <= delays[0] <= 0.5
    assert all(0.7 * 30 <= delay <= 30 for delay in delays[7:])
    assert len({round(delay, 4) for delay in delays[7:]}) > 1
    assert back_off.delay_s(LossCause.CLOSED, 60.0) <= 0.5


def test_a_wrong_password_is_not_hammered() -> None:
    """Cameras lock an account after a handful of failures within a minute."""
    back_off = BackOff(random.Random(1))
    delays = [back_off.delay_s(LossCause.UNAUTHORIZED, 0.1) for _ in range(10)]
    assert delays[0] >= 3.5
    assert sum(delays[:3]) > 20
    assert max(delays) <= 300


def test_retries_of_one_process_keep_their_distance_and_none_waits_for_a_later_one() -> None:
    pace = RetryPace(per_s=4.0)
    far_ns = pace.moment_ns(30 * SECOND, 0)
    together = [pace.moment_ns(SECOND // 2, 0) for _ in range(8)]
    assert far_ns == 30 * SECOND
    assert together == [SECOND // 2 + n * SECOND // 4 for n in range(8)]
    assert pace.moment_ns(30 * SECOND - 1, 0) == 30 * SECOND + SECOND // 4
    # what is past is given back
    assert pace.moment_ns(10 * SECOND, 10 * SECOND) == 10 * SECOND


def test_a_moment_between_two_taken_ones_is_used_where_it_is_wide_enough() -> None:
    pace = RetryPace(per_s=4.0)
    taken = [pace.moment_ns(round(at * 1e9), 0) for at in (1.0, 1.5, 1.9)]
    assert taken == [SECOND, 3 * SECOND // 2, 19 * SECOND // 10]
    assert pace.moment_ns(SECOND, 0) == 5 * SECOND // 4
    assert pace.moment_ns(SECOND, 0) == 215 * SECOND // 100
