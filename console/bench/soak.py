"""`gridwall bench soak`: does anything grow while cameras die for a long time?

Memory (PSS) and open handles of all our processes are sampled while a wall runs; the trend after the
warm-up is told with its confidence interval, for all together, each process and each kind of handle, beside the GUI thread's stalls and those of a process
that only sleeps.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from console.bench.beat import Lateness
from console.bench.clip import ClipShape, encode
from console.bench.memory import HandleKind, ProcessUsage, Usage, UsageWatch
from console.bench.processes import Children
from console.bench.report import print_result, say
from console.bench.slope import slope
from console.bench.stage_job import StageJob
from console.bench.wall_modes import bare_beat, cameras_dying, on_site
from console.bench.wall_runs import BenchFailed, Play, Streams, play_ours, serve
from console.bench.wall_stage import StageResult

TILE_PX = (480, 270)
SLOPE_AIM_MB_PER_H = 3.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tiles", type=int, default=36, help="streams and tiles (default 36)")
    parser.add_argument("--minutes", type=float, default=7.0, help="in all (default 7; aim: 60)")
    parser.add_argument("--warm-up", type=float, default=4.0, metavar="MINUTES", help="not counted")
    parser.add_argument(
        "--kill-every", type=float, default=5.0, metavar="S", help="a camera dies this often"
    )


def run(arguments: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="gridwall-bench-") as folder:
        clip = Path(folder) / "clip.mp4"
        say("encoding the bench's clip …")
        encode(clip, ClipShape())
        with Children() as children:
            streams = serve(children, clip, arguments.tiles)
            say(f"{arguments.tiles} tiles for {arguments.minutes:.0f} min …")
            result = _soak(streams, arguments.minutes, arguments.warm_up, arguments.kill_every)
    print_result(result, as_json=arguments.json)
    return 0


def _soak(streams: Streams, minutes: float, warm_up: float, every_s: float) -> dict[str, Any]:
    job = StageJob("", "", streams.urls, *TILE_PX, minutes * 60, is_watched=True)
    samples: list[Usage] = []
    bare: list[Lateness] = []
    killed: list[int] = []

    @contextmanager
    def watch(processes: list[int]) -> Iterator[None]:
        with ExitStack() as stack:
            told = stack.enter_context(bare_beat())
            died = stack.enter_context(cameras_dying(streams, len(streams.urls), every_s))
            usage_watch = stack.enter_context(UsageWatch(processes))
            yield
            bare.append(told())
            killed.extend(died)
        samples.extend(usage_watch.samples)

    play, stage = on_site(job, lambda placed: play_ours(placed, watch=watch))
    return figures(samples, warm_up * 60, play, stage, bare[0]) | {"cameras_killed": len(killed)}


def figures(
    samples: list[Usage], warm_up_s: float, play: Play, stage: StageResult, bare: Lateness
) -> dict[str, Any]:
    """Of what came after the warm-up. Raises BenchFailed when that is too short for a trend."""
    counted = [sample for sample in samples if sample.at_s >= warm_up_s]
    if stage.late is None:
        raise BenchFailed("no beat was noted: nothing was measured")
    try:
        times = [sample.at_s for sample in counted]
        memory = slope(times, [sample.pss_mb for sample in counted])
        own = slope(times, [sample.own_mb for sample in counted])
        handles = slope(times, [float(sample.handles) for sample in counted])
    except ValueError as error:
        raise BenchFailed(f"nothing was measured: {error}") from error
    share = max(1, len(counted) // 4)
    return {
        "tiles": len(stage.frames),
        "minutes": round(play.seconds / 60, 1),
        "minutes_counted": round((times[-1] - times[0]) / 60, 1),
        "pss_mb": round(median(sample.pss_mb for sample in counted[-share:]), 1),
        "pss_mb_per_h": msgspec.to_builtins(memory),
        "own_mb_per_h": msgspec.to_builtins(own),
        "pss_aim_mb_per_h": SLOPE_AIM_MB_PER_H,
        "handles_first": median(sample.handles for sample in counted[:share]),
        "handles_last": median(sample.handles for sample in counted[-share:]),
        "handles_per_h": msgspec.to_builtins(handles),
        "processes": len(counted[-1].processes),
        "by_process": by_process(counted),
        "handles_per_h_by_kind": by_kind_of_handle(counted),
        "gui_stalls": stage.late.stalls,
        "gui_late_ms_p999": stage.late.p999_ms,
        "gui_late_ms_max": stage.late.max_ms,
        "bare_process_stalls": bare.stalls,
        "bare_process_late_ms_max": bare.max_ms,
        "handlers": [msgspec.to_builtins(handler) for handler in stage.handlers],
        "fps_per_tile": round(sum(stage.frames) / len(stage.frames) / stage.seconds, 2),
        "live_at_end": stage.live,
        "strangers_cores": round(play.strangers_cores, 2),
        "pss_mb_by_sample": [round(sample.pss_mb, 1) for sample in samples[::6]],
    }


def by_process(counted: list[Usage]) -> list[dict[str, Any]]:
    """Memory of each process and its trends an hour: all, its own heap, its part of the rings.

    A process that lived too briefly for a trend is told without one.
    """
    lives: dict[int, list[tuple[float, ProcessUsage]]] = {}
    for sample in counted:
        for one in sample.processes:
            lives.setdefault(one.process_id, []).append((sample.at_s, one))
    told: list[dict[str, Any]] = []
    for life in lives.values():
        last = life[-1][1]
        row: dict[str, Any] = {
            "role": last.role,
            "process": last.process_id,
            "pss_mb": round(last.pss_mb, 1),
            "handles": last.handle_count,
        }
        with suppress(ValueError):
            times = [at_s for at_s, _ in life]
            whole = slope(times, [one.pss_mb for _, one in life])
            row["pss_mb_per_h"] = msgspec.to_builtins(whole)
            row["heap_mb_per_h"] = slope(times, [one.heap_mb for _, one in life]).per_hour
            row["shared_mb_per_h"] = slope(times, [one.shared_mb for _, one in life]).per_hour
        told.append(row)
    return told


def by_kind_of_handle(counted: list[Usage]) -> dict[HandleKind, float]:
    """Trend an hour of open handles of each kind. Raises ValueError when it was too short."""
    times = [sample.at_s for sample in counted]
    return {
        kind: slope(times, [float(sample.handles_of(kind)) for sample in counted]).per_hour
        for kind in HandleKind
    }
