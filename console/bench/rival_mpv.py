"""mpv: one process a tile, the player's own pipeline. A rival, not a part.

The decoder is the limit's (one thread, no hardware), the stream comes over TCP. With a display each is
a borderless window of the tile's size, placed as a grid; without one a filter scales and converts as the
limit does and the picture is dropped (`--vo=null`). Frames are counted by mpv's own JSON socket: the
playing position changes with every frame that is shown, less those its output reports as dropped.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from console.bench.processes import Children, cpu_s
from console.bench.rival_job import RivalJob, RivalResult
from console.bench.wall_runs import BenchFailed

_POSITION_ID, _DROPPED_ID, _OUTPUT_ID = 1, 2, 3
_OBSERVED: Final = {
    _POSITION_ID: "time-pos",
    _DROPPED_ID: "frame-drop-count",
    _OUTPUT_ID: "current-vo",
}
#: From an mpv's start until its socket is there, on a busy machine.
_SOCKET_S: Final = 10.0
_GAP_PX: Final = 2


#: mpv's order without SDL, which comes before x11 and is dearer: 4.1 ms a frame instead of 2.6 without a GPU.
_OUTPUTS: Final = "gpu,xv,x11,"


class _Line(Struct):
    """A line of mpv's JSON socket, as far as it is read here."""

    event: str = ""
    id: int = 0
    data: float | int | str | None = None


_LINES: Final = msgspec.json.Decoder(_Line)


def has_display() -> bool:
    """Whether a window can be shown here."""
    return sys.platform == "darwin" or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def mpv_command(job: RivalJob, tile: int, place: Path, *, has_window: bool) -> list[str]:
    """How the mpv of one tile is started; it is asked at the socket `place`."""
    width, height = job.tile_width_px, job.tile_height_px
    side = -(-len(job.urls) // round(len(job.urls) ** 0.5))
    x, y = (tile % side) * (width + _GAP_PX), (tile // side) * (height + _GAP_PX)
    shown = (
        [
            f"--geometry={width}x{height}+{x}+{y}", "--no-border", "--no-hidpi-window-scale",
            "--no-keepaspect", "--no-keepaspect-window", "--scale=bilinear", "--dscale=bilinear",
            "--sws-scaler=fast-bilinear", "--sws-allow-zimg=no", f"--vo={_OUTPUTS}",
        ]
        if has_window
        else ["--vo=null", f"--vf=lavfi=[scale={width}:{height}:flags=fast_bilinear,format=bgra]"]
    )  # fmt: skip
    return [
        "mpv", "--no-config", "--no-terminal", "--profile=low-latency", "--hwdec=no",
        "--vd-lavc-threads=1", "--no-audio", "--rtsp-transport=tcp", "--osd-level=0",
        "--no-osc", "--no-input-default-bindings", "--load-scripts=no", *shown,
        f"--input-ipc-server={place}", job.urls[tile],
    ]  # fmt: skip


class FrameCounter:
    """Frames one mpv has shown, read from its socket in a thread that ends with it."""

    def __init__(self, place: Path, process: subprocess.Popen[str]) -> None:
        """Raises BenchFailed when there is no socket in time or the process left."""
        self._position_count = self._dropped = 0
        self.output = ""
        self._socket = _connected(place, process)
        for number, name in _OBSERVED.items():
            ask = {"command": ["observe_property", number, name]}
            self._socket.sendall(msgspec.json.encode(ask) + b"\n")
        self._thread = threading.Thread(target=self._read, name="mpv-frames", daemon=True)
        self._thread.start()

    @property
    def frames(self) -> int:
        return self._position_count - self._dropped

    def close(self) -> None:
        """Ends the thread."""
        with contextlib.suppress(OSError):  # the peer may have gone
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._socket.close()

    def _read(self) -> None:
        with contextlib.suppress(OSError), self._socket.makefile("rb") as lines:
            for line in lines:
                self.take(line)

    def take(self, line: bytes) -> None:
        """One line of the socket; those about anything else are passed over."""
        try:
            said = _LINES.decode(line)
        except msgspec.ValidationError:
            return  # a property of another shape: not one that was asked for
        if said.event != "property-change" or said.data is None:
            return
        if said.id == _POSITION_ID:
            self._position_count += 1
        elif said.id == _DROPPED_ID:
            self._dropped = int(said.data)
        elif said.id == _OUTPUT_ID:
            self.output = str(said.data)


class MpvWall:
    """The mpvs of one job."""

    def __init__(self, children: Children, job: RivalJob, *, has_window: bool) -> None:
        self._children, self._job, self._has_window = children, job, has_window

    def measure(self) -> tuple[RivalResult, float]:
        """Figures, and CPU seconds of the mpvs in that time. Raises BenchFailed."""
        with tempfile.TemporaryDirectory(prefix="gridwall-mpv-") as folder:
            places = [Path(folder) / str(tile) for tile in range(len(self._job.urls))]
            started = [
                self._children.start(
                    mpv_command(self._job, tile, place, has_window=self._has_window)
                )
                for tile, place in enumerate(places)
            ]
            counters: list[FrameCounter] = []
            try:
                for place, process in zip(places, started, strict=True):
                    counters.append(FrameCounter(place, process))
                return self._counted(counters, started)
            finally:
                for counter in counters:
                    counter.close()

    def _counted(
        self, counters: list[FrameCounter], processes: list[subprocess.Popen[str]]
    ) -> tuple[RivalResult, float]:
        pids = [process.pid for process in processes]
        time.sleep(self._job.warm_up_s)
        before_s, began = cpu_s(pids), time.monotonic()
        frames_before = [counter.frames for counter in counters]
        time.sleep(self._job.seconds)
        left = [process.returncode for process in processes if process.poll() is not None]
        if left:
            raise BenchFailed(f"mpvs left while they were measured, with {left}")
        spent_s, passed_s = cpu_s(pids) - before_s, time.monotonic() - began
        frames = tuple(
            counter.frames - was for counter, was in zip(counters, frames_before, strict=True)
        )
        if not all(frames):
            raise BenchFailed(f"an mpv showed nothing: frames per tile {frames}")
        return RivalResult(passed_s, frames, self._shown(counters[0].output)), spent_s

    def _shown(self, output: str) -> str:
        if self._has_window:
            return f"{output} window"
        return f"{output}, scaled by the limit's filter"


def _connected(place: Path, process: subprocess.Popen[str]) -> socket.socket:
    until = time.monotonic() + _SOCKET_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise BenchFailed(f"mpv left with {process.returncode}")
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(place))
        except OSError:
            connection.close()
            time.sleep(0.05)
            continue
        return connection
    raise BenchFailed(f"mpv opened no socket within {_SOCKET_S:.0f} s")
