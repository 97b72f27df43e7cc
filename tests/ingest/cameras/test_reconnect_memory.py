"""A camera that comes and goes all night: nothing of its former connections stays in the process."""

from __future__ import annotations

import gc
import itertools
import os
import threading
from pathlib import Path

import psutil
import pytest

from ingest.cameras.packets import CompressedPacket
from ingest.cameras.pictures import PictureDecoder
from ingest.cameras.rtsp_out import RtspServerThread
from ingest.cameras.session import SessionSettings, run_session
from ingest.cameras.source import StreamInfo
from ingest.clock import SystemClock
from ingest.frames.timestamps import TimestampChecker
from ingest.stop import StopToken
from tests.media import looping_feed

#: Connections before anything is compared: pools and tables of the libraries are full then.
WARM_UP_COUNT = 30
COUNT = 120
#: One decoder with its pictures, or one connection with its buffers, is more than 100 kB: 120 of
#: either kept are 12 MB and more.
GROWTH_MB_MAX = 5.0


class _OnePicture:
    """A sink that decodes until there is a picture and then lets the connection go."""

    def __init__(self, stop: StopToken) -> None:
        self._stop = stop
        self._decoder: PictureDecoder | None = None
        self.has_picture = False

    def opened(self, info: StreamInfo) -> None:
        self._decoder = PictureDecoder(info)

    def packet(self, packet: CompressedPacket, *, is_damaged: bool) -> None:
        assert self._decoder is not None
        frame = self._decoder.decode(packet.data, packet.pts_ns, is_key=packet.is_key)
        if frame is not None:
            self.has_picture = True
            self._stop.stop()


def _connect(url: str, number: int) -> None:
    stop = StopToken()
    sink = _OnePicture(stop)
    checker = TimestampChecker()
    run_session(url, SessionSettings(), sink, checker, number, SystemClock(), stop)
    assert sink.has_picture


def _own_mb(process: psutil.Process) -> float:
    gc.collect()
    return float(process.memory_full_info().uss) / (1 << 20)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files by /proc")
def test_many_connections_leave_no_memory_no_handle_and_no_thread() -> None:
    server = RtspServerThread()
    server.start()
    try:
        server.mount("cam", looping_feed(picture_count=10, key_interval=5))
        url, numbers = server.url("cam"), itertools.count(1)
        process = psutil.Process(os.getpid())
        for _ in range(WARM_UP_COUNT):
            _connect(url, next(numbers))
        before_mb, files, threads = _own_mb(process), process.num_fds(), threading.active_count()
        for _ in range(COUNT):
            _connect(url, next(numbers))
        assert _own_mb(process) - before_mb < GROWTH_MB_MAX
        # the server's end of the last connections may still be closing
        assert process.num_fds() <= files + 3
        assert threading.active_count() <= threads
    finally:
        server.close()
