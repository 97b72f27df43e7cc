"""The cameras of a bench: one clip as N RTSP streams, from a process of its own.

Started as `python -m console.bench.stream_server JOB`, JOB being a `ServerJob` as JSON. Writes the
addresses as one JSON line, then serves until its standard input ends. A line `die 3` there makes
stream 3 end its connections and refuse new ones, `live 3` brings it back.
"""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from ingest.cameras.packet_feed import EncodedPacket, LoopingFeed, VideoParameters, shifted
from ingest.cameras.rtsp_out import Mount, RtspServerThread
from ingest.cameras.source import read_packets

#: Words of a line on standard input, a stream's number behind them.
DIE, LIVE = "die", "live"


class ServerJob(Struct, frozen=True):
    """What is served.

    Attributes:
        clip: the file; its picture numbers begin with 0.
        count: how many streams, each beginning at another key frame.
        stamps: file of count × frames int64, filled with CLOCK_MONOTONIC nanoseconds at which
            each picture was last sent; None: not noted.
    """

    clip: str
    count: int
    stamps: str | None = None


class StampedFeed:
    """A looping clip that notes when each of its pictures was sent."""

    def __init__(
        self,
        parameters: VideoParameters,
        clip: list[EncodedPacket],
        numbers: list[int],
        stamps: object,
    ) -> None:
        self._inner = LoopingFeed(parameters, clip)
        self._numbers = numbers
        self._stamps = stamps

    @property
    def parameters(self) -> VideoParameters:
        return self._inner.parameters

    async def packets(self) -> AsyncIterator[EncodedPacket]:
        turn = 0
        async for packet in self._inner.packets():
            yield packet
            # asked for the next one: this one has just been sent
            number = self._numbers[turn % len(self._numbers)]
            self._stamps[number] = time.monotonic_ns()  # type: ignore[index]
            turn += 1


def turned(clip: list[EncodedPacket], start: int) -> list[EncodedPacket]:
    """The clip beginning with its packet `start` (a key frame) instead of its first, times from 0."""
    length_s = clip[-1].pts_s - clip[0].pts_s + (clip[1].pts_s - clip[0].pts_s)
    rest = [shifted(packet, -clip[start].pts_s) for packet in clip[start:]]
    return rest + [shifted(p, length_s - clip[start].pts_s) for p in clip[:start]]


def main(argument: str) -> int:
    """Serves until standard input ends."""
    job = msgspec.json.decode(argument, type=ServerJob)
    parameters, clip = read_packets(Path(job.clip))
    keys = [number for number, packet in enumerate(clip) if packet.is_key]
    stamps = None
    if job.stamps is not None:
        stamps = np.memmap(job.stamps, np.int64, "w+", shape=(job.count, len(clip)))
    server = RtspServerThread()
    server.start()
    urls: list[str] = []
    mounts: list[Mount] = []
    for stream in range(job.count):
        start = keys[stream % len(keys)]
        numbers = [(start + turn) % len(clip) for turn in range(len(clip))]
        packets = turned(clip, start)
        feed: LoopingFeed | StampedFeed = (
            LoopingFeed(parameters, packets)
            if stamps is None
            else StampedFeed(parameters, packets, numbers, stamps[stream])
        )
        mounts.append(server.mount(f"cam-{stream}", feed))
        urls.append(server.url(f"cam-{stream}"))
    sys.stdout.write(msgspec.json.encode(urls).decode() + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        word, number = line.split()
        server.call(_set_dead, mounts[int(number)], word == DIE)
    server.close()
    return 0


def _set_dead(mount: Mount, is_dead: bool) -> None:
    """As a camera without power: connections end, nobody answers for its path."""
    mount.faults.is_dropped = is_dead
    if is_dead:
        mount.kick()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
