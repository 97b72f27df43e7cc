"""`gridwall bench wall`: tiles on real RTSP against ffmpeg alone and against rivals (CONTRACT §2).

The same streams are played one after the other by ingest + console with the limit's decoder
settings, by the limit, and by ingest + console as shipped; ratios compare CPU per frame, so that
frames nobody painted are nobody's saving.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from console.bench.clip import ClipShape, encode
from console.bench.picture_quality import full_decode, least_psnr_db
from console.bench.processes import Children, cpu_s
from console.bench.report import print_result, say
from console.bench.rival_job import RivalJob
from console.bench.wall_runs import (
    WARM_UP_S,
    BenchFailed,
    BenchSite,
    Play,
    play_limit,
    play_ours,
    play_rival,
    rival_modules,
    serve,
)
from console.bench.wall_stage import StageJob, StageResult

#: A worker needs this long until it has its model and its first pictures.
DETECTOR_START_S = 12.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tiles", type=int, default=16, help="streams and tiles (default 16)")
    parser.add_argument("--seconds", type=float, default=20.0, help="measured time of each run")
    parser.add_argument("--tile-size", default="480x270", help="pixels of a tile (480x270)")
    parser.add_argument("--no-rivals", action="store_true", help="product and limit only")
    parser.add_argument(
        "--detector", action="store_true", help="the worker analyses every camera beside the wall"
    )


def run(arguments: argparse.Namespace) -> int:
    width, height = (int(word) for word in arguments.tile_size.split("x"))
    with tempfile.TemporaryDirectory(prefix="gridwall-bench-") as folder:
        clip = Path(folder) / "clip.mp4"
        say("encoding the bench's clip …")
        encode(clip, ClipShape())
        with Children() as children:
            urls = serve(children, clip, arguments.tiles)
            result = _measure(arguments, urls, clip, width, height)
    print_result(result, as_json=arguments.json)
    return 0


def _measure(
    arguments: argparse.Namespace, urls: list[str], clip: Path, width: int, height: int
) -> dict[str, Any]:
    job = StageJob("", "", tuple(urls), width, height, arguments.seconds)
    say(f"{len(urls)} tiles {width}×{height}, decoder as the limit …")
    exact, _ = _ours(msgspec.structs.replace(job, is_exact=True), arguments.detector)
    say("the limit: ffmpeg alone …")
    limit = play_limit(urls, width, height, arguments.seconds)
    say("as shipped …")
    with tempfile.TemporaryDirectory(prefix="gridwall-bench-") as samples:
        shipped, stage = _ours(
            msgspec.structs.replace(job, samples_folder=samples), arguments.detector
        )
        quality = least_psnr_db(Path(samples).glob("*.npy"), full_decode(clip, width, height))
    rivals = {} if arguments.no_rivals else _rivals(urls, width, height, arguments.seconds)
    return _figures(exact, limit, shipped, stage, quality) | {"rivals": rivals}


def _figures(
    exact: Play, limit: Play, shipped: Play, stage: StageResult, quality: float | None
) -> dict[str, Any]:
    return {
        "tiles": len(exact.frames),
        "fps_per_tile": round(sum(exact.fps) / len(exact.fps), 2),
        "fps_per_tile_min": round(min(exact.fps), 2),
        "fps_per_tile_min_as_shipped": round(min(shipped.fps), 2),
        "seconds": round(exact.seconds, 2),
        "cpu_s": round(exact.cpu_s, 2),
        "limit_cpu_s": round(limit.cpu_s, 2),
        "limit_fps_per_stream": round(sum(limit.fps) / len(limit.fps), 2),
        "ratio": round(exact.cpu_ms_per_frame / limit.cpu_ms_per_frame, 3),
        "ratio_as_shipped": round(shipped.cpu_ms_per_frame / limit.cpu_ms_per_frame, 3),
        "cpu_ms_per_frame": round(exact.cpu_ms_per_frame, 3),
        "limit_cpu_ms_per_frame": round(limit.cpu_ms_per_frame, 3),
        "tile_psnr_db_min": None if quality is None else round(quality, 1),
        "gui_stall_ms_max": round(stage.stall_ms_max, 1),
        "paint_ms_max": round(stage.paint_ms_max, 1),
        "repaints": stage.repaints,
        "pictures_dropped": stage.dropped,
        "cameras_reduced": stage.shed,
        "platform": stage.platform,
    }


def _ours(job: StageJob, with_detector: bool) -> tuple[Play, StageResult]:
    """One run on a site of its own. Raises BenchFailed, also when the worker ends early."""
    site = BenchSite(list(job.urls))
    job = msgspec.structs.replace(
        job, site_folder=str(site.folder), runtime_folder=str(site.runtime)
    )
    command = [sys.executable, "-m", "console.app.cli", "worker", "--beside-wall", "--site"]
    try:
        if not with_detector:
            return play_ours(job)
        with Children() as children:
            workers: list[subprocess.Popen[str]] = []
            # after the console: whoever comes first decides how the broker decodes
            result = play_ours(
                msgspec.structs.replace(job, settle_s=DETECTOR_START_S),
                lambda: workers.append(children.start([*command, str(site.folder)], quiet=True)),
            )
            if workers[0].poll() is not None:
                raise BenchFailed(
                    f"the worker left with {workers[0].returncode}: run `gridwall worker` to see why"
                )
            say(f"detector: {cpu_s([workers[0].pid]):.1f} CPU seconds since its start")
            return result
    finally:
        site.close()


def _rivals(urls: list[str], width: int, height: int, seconds: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, module in rival_modules().items():
        if module is None:
            found[name] = {"missing": "not installed"}
            continue
        say(f"rival {name} …")
        job = RivalJob(tuple(urls), width, height, WARM_UP_S, seconds / 2)
        try:
            play = play_rival(module, job)
        except (BenchFailed, subprocess.SubprocessError) as error:
            found[name] = {"failed": str(error)}
            continue
        found[name] = {
            "cpu_s": round(play.cpu_s, 2),
            "seconds": round(play.seconds, 2),
            "fps_per_tile": round(sum(play.fps) / len(play.fps), 2),
            "cpu_ms_per_frame": round(play.cpu_ms_per_frame, 3),
        }
    return found
