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

import numpy as np

from console.bench.clip import ClipShape, encode
from console.bench.processes import Children
from console.bench.report import print_result, say
from console.bench.wall_runs import BenchFailed, BenchSite, play_ours, serve
from console.bench.wall_stage import StageJob, StageResult

TILE_PX = (480, 270)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tiles", type=int, default=16, help="streams and tiles (default 16)")
    parser.add_argument("--seconds", type=float, default=20.0, help="measured time")


def run(arguments: argparse.Namespace) -> int:
    # a number must not come again before it is read: the clip outlasts the measurement
    shape = ClipShape(frame_count=round((arguments.seconds + 6) * 25))
    with tempfile.TemporaryDirectory(prefix="gridwall-bench-") as folder:
        clip, stamps = Path(folder) / "clip.mp4", Path(folder) / "stamps"
        say("encoding the bench's clip …")
        encode(clip, shape)
        with Children() as children:
            urls = serve(children, clip, arguments.tiles, stamps)
            say(f"{arguments.tiles} tiles …")
            stage = _play(urls, arguments.seconds)
            sent = np.fromfile(stamps, np.int64).reshape(arguments.tiles, shape.frame_count)
    print_result(_figures(stage, sent), as_json=arguments.json)
    return 0


def _play(urls: list[str], seconds: float) -> StageResult:
    site = BenchSite(urls)
    try:
        job = StageJob(
            str(site.runtime), str(site.folder), tuple(urls), *TILE_PX, seconds, latencies=True
        )
        return play_ours(job)[1]
    finally:
        site.close()


def _figures(stage: StageResult, sent: np.ndarray[Any, np.dtype[np.int64]]) -> dict[str, Any]:
    """Raises BenchFailed when no picture number could be read."""
    found = [(p.mono_ns - sent[p.tile, p.number]) / 1e6 for p in stage.pictures]
    delays_ms = np.array([delay for delay in found if 0 < delay < 10_000])
    if delays_ms.size == 0:
        raise BenchFailed("no picture number could be read from the window: nothing was measured")
    p50, p99, most = np.percentile(delays_ms, (50, 99, 100))
    return {
        "tiles": len(stage.frames),
        "p50_ms": round(float(p50), 1),
        "p99_ms": round(float(p99), 1),
        "max_ms": round(float(most), 1),
        "pictures": int(delays_ms.size),
        "unreadable": len(found) - int(delays_ms.size),
        "fps_per_tile": round(sum(stage.frames) / len(stage.frames) / stage.seconds, 2),
        "gui_stall_ms_max": round(stage.stall_ms_max, 1),
        "platform": stage.platform,
    }
