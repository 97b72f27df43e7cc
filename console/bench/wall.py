"""`gridwall bench wall`: tiles on real RTSP against ffmpeg alone and against rivals (CONTRACT §2).

The same streams are played one after the other by ingest + console with the limit's decoder
settings, by the limit, and by ingest + console as shipped, several rounds of it; ratios compare CPU
per frame, so that frames nobody painted are nobody's saving, and are the medians of the rounds,
because a shared machine changes its speed by a fifth within a minute.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import mean, median
from typing import Any, NamedTuple

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
    parser.add_argument("--seconds", type=float, default=10.0, help="measured time of each run")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, medians count (default 3)")
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


class Round(NamedTuple):
    """What was played one after the other, to be compared with each other."""

    exact: Play
    limit: Play
    shipped: Play

    @property
    def ratio(self) -> float:
        return self.exact.cpu_ms_per_frame / self.limit.cpu_ms_per_frame

    @property
    def ratio_as_shipped(self) -> float:
        return self.shipped.cpu_ms_per_frame / self.limit.cpu_ms_per_frame


def _measure(
    arguments: argparse.Namespace, urls: list[str], clip: Path, width: int, height: int
) -> dict[str, Any]:
    job = StageJob("", "", tuple(urls), width, height, arguments.seconds)
    rounds, stages = [], []
    with tempfile.TemporaryDirectory(prefix="gridwall-bench-") as samples:
        shipped_job = msgspec.structs.replace(job, samples_folder=samples)
        for number in range(1, max(1, arguments.rounds) + 1):
            say(f"round {number}: {len(urls)} tiles {width}×{height}, decoder as the limit …")
            exact, _ = _ours(msgspec.structs.replace(job, is_exact=True), arguments.detector)
            say("the limit: ffmpeg alone …")
            limit = play_limit(urls, width, height, arguments.seconds)
            say("as shipped …")
            shipped, stage = _ours(shipped_job, arguments.detector)
            rounds.append(Round(exact, limit, shipped))
            stages.append(stage)
        quality = least_psnr_db(Path(samples).glob("*.npy"), full_decode(clip, width, height))
    rivals = {} if arguments.no_rivals else _rivals(urls, width, height, arguments.seconds)
    return _figures(rounds, stages, quality) | {"rivals": rivals}


def _figures(
    rounds: list[Round], stages: list[StageResult], quality: float | None
) -> dict[str, Any]:
    """Medians of the rounds; slowest tiles, stalls and losses are the worst of all rounds."""
    shown = [play for one in rounds for play in (one.exact, one.shipped)]
    return {
        "tiles": len(rounds[0].exact.frames),
        "rounds": len(rounds),
        "fps_per_tile": round(median(mean(one.exact.fps) for one in rounds), 2),
        "fps_per_tile_min": round(min(min(play.fps) for play in shown), 2),
        "seconds": round(median(one.exact.seconds for one in rounds), 2),
        "cpu_s": round(median(one.exact.cpu_s for one in rounds), 2),
        "limit_cpu_s": round(median(one.limit.cpu_s for one in rounds), 2),
        "limit_fps_per_stream": round(median(mean(one.limit.fps) for one in rounds), 2),
        "ratio": round(median(one.ratio for one in rounds), 3),
        "ratio_as_shipped": round(median(one.ratio_as_shipped for one in rounds), 3),
        "ratios": [round(one.ratio, 3) for one in rounds],
        "ratios_as_shipped": [round(one.ratio_as_shipped, 3) for one in rounds],
        "cpu_ms_per_frame": round(median(one.exact.cpu_ms_per_frame for one in rounds), 3),
        "limit_cpu_ms_per_frame": round(median(one.limit.cpu_ms_per_frame for one in rounds), 3),
        "tile_psnr_db_min": None if quality is None else round(quality, 1),
        "gui_stall_ms_max": round(max(stage.stall_ms_max for stage in stages), 1),
        "paint_ms_max": round(max(stage.paint_ms_max for stage in stages), 1),
        "repaints": sum(stage.repaints for stage in stages),
        "pictures_dropped": sum(stage.dropped for stage in stages),
        "cameras_reduced": max(stage.shed for stage in stages),
        "platform": stages[0].platform,
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
