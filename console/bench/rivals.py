"""The rivals of the wall bench: what each needs, and how it is played on the bench's streams."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import msgspec
import PySide6
from msgspec import Struct

from console.bench import rival_mpv
from console.bench.processes import Children, cpu_s
from console.bench.rival_job import RivalJob, RivalResult
from console.bench.wall_runs import BenchFailed, Play, module_command


class RivalPlay(Struct, frozen=True):
    """A rival's figures, and on what its pictures were shown."""

    play: Play
    shown: str


class Rival(NamedTuple):
    """One way others show many cameras.

    `missing`: why it cannot be played here and what to install; empty: it can.
    `run` raises BenchFailed when it does not come to its end.
    """

    name: str
    missing: str
    run: Callable[[RivalJob], RivalPlay]


def rivals() -> tuple[Rival, ...]:
    """All rivals the bench knows, whether they are here or not."""
    return (
        Rival(
            "opencv_threads_qlabel",
            _without_module("cv2", "pip install opencv-python"),
            partial(play_module, "console.bench.rival_opencv"),
        ),
        Rival(
            "qmediaplayer_per_tile",
            # Addons of another version than Essentials do not load
            _without_module(
                "PySide6.QtMultimedia", f"pip install PySide6-Addons=={PySide6.__version__}"
            ),
            partial(play_module, "console.bench.rival_media_player"),
        ),
        Rival("mpv_per_tile", _without_mpv(), play_mpv),
    )


def play_module(module: str, job: RivalJob) -> RivalPlay:
    """A rival written in Python, in a process of its own."""
    with Children() as children:
        child = children.start(module_command(module, job))
        assert child.stdout is not None
        first = child.stdout.readline()
        before = cpu_s([child.pid])
        last = child.stdout.readline()
        spent = cpu_s([child.pid]) - before
        if not first or not last:
            raise BenchFailed(f"{module} ended early: see the log above")
        result = msgspec.json.decode(last, type=RivalResult)
    return RivalPlay(Play(result.seconds, spent, result.frames), result.shown)


def play_mpv(job: RivalJob) -> RivalPlay:
    """One mpv a tile; the CPU is that of these processes alone, not of who counts."""
    with Children() as children:
        wall = rival_mpv.MpvWall(children, job, has_window=rival_mpv.has_display())
        result, spent = wall.measure()
    return RivalPlay(Play(result.seconds, spent, result.frames), result.shown)


def _without_module(module: str, remedy: str) -> str:
    return "" if importlib.util.find_spec(module) is not None else f"not installed: {remedy}"


def _without_mpv() -> str:
    if os.name != "posix":
        return "not measured here: its frames are counted over a Unix socket"
    if shutil.which("mpv") is None:
        return "not installed: Debian: apt install mpv"
    return ""
