"""The watchdog's judgement: silence and missing paints are covered, its own sleep is not."""

from __future__ import annotations

from console.state.freeze_watch import PAINT_S, SILENT_S, Beat, FreezeWatch, WindowBeat

S = 1_000_000_000
DESK = WindowBeat("1", 0, 0, 1920, 1080)


def _beat(at_s: float, *windows: WindowBeat) -> Beat:
    return Beat(round(at_s * S), round((1_000 + at_s) * S), "en", windows or (DESK,))


def _look(watch: FreezeWatch, since_s: float, until_s: float) -> float | None:
    """Looks four times a second; when the first cover came, None for never."""
    at_s = since_s
    while at_s <= until_s:
        if watch.covers(round(at_s * S)):
            return at_s
        at_s += 0.25
    return None


def test_silence_covers_every_window_since_the_last_beat_and_a_beat_uncovers() -> None:
    watch = FreezeWatch()
    watch.take(_beat(10.0, DESK, WindowBeat("2", 1920, 0, 1920, 1080)), 10 * S)
    covered_s = _look(watch, 10.0, 20.0)
    assert covered_s is not None
    assert SILENT_S < covered_s - 10.0 <= SILENT_S + 0.25
    covers = watch.covers(round((covered_s + 0.25) * S))
    assert [cover.window.id for cover in covers] == ["1", "2"]
    assert {cover.since_utc_ns for cover in covers} == {1_010 * S}
    watch.take(_beat(covered_s + 0.5), round((covered_s + 0.5) * S))
    assert watch.covers(round((covered_s + 0.5) * S)) == ()


def test_a_window_that_does_not_paint_is_covered_while_the_others_live() -> None:
    watch = FreezeWatch()
    late = PAINT_S + 0.5
    still = WindowBeat("2", 0, 0, 10, 10, painted_mono_ns=10 * S)
    live = WindowBeat("3", 0, 0, 10, 10, painted_mono_ns=round((10 + late) * S))
    now = round((10 + late) * S)
    watch.take(_beat(10 + late, DESK, still, live), now)
    (cover,) = watch.covers(now)
    assert cover.window.id == "2"
    assert cover.since_utc_ns == 1_010 * S


def test_a_watchdog_that_was_stopped_itself_first_listens_again() -> None:
    watch = FreezeWatch()
    watch.take(_beat(10.0), 10 * S)
    assert watch.covers(10 * S) == ()
    assert watch.covers(600 * S) == ()  # the machine slept: nothing could be heard
    assert _look(watch, 600.25, 610.0) is not None


def test_before_the_first_beat_nothing_is_covered() -> None:
    assert FreezeWatch().covers(10**15) == ()
