"""The arithmetic of the wall bench's modes, and that each fails when nothing was measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from console.bench.beat import lateness
from console.bench.gui_watch import HandlerTime, HandlerTimes
from console.bench.latency import by_minute
from console.bench.memory import (
    HandleKind,
    ProcessUsage,
    Role,
    Usage,
    handle_kind,
    role_of,
)
from console.bench.painted import PaintedNumbers
from console.bench.slope import slope
from console.bench.soak import figures as soak_figures
from console.bench.wall_modes import hidden_figures, start_figures, trouble_figures
from console.bench.wall_runs import BenchFailed, Play
from console.bench.wall_stage import StageResult, WallComplete


def _result(**more: object) -> StageResult:
    return StageResult(10.0, (0,) * 32, 0, 0, 0.0, 0.0, "offscreen", **more)  # type: ignore[arg-type]


def test_a_slope_is_found_in_noise_and_its_interval_holds_it() -> None:
    random = np.random.default_rng(1)
    times = np.arange(0, 1800, 5.0)
    found = slope(times.tolist(), (500 + 12 * times / 3600 + random.normal(0, 1, 360)).tolist())
    assert found.low < 12 < found.high
    assert abs(found.per_hour - 12) < 3
    assert found.blocks == 60


def test_a_slope_of_a_minute_is_refused() -> None:
    with pytest.raises(ValueError, match="measure longer"):
        slope([0.0, 30.0, 60.0], [1.0, 2.0, 3.0])


def test_lateness_counts_stalls_and_is_not_made_up() -> None:
    found = lateness([0.5] * 998 + [20.0, 150.0])
    assert (found.p50_ms, found.max_ms, found.stalls, found.beats) == (0.5, 150.0, 1, 1000)
    assert 0.5 < found.p999_ms <= 150
    with pytest.raises(ValueError, match="no beat"):
        lateness([])


def test_the_dearest_run_of_a_handler_counts() -> None:
    times = HandlerTimes()
    for name, spent_ns in (("paint", 3_000_000), ("timer", 9_000_000), ("timer", 1_000_000)):
        times.note(name, spent_ns)
    assert times.dearest() == (HandlerTime("timer", 9.0), HandlerTime("paint", 3.0))
    assert times.count == 3


def test_a_number_is_compared_with_its_latest_turn(tmp_path: Path) -> None:
    stamps = np.memmap(tmp_path / "stamps", np.int64, "w+", shape=(1, 4))
    stamps[0] = [1_000_000_000, 2_000_000_000, 0, 0]
    painted = PaintedNumbers(tmp_path / "stamps", 1)
    painted.note(0, 0, 1_050_000_000)
    painted.note(0, 0, 1_060_000_000)  # still the same picture
    painted.note(0, None, 1_070_000_000)
    painted.note(0, 1, 2_041_000_000)
    stamps[0, 0] = 5_000_000_000
    painted.note(0, 0, 5_045_000_000)
    painted.save(tmp_path / "delays.npy")
    assert np.load(tmp_path / "delays.npy")[:, 1].tolist() == [50.0, 41.0, 45.0]


def test_delays_are_told_by_minute_with_their_trend() -> None:
    times = np.arange(0, 300, 0.5)
    told = by_minute(np.column_stack((times, 50 + times / 60)))
    assert [row["minute"] for row in told["minutes"]] == [0, 1, 2, 3, 4]
    assert told["slope_ms_per_h"]["per_hour"] == pytest.approx(60, abs=0.5)
    assert by_minute(np.array([[1.0, 50.0], [2.0, 50.0]])) == {}


def test_starts_are_told_with_their_worst() -> None:
    plays = [Play(1.0, 1.0, (25,), 0.1, WallComplete(s, s - 1)) for s in (2.0, 3.0, 4.0)]
    told = start_figures(plays, (0.4, 0.5, 0.9))
    assert (told["complete_s"], told["complete_s_max"]) == (3.0, 4.0)
    assert told["first_picture_s_max"] == 0.9
    with pytest.raises(BenchFailed, match="no camera was called"):
        start_figures(plays, ())


def test_a_hidden_wall_is_told_in_per_cent_of_a_core_for_sixteen_cameras() -> None:
    ours, limit, receiving = (Play(10.0, cpu_s, (0,) * 32) for cpu_s in (0.4, 2.0, 0.3))
    told = hidden_figures(ours, _result(live=32), limit, receiving)
    assert told["core_percent_per_16"] == 2.0
    assert told["limit_core_percent_per_16"] == 10.0
    assert told["receiving_core_percent_per_16"] == 1.5
    with pytest.raises(BenchFailed, match="31 of 32"):
        hidden_figures(ours, _result(live=31), limit, receiving)


def test_trouble_names_the_dearest_handler_and_fails_without_any() -> None:
    late, play = lateness([1.0, 2.0]), Play(10.0, 5.0, (0,) * 32)
    told = trouble_figures(
        play, _result(late=late, handlers=(HandlerTime("paint", 4.0),), changes=3), late
    )
    assert (told["handler_worst"], told["handler_cpu_ms_max"]) == ("paint", 4.0)
    with pytest.raises(BenchFailed, match="nothing was measured"):
        trouble_figures(play, _result(late=late), late)


def _usage(at_s: float, heap_mb: float, ring_handles: int = 40) -> Usage:
    """A console that stands still and an ingest process with this much memory."""
    handles = {HandleKind.SOCKET: 50, HandleKind.RING: ring_handles}
    console = ProcessUsage(Role.CONSOLE, 1, 300.0, 250.0, 20.0, {})
    return Usage(
        at_s, (console, ProcessUsage(Role.INGEST, 2, heap_mb + 50, heap_mb, 30.0, handles))
    )


def test_a_soak_tells_growth_after_the_warm_up_only() -> None:
    late = lateness([1.0, 120.0])
    samples = [_usage(t, 200 + max(0, 300 - t)) for t in np.arange(0, 900, 5.0)]
    told = soak_figures(samples, 300, Play(900, 1, (1,) * 32), _result(late=late), late)
    assert told["pss_mb_per_h"]["per_hour"] == 0
    assert (told["handles_first"], told["handles_last"], told["gui_stalls"]) == (90, 90, 1)
    with pytest.raises(BenchFailed, match="nothing was measured"):
        soak_figures(samples, 880, Play(900, 1, (1,) * 32), _result(late=late), late)


def test_a_soak_names_the_process_and_the_kind_of_handle_that_grow() -> None:
    late = lateness([1.0])
    samples = [_usage(t, 200 + t / 30, round(40 + t / 60)) for t in np.arange(0, 900, 5.0)]
    told = soak_figures(samples, 0, Play(900, 1, (1,) * 32), _result(late=late), late)
    console, ingest = told["by_process"]
    assert (console["role"], console["pss_mb_per_h"]["per_hour"]) == ("console", 0)
    assert ingest["heap_mb_per_h"] == pytest.approx(120)
    assert ingest["shared_mb_per_h"] == 0
    assert told["handles_per_h_by_kind"]["ring"] == pytest.approx(60, abs=2)
    assert told["handles_per_h_by_kind"]["socket"] == 0


def test_processes_and_handles_are_told_apart() -> None:
    assert role_of(["python", "-m", "ingest.cameras", "group", "--parent", "7"]) is Role.INGEST
    assert role_of(["python", "-m", "ingest.cameras", "broker"]) is Role.BROKER
    assert role_of(["python", "-m", "console.bench.stage_job", "{}"]) is Role.CONSOLE
    assert handle_kind("/dev/shm/gridwall/rings/cam-0.ring") is HandleKind.RING
    assert handle_kind("socket:[123]") is HandleKind.SOCKET
    assert handle_kind("anon_inode:[eventpoll]") is HandleKind.OTHER
