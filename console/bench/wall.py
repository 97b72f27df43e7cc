"""`gridwall bench wall`: tiles on real RTSP against ffmpeg alone and against rivals (CONTRACT §2).

The same streams are played one after the other by ingest + console with the limit's decoder
settings, by the limit, and by ingest + console as shipped, several rounds of it; ratios compare CPU
per frame, so that frames nobody painted are nobody's saving, and are the medians of the rounds,
because a shared machine changes its speed by a fifth within a minute. `--mode` measures other things
of the same wall (`wall_modes.py`) or the same thing with other cameras.
"""

from __future__ import annotations

import argparse
import enum
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import mean, median
from typing import Any, NamedTuple

import msgspec

from console.bench import wall_modes
from console.bench.clip import ClipShape, encode
from console.bench.picture_quality import full_decode, least_psnr_db
from console.bench.processes import Children, cpu_s
from console.bench.report import print_result, say
from console.bench.rival_job import RivalJob
from console.bench.rivals import rivals
from console.bench.stage_job import StageJob
from console.bench.wall_modes import on_site
from console.bench.wall_runs import (
    WARM_UP_S,
    BenchFailed,
    Play,
    Streams,
    play_limit,
    play_ours,
    serve,
)
from console.bench.wall_stage import StageResult

#: As shipped, each camera's short-cut is measured once after its start (`ingest/README.md`); until the
#: last of 36 is, that is start-up.
MEASURED_START_S = 16.0
#: A worker needs this long until it has its model and its first pictures.
DETECTOR_START_S = 12.0


class Mode(enum.StrEnum):
    """What is measured."""

    EVEN = "even"  #: all tiles live and seen, against ffmpeg alone
    MANY = "many"  #: the same with 64 tiles of 12.5 fps
    LARGE = "large"  #: the same with four cameras of 1080p
    START = "start"  #: how soon a wall and a called camera have their first picture
    TROUBLE = "trouble"  #: the GUI thread while cameras die and layouts change
    HIDDEN = "hidden"  #: what a wall costs that nobody sees


class Setting(NamedTuple):
    """What a mode plays unless told otherwise."""

    tiles: int = 36
    tile_size: str = "480x270"
    source: ClipShape = ClipShape()
    seconds: float = 10.0
    rounds: int = 3


SETTINGS = {
    Mode.EVEN: Setting(tiles=16),
    Mode.MANY: Setting(64, "240x135", ClipShape(fps=12.5)),
    Mode.LARGE: Setting(4, "960x540", ClipShape(1920, 1080, frame_count=250, bitrate_kbps=5000)),
    Mode.START: Setting(rounds=2),
    Mode.TROUBLE: Setting(seconds=60.0),
    Mode.HIDDEN: Setting(32, seconds=20.0),
}
#: Cameras that are called while the wall of `Mode.START` is live.
CALLED_COUNT = 8
#: Cameras die this often in `Mode.TROUBLE`.
DIES_EVERY_S = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mode", type=Mode, choices=list(Mode), default=Mode.EVEN,
        help="even (default), many: 64 tiles at 12.5 fps, large: 4 of 1080p, start: first pictures, "
        "trouble: GUI thread while cameras die and layouts change, hidden: nobody looks",
    )  # fmt: skip
    parser.add_argument("--tiles", type=int, help="streams and tiles (default 16; by mode)")
    parser.add_argument("--seconds", type=float, help="measured time of each run")
    parser.add_argument("--rounds", type=int, help="rounds, medians count (default 3)")
    parser.add_argument("--tile-size", help="pixels of a tile (480x270)")
    parser.add_argument("--no-rivals", action="store_true", help="product and limit only")
    parser.add_argument(
        "--detector", action="store_true", help="the worker analyses every camera beside the wall"
    )


def run(arguments: argparse.Namespace) -> int:
    setting = SETTINGS[arguments.mode]
    for name in ("tiles", "seconds", "rounds", "tile_size"):
        if getattr(arguments, name) is None:
            setattr(arguments, name, getattr(setting, name))
    width, height = (int(word) for word in arguments.tile_size.split("x"))
    called_count = CALLED_COUNT if arguments.mode is Mode.START else 0
    with tempfile.TemporaryDirectory(prefix="gridwall-bench-") as folder:
        clip = Path(folder) / "clip.mp4"
        say("encoding the bench's clip …")
        encode(clip, setting.source)
        with Children() as children:
            streams = serve(children, clip, arguments.tiles + called_count)
            job = StageJob("", "", streams.urls, width, height, arguments.seconds)
            result = _of_mode(arguments, streams, job, clip)
    print_result({"mode": arguments.mode.value} | result, as_json=arguments.json)
    return 0


def _of_mode(
    arguments: argparse.Namespace, streams: Streams, job: StageJob, clip: Path
) -> dict[str, Any]:
    if arguments.mode is Mode.START:
        return wall_modes.start(job, streams, arguments.tiles, arguments.rounds)
    if arguments.mode is Mode.TROUBLE:
        return wall_modes.trouble(job, streams, DIES_EVERY_S)
    if arguments.mode is Mode.HIDDEN:
        return wall_modes.hidden(job)
    return _measure(arguments, job, clip)


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


def _measure(arguments: argparse.Namespace, job: StageJob, clip: Path) -> dict[str, Any]:
    urls, width, height = job.urls, job.tile_width_px, job.tile_height_px
    rounds, stages = [], []
    with tempfile.TemporaryDirectory(prefix="gridwall-bench-") as samples:
        shipped_job = msgspec.structs.replace(
            job, samples_folder=samples, settle_s=MEASURED_START_S
        )
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
        "strangers_cores": round(max(play.strangers_cores for play in shown), 2),
        "platform": stages[0].platform,
    }


def _ours(job: StageJob, with_detector: bool) -> tuple[Play, StageResult]:
    """One run on a site of its own. Raises BenchFailed, also when the worker ends early."""
    return on_site(job, _play_beside_worker if with_detector else play_ours)


def _play_beside_worker(job: StageJob) -> tuple[Play, StageResult]:
    command = [sys.executable, "-m", "console.app.cli", "worker", "--beside-wall", "--site"]
    with Children() as children:
        workers: list[subprocess.Popen[str]] = []
        # after the console: whoever comes first decides how the broker decodes
        result = play_ours(
            msgspec.structs.replace(job, settle_s=DETECTOR_START_S),
            lambda: workers.append(children.start([*command, job.site_folder], quiet=True)),
        )
        if workers[0].poll() is not None:
            raise BenchFailed(
                f"the worker left with {workers[0].returncode}: run `gridwall worker` to see why"
            )
        say(f"detector: {cpu_s([workers[0].pid]):.1f} CPU seconds since its start")
        return result


def _rivals(urls: tuple[str, ...], width: int, height: int, seconds: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for rival in rivals():
        if rival.missing:
            found[rival.name] = {"missing": rival.missing}
            continue
        say(f"rival {rival.name} …")
        try:
            played = rival.run(RivalJob(urls, width, height, WARM_UP_S, seconds / 2))
        except (BenchFailed, subprocess.SubprocessError) as error:
            found[rival.name] = {"failed": str(error)}
            continue
        play = played.play
        found[rival.name] = {
            "shown": played.shown,
            "cpu_s": round(play.cpu_s, 2),
            "seconds": round(play.seconds, 2),
            "fps_per_tile": round(sum(play.fps) / len(play.fps), 2),
            "cpu_ms_per_frame": round(play.cpu_ms_per_frame, 3),
        }
    return found
