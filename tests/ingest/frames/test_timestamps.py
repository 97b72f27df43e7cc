"""Media time that only moves forward, whatever a camera's clock does."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ingest.frames.timestamps import JUMP_NS, DriftMeter, RatePacer, TimestampChecker, Verdict

MS = 1_000_000
SECOND = 1_000 * MS

stamps = st.one_of(st.none(), st.integers(-(2**62), 2**62))


@given(st.lists(st.tuples(stamps, stamps, st.integers(0, 20 * SECOND), st.booleans()), max_size=60))
def test_any_stamps_give_a_time_that_grows_and_never_leaps_past_reality(
    packets: list[tuple[int | None, int | None, int, bool]],
) -> None:
    checker = TimestampChecker()
    mono_ns, last_ns = SECOND, 0
    for dts_ns, pts_ns, passed_ns, is_reconnected in packets:
        mono_ns += passed_ns
        if is_reconnected:
            checker.restart()
        checked = checker.check(dts_ns, pts_ns, mono_ns)
        assert checked.dts_ns > last_ns or (last_ns == 0 and checked.dts_ns >= 0)
        assert checked.dts_ns - last_ns <= max(2 * passed_ns, JUMP_NS) + 40 * MS
        assert 0 <= checked.pts_ns - checked.dts_ns <= JUMP_NS
        last_ns = checked.dts_ns


def verdicts(stamps_ms: list[int | None], interval_ms: int = 40) -> list[Verdict]:
    checker = TimestampChecker()
    return [
        checker.check(
            None if stamp is None else stamp * MS, None, SECOND + index * interval_ms * MS
        ).verdict
        for index, stamp in enumerate(stamps_ms)
    ]


def test_each_fault_is_named() -> None:
    good, back = Verdict.GOOD, Verdict.BACKWARD
    assert verdicts([0, 40, 80, 120]) == [good] * 4
    assert verdicts([0, 40, 20, 60]) == [good, good, back, good]
    assert verdicts([0, 40, 3_600_000, 3_600_040]) == [good, good, Verdict.JUMP, good]
    assert verdicts([None, None]) == [Verdict.MISSING] * 2


def test_a_long_pause_that_really_happened_is_no_jump() -> None:
    checker = TimestampChecker()
    checker.check(0, None, SECOND)
    later = checker.check(60 * SECOND, None, 61 * SECOND)
    assert later.verdict is Verdict.GOOD
    assert later.dts_ns == 60 * SECOND


def test_media_time_goes_on_by_the_time_that_passed_over_a_reconnect() -> None:
    checker = TimestampChecker()
    checker.check(500 * SECOND, None, SECOND)
    before = checker.check(501 * SECOND, None, 2 * SECOND)
    checker.restart()
    after = checker.check(7, None, 5 * SECOND)
    assert after.dts_ns - before.dts_ns == 3 * SECOND


def test_reordered_pictures_keep_their_distance_from_decoding() -> None:
    checker = TimestampChecker()
    assert checker.check(0, 80 * MS, SECOND).pts_ns == 80 * MS
    assert checker.check(40 * MS, 40 * MS, SECOND + 40 * MS).pts_ns == 40 * MS


def test_lag_is_what_a_picture_exceeds_the_best_delay_by() -> None:
    meter = DriftMeter()
    media_ns, mono_ns = 0, 10 * SECOND
    for _ in range(100):
        assert meter.lag_ns(media_ns, mono_ns) == 0
        media_ns, mono_ns = media_ns + 40 * MS, mono_ns + 40 * MS
    assert meter.lag_ns(media_ns, mono_ns + 700 * MS) == 700 * MS
    assert meter.lag_ns(media_ns + 40 * MS, mono_ns + 40 * MS) == 0


def test_a_slow_crystal_is_not_called_lag_for_ever() -> None:
    meter = DriftMeter()
    lags = [meter.lag_ns(round(second * SECOND * 0.9999), second * SECOND) for second in range(600)]
    assert max(lags) < 10 * MS


def test_a_rate_limit_passes_evenly_and_at_least_its_rate() -> None:
    pacer = RatePacer(2.0)
    passed = [at for at in range(250) if pacer.passes(at * 40 * MS, 40 * MS)]
    assert 19 <= len(passed) <= 21
    gaps = [later - former for former, later in itertools.pairwise(passed)]
    assert set(gaps) <= {12, 13}


def test_a_limit_at_the_cameras_own_rate_passes_everything() -> None:
    pacer = RatePacer(25.0)
    assert all(pacer.passes(at * 40 * MS, 40 * MS) for at in range(100))


def test_a_rate_limit_survives_a_media_jump() -> None:
    pacer = RatePacer(2.0)
    assert pacer.passes(0, 40 * MS)
    assert pacer.passes(3_600 * SECOND, 40 * MS)
    assert not pacer.passes(3_600 * SECOND + 40 * MS, 40 * MS)
