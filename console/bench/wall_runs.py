"""The product and the limit of the wall bench, each played alone on the same streams (rivals: `rivals`).

CPU is read from the processes themselves at both ends of a window that begins when pictures flow,
so that nobody's start-up counts.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import psutil
from msgspec import Struct

from config.paths import runtime_folder
from console.bench.clip import ffmpeg_path
from console.bench.processes import Children, cpu_s, strangers_s
from console.bench.stage_job import StageJob
from console.bench.stream_server import DIE, LIVE, ServerJob
from console.bench.wall_stage import StageResult, WallComplete
from ingest.errors import GridwallError

#: What a competitor needs until all its streams flow (key-frame wait included).
WARM_UP_S = 6.0


class BenchFailed(GridwallError):
    """A competitor did not come to its end."""


class Play(Struct, frozen=True):
    """One competitor's figures over `seconds`.

    `strangers_cores`: how much of the machine others took meanwhile, in cores.
    """

    seconds: float
    cpu_s: float
    frames: tuple[int, ...]
    strangers_cores: float = 0.0
    complete: WallComplete = WallComplete(0.0, 0.0)

    @property
    def fps(self) -> tuple[float, ...]:
        return tuple(count / self.seconds for count in self.frames)

    @property
    def cpu_ms_per_frame(self) -> float:
        return self.cpu_s / max(1, sum(self.frames)) * 1e3


class Streams(NamedTuple):
    """The cameras of a bench. `die` and `revive` cut one camera's power and give it back."""

    urls: tuple[str, ...]
    server: subprocess.Popen[str]

    def die(self, number: int) -> None:
        self._say(DIE, number)

    def revive(self, number: int) -> None:
        self._say(LIVE, number)

    def _say(self, word: str, number: int) -> None:
        assert self.server.stdin is not None
        self.server.stdin.write(f"{word} {number}\n")
        self.server.stdin.flush()


def serve(children: Children, clip: Path, count: int, stamps: Path | None = None) -> Streams:
    """Starts the streams."""
    job = ServerJob(str(clip), count, None if stamps is None else str(stamps))
    child = children.start(module_command("console.bench.stream_server", job))
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        raise BenchFailed("the stream server of the bench did not start: see the log above")
    return Streams(msgspec.json.decode(line, type=tuple[str, ...]), child)


def play_ours(
    job: StageJob,
    beside: Callable[[], None] = lambda: None,
    watch: Callable[[list[int]], AbstractContextManager[object]] = lambda _processes: nullcontext(),
) -> tuple[Play, StageResult]:
    """Ingest and console together: broker, its groups and the window's process.

    `beside` is called when all tiles have a picture, `job.settle_s` before measuring begins;
    what `watch` returns is entered with the processes while it is measured.
    """
    with Children() as children:
        child = children.start(module_command("console.bench.stage_job", job))
        assert child.stdout is not None
        assert child.stdin is not None
        complete = msgspec.convert(_step(child.stdout.readline(), "pictures"), WallComplete)
        beside()
        processes = [child.pid, *_broker_ids(job.runtime_folder)]
        _step(child.stdout.readline(), "live")
        before, busy_before, began = cpu_s(processes), strangers_s(processes), time.monotonic()
        with watch(processes):
            line = child.stdout.readline()
        spent, seconds = cpu_s(processes) - before, time.monotonic() - began
        strangers = (strangers_s(processes) - busy_before) / seconds
        result = msgspec.convert(_step(line, "done"), StageResult)
        child.stdin.write("\n")
        child.stdin.flush()
        child.wait(timeout=20)
    return Play(seconds, spent, result.frames, max(0.0, strangers), complete), result


def play_limit(
    urls: Sequence[str],
    width_px: int,
    height_px: int,
    seconds: float,
    decoding: Sequence[str] = (),
) -> Play:
    """One ffmpeg a stream: receive, decode, scale, convert, drop (CONTRACT §2).

    `decoding`: further options of the decoder, `-skip_frame nokey` for example.
    """
    scaling = f"scale={width_px}:{height_px}:flags=fast_bilinear,format=bgra"
    return _play_ffmpeg(urls, seconds, ("-threads", "1", *decoding), ("-vf", scaling))


def play_receiving(urls: Sequence[str], seconds: float) -> Play:
    """One ffmpeg a stream that receives it and does nothing else."""
    return _play_ffmpeg(urls, seconds, (), ("-c", "copy"))


def _play_ffmpeg(
    urls: Sequence[str], seconds: float, reading: Sequence[str], making: Sequence[str]
) -> Play:
    with Children() as children:
        started = [
            children.start(
                [
                    ffmpeg_path(), "-nostdin", "-hide_banner", "-loglevel", "error",
                    *reading, "-rtsp_transport", "tcp", "-i", url, *making,
                    "-t", str(round(seconds + 3 * WARM_UP_S)), "-progress", "pipe:1",
                    "-stats_period", "0.5", "-f", "null", "-",
                ]
            )
            for url in urls
        ]  # fmt: skip
        counters = [_ProgressCounter(child.stdout) for child in started]
        time.sleep(WARM_UP_S)
        pids = [child.pid for child in started]
        before, began = cpu_s(pids), time.monotonic()
        frames_before = [counter.frames for counter in counters]
        time.sleep(seconds)
        spent, passed = cpu_s(pids) - before, time.monotonic() - began
        frames = tuple(
            counter.frames - was for counter, was in zip(counters, frames_before, strict=True)
        )
        children.end()
        for counter in counters:
            counter.join()
    return Play(passed, spent, frames)


_WHOLE_PICTURE = "[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]"
_ZONES = "".join(
    f'[[zone]]\nid = "{kind}-{{camera}}"\ncamera = "{{camera}}"\nkind = "{kind}"\n'
    f"polygon = {_WHOLE_PICTURE}\n"
    for kind in ("smoke_watch", "no_parking")
)


class BenchSite:
    """A site folder that lives as long as a run, with its own broker."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="gridwall-bench-")
        self.folder = Path(self._folder.name)
        rows = "".join(f"cam-{i},bench {i},{url}\n" for i, url in enumerate(urls))
        (self.folder / "site.toml").write_text('name = "bench"\nlanguage = "en"\n')
        (self.folder / "cameras.csv").write_text("id,name,main_url\n" + rows)
        # a camera without a zone is not analysed
        zones = "".join(_ZONES.format(camera=f"cam-{i}") for i in range(len(urls)))
        (self.folder / "zones.toml").write_text(zones)
        self.runtime = runtime_folder(self.folder)

    def close(self) -> None:
        _remove_tree(self.runtime)
        self._folder.cleanup()


def _remove_tree(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def _broker_ids(runtime: str) -> list[int]:
    """The broker of this runtime folder, whoever started it."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        words = process.info["cmdline"] or []
        if "broker" in words and runtime in words:
            found.append(int(process.info["pid"]))
    return found


def module_command(name: str, job: Any) -> list[str]:
    """How a part of a bench is started that runs in a process of its own."""
    return [sys.executable, "-m", name, msgspec.json.encode(job).decode()]


def _step(line: str, expected: str) -> Any:
    if not line:
        raise BenchFailed("the console of the bench ended early: see the log above")
    message = msgspec.json.decode(line)
    if message["step"] != expected:
        raise BenchFailed(f"the console of the bench said {message}: it was to say {expected}")
    return message["content"]


class _ProgressCounter:
    """Reads ffmpeg's `frame=` lines in a thread of its own, which ends with the pipe."""

    def __init__(self, pipe: Any) -> None:
        import threading

        self.frames = 0
        self._pipe = pipe
        self._thread = threading.Thread(target=self._read, name="ffmpeg-progress", daemon=True)
        self._thread.start()

    def join(self) -> None:
        self._thread.join(5)

    def _read(self) -> None:
        try:
            for line in self._pipe:
                if line.startswith("frame="):
                    self.frames = int(line[6:])
        except ValueError:
            return  # the pipe was closed under the reader: the run is over
