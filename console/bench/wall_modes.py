"""Modes of `gridwall bench wall` beside the plain one: start, trouble, hidden.

Each plays the product on the bench's cameras, something to compare with in the same run beside it,
and says in its result what the aim is. Raises BenchFailed when nothing was measured.
"""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any

import msgspec

from console.bench.beat import Lateness
from console.bench.processes import Children, own_cpu_s
from console.bench.report import say
from console.bench.stage_job import StageJob
from console.bench.wall_runs import (
    BenchFailed,
    BenchSite,
    Play,
    Streams,
    play_limit,
    play_ours,
    play_receiving,
)
from console.bench.wall_stage import StageResult

#: A camera that died comes back after so many other deaths.
DEAD_AT_ONCE = 3
#: Cameras of one share of the hidden wall's aim.
HIDDEN_SHARE = 16
#: Decoding all key frames, by ffmpeg; `play_receiving` is what remains when nothing is decoded.
KEY_FRAMES_ONLY = ("-skip_frame", "nokey")


def on_site(
    job: StageJob, play: Callable[[StageJob], tuple[Play, StageResult]]
) -> tuple[Play, StageResult]:
    """Plays `job` on a site of its own, which is gone afterwards."""
    site = BenchSite((*job.urls, *job.called_urls))
    try:
        return play(
            msgspec.structs.replace(
                job, site_folder=str(site.folder), runtime_folder=str(site.runtime)
            )
        )
    finally:
        site.close()


# -- start: how soon there is a picture


def start(job: StageJob, streams: Streams, tiles: int, rounds: int) -> dict[str, Any]:
    """Walls started from nothing; in the last one, cameras nobody held are called while it is live."""
    plays = []
    result: StageResult | None = None
    for number in range(1, rounds + 1):
        say(f"start {number}: {tiles} tiles …")
        called = streams.urls[tiles:] if number == rounds else ()
        quick = msgspec.structs.replace(
            job, urls=streams.urls[:tiles], called_urls=called, seconds=1.0
        )
        play, result = on_site(quick, play_ours)
        plays.append(play)
    assert result is not None
    return start_figures(plays, result.called_s)


def start_figures(plays: list[Play], called_s: tuple[float, ...]) -> dict[str, Any]:
    """Raises BenchFailed when no camera was called."""
    if not called_s:
        raise BenchFailed("no camera was called: nothing was measured")
    return {
        "tiles": len(plays[0].frames),
        "starts": len(plays),
        "complete_s": round(median(play.complete.from_process_s for play in plays), 2),
        "complete_s_max": round(max(play.complete.from_process_s for play in plays), 2),
        "complete_from_wants_s": round(median(play.complete.from_wants_s for play in plays), 2),
        "complete_aim_s": 3.0,
        "called": len(called_s),
        "first_picture_s_p50": round(median(called_s), 3),
        "first_picture_s_max": round(max(called_s), 3),
        "first_picture_aim_s": 1.0,
        "key_frame_wait_s": 0.0,  # the bench's cameras begin with their last key frame
        "strangers_cores": round(max(play.strangers_cores for play in plays), 2),
    }


# -- trouble: cameras die, layouts change


@contextmanager
def cameras_dying(streams: Streams, count: int, every_s: float) -> Iterator[list[int]]:
    """Kills a camera every `every_s`; each is back after `DEAD_AT_ONCE` more. Yields the killed."""
    ended = threading.Event()
    killed: list[int] = []
    random_numbers = random.Random(5)

    def kill() -> None:
        while not ended.wait(every_s):
            dead = killed[-DEAD_AT_ONCE:]
            number = random_numbers.choice([i for i in range(count) if i not in dead])
            streams.die(number)
            killed.append(number)
            if len(killed) > DEAD_AT_ONCE:
                streams.revive(killed[-1 - DEAD_AT_ONCE])

    thread = threading.Thread(target=kill, name="camera-killer", daemon=True)
    thread.start()
    try:
        yield killed
    finally:
        ended.set()
        thread.join(5)
        for number in killed[-DEAD_AT_ONCE:]:
            streams.revive(number)


@contextmanager
def bare_beat() -> Iterator[Callable[[], Lateness]]:
    """A process that only sleeps beside the wall; the function ends it and says how late it was."""
    with Children() as children:
        child = children.start([sys.executable, "-m", "console.bench.beat"])

        def told() -> Lateness:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.close()
            line = child.stdout.readline()
            if not line:
                raise BenchFailed("the bare process beside the wall ended early")
            return msgspec.json.decode(line, type=Lateness)

        yield told


def trouble(job: StageJob, streams: Streams, every_s: float) -> dict[str, Any]:
    """Every event of the GUI thread is timed while cameras die and the arrangement changes."""
    job = msgspec.structs.replace(job, is_watched=True, changes=True)
    bare: list[Lateness] = []
    killed: list[int] = []

    @contextmanager
    def watch(_processes: list[int]) -> Iterator[None]:
        with ExitStack() as stack:
            told = stack.enter_context(bare_beat())
            died = stack.enter_context(cameras_dying(streams, len(job.urls), every_s))
            yield
            bare.append(told())
            killed.extend(died)

    say(f"trouble: {len(job.urls)} tiles, a camera dies every {every_s:.0f} s …")
    play, result = on_site(job, lambda placed: play_ours(placed, watch=watch))
    return trouble_figures(play, result, bare[0]) | {"cameras_killed": len(killed)}


def trouble_figures(play: Play, result: StageResult, bare: Lateness) -> dict[str, Any]:
    """Raises BenchFailed when no event or no change was seen."""
    if result.late is None or not result.handlers or not result.changes:
        raise BenchFailed("no event was timed or nothing was changed: nothing was measured")
    worst = result.handlers[0]
    return {
        "tiles": len(result.frames),
        "seconds": round(result.seconds, 1),
        "changes": result.changes,
        "events": result.event_count,
        "handler_cpu_ms_max": worst.cpu_ms,
        "handler_aim_ms": 16.0,
        "handler_worst": worst.name,
        "handlers": [msgspec.to_builtins(handler) for handler in result.handlers],
        "loop_late_ms_p999": result.late.p999_ms,
        "loop_late_ms_max": result.late.max_ms,
        "loop_late_aim_ms": 33.0,
        "bare_process_late_ms_p999": bare.p999_ms,
        "bare_process_late_ms_max": bare.max_ms,
        "cpu_cores": round(play.cpu_s / play.seconds, 2),
        "strangers_cores": round(play.strangers_cores, 2),
        "platform": result.platform,
    }


# -- hidden: what a wall costs that nobody sees


def hidden(job: StageJob) -> dict[str, Any]:
    """A hidden window's cameras: received, kept, and a key frame for the thumbnail now and then."""
    job = msgspec.structs.replace(job, is_hidden=True)
    window_s: list[float] = []

    @contextmanager
    def watch(processes: list[int]) -> Iterator[None]:
        before_s = own_cpu_s(processes[0])
        yield
        window_s.append(own_cpu_s(processes[0]) - before_s)

    say(f"hidden: {len(job.urls)} tiles …")
    play, result = on_site(job, lambda placed: play_ours(placed, watch=watch))
    say("ffmpeg with key frames only …")
    limit = play_limit(
        job.urls, job.tile_width_px, job.tile_height_px, job.seconds, KEY_FRAMES_ONLY
    )
    say("ffmpeg that only receives …")
    receiving = play_receiving(job.urls, job.seconds)
    return hidden_figures(play, result, limit, receiving) | {"window_cpu_s": round(window_s[0], 2)}


def hidden_figures(play: Play, result: StageResult, limit: Play, receiving: Play) -> dict[str, Any]:
    """Raises BenchFailed when the cameras were not live while nobody looked."""
    count = len(result.frames)
    if result.live < count:
        raise BenchFailed(f"only {result.live} of {count} cameras were live while hidden")
    share = count / HIDDEN_SHARE
    return {
        "tiles": count,
        "seconds": round(play.seconds, 1),
        "cpu_s": round(play.cpu_s, 2),
        "core_percent_per_16": round(play.cpu_s / play.seconds / share * 100, 2),
        "core_percent_aim": 2.0,
        "limit_core_percent_per_16": round(limit.cpu_s / limit.seconds / share * 100, 2),
        "receiving_core_percent_per_16": round(
            receiving.cpu_s / receiving.seconds / share * 100, 2
        ),
        "paints_while_hidden": result.paints,
        "live": result.live,
        "strangers_cores": round(play.strangers_cores, 2),
    }
