"""`gridwall bench latency`: camera to painted pixels, 16 tiles (CONTRACT §2).

Every picture carries its number in its pixels. The camera notes when it sent a picture's last
packet, the window reads back from its own pixels which picture it shows: no stamp of ours takes
part. A stream's decoder needs the next picture's first packet to know that a picture is whole, so one
frame interval (40 ms at 25 fps) is inherent.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from console.bench.clip import ClipShape, encode
from console.bench.processes import Children
from console.bench.report import print_result, say
from console.bench.slope import slope
from console.bench.stage_job import StageJob
from console.bench.wall_runs import BenchFailed, BenchSite, Play, play_ours, serve
from console.bench.wall_stage import StageResult

TILE_PX = (480, 270)
#: The clip comes round after 40 s: longer than any delay that is told.
FRAME_COUNT = 1000
DELAY_MOST_MS = 10_000.0
#: From here on a trend is told.
TREND_FROM_S = 150.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tiles", type=int, default=16, help="streams and tiles (default 16)")
    parser.add_argument("--seconds", type=float, default=20.0, help="measured time")
    parser.add_argument(
        "--minutes", type=float, help="measured time; tells every minute and a trend"
    )


def run(arguments: argparse.Namespace) -> int:
    seconds = arguments.seconds if arguments.minutes is None else arguments.minutes * 60
    with tempfile.TemporaryDirectory(prefix="gridwall-bench-") as folder:
        clip, stamps = Path(folder) / "clip.mp4", Path(folder) / "stamps"
        delays = Path(folder) / "delays.npy"
        say("encoding the bench's clip …")
        encode(clip, ClipShape(frame_count=FRAME_COUNT))
        with Children() as children:
            urls = serve(children, clip, arguments.tiles, stamps).urls
            say(f"{arguments.tiles} tiles, {seconds:.0f} s …")
            play, stage = _play(urls, seconds, stamps, delays)
        found = np.load(delays)
    print_result(figures(play, stage, found), as_json=arguments.json)
    return 0


def _play(
    urls: tuple[str, ...], seconds: float, stamps: Path, delays: Path
) -> tuple[Play, StageResult]:
    site = BenchSite(urls)
    try:
        job = StageJob(
            str(site.runtime), str(site.folder), urls, *TILE_PX, seconds,
            stamps=str(stamps), delays_file=str(delays),
        )  # fmt: skip
        return play_ours(job)
    finally:
        site.close()


def figures(play: Play, stage: StageResult, found: NDArray[np.float64]) -> dict[str, Any]:
    """Of (n, 2) seconds and delays in ms. Raises BenchFailed when no picture number could be read."""
    good = found[(found[:, 1] > 0) & (found[:, 1] < DELAY_MOST_MS)]
    if good.size == 0:
        raise BenchFailed("no picture number could be read from the window: nothing was measured")
    p50, p99, most = np.percentile(good[:, 1], (50, 99, 100))
    return {
        "tiles": len(stage.frames),
        "seconds": round(stage.seconds, 1),
        "p50_ms": round(float(p50), 1),
        "p99_ms": round(float(p99), 1),
        "max_ms": round(float(most), 1),
        "pictures": len(good),
        "unreadable": len(found) - len(good),
        "fps_per_tile": round(sum(stage.frames) / len(stage.frames) / stage.seconds, 2),
        "gui_stall_ms_max": round(stage.stall_ms_max, 1),
        "strangers_cores": round(play.strangers_cores, 2),
        "platform": stage.platform,
    } | by_minute(good)


def by_minute(good: NDArray[np.float64]) -> dict[str, Any]:
    """p50 and p99 of every minute and the trend of the delay; empty for a short run."""
    if good[-1, 0] < TREND_FROM_S:
        return {}
    minutes = (good[:, 0] // 60).astype(int)
    rows = []
    for minute in np.unique(minutes):
        p50, p99 = np.percentile(good[minutes == minute, 1], (50, 99))
        rows.append({"minute": int(minute), "p50_ms": round(p50, 1), "p99_ms": round(p99, 1)})
    trend = slope(good[:, 0].tolist(), good[:, 1].tolist())
    return {"minutes": rows, "slope_ms_per_h": msgspec.to_builtins(trend)}
