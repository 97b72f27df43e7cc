"""The cameras' process of the demonstration: sixteen RTSP streams that follow the time line.

`python -m console.demo.street_server --port P --control-port C --clips FOLDER --parent PID`
serves the rendered city; with `--videos FOLDER` every file of it is a camera that loops.
One asyncio loop; leaves on SIGTERM or when its parent is gone.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from console.demo.cameras import camera_by_id
from console.demo.city import to_geo
from console.demo.control import ControlReply, ControlRequest, serve_control
from console.demo.scenario import Timeline
from console.demo.truth import ClipTruth, load_truth
from ingest.cameras.packet_feed import (
    EncodedPacket,
    LoopingFeed,
    VideoParameters,
    clip_duration_s,
    shifted,
)
from ingest.cameras.rtsp_out import RtspServer
from ingest.cameras.source import read_packets
from ingest.clock import SystemClock
from ingest.logs import configure_logging
from ingest.parent import ParentWatch

#: The parent is looked after this often.
PARENT_POLL_S = 0.5


class StagedFeed:
    """One camera of the city: asks the time line at every loop's end which segment follows."""

    def __init__(
        self,
        camera_id: str,
        parameters: VideoParameters,
        segments: Mapping[str, Sequence[EncodedPacket]],
        timeline: Timeline,
    ) -> None:
        self._camera_id = camera_id
        self._parameters = parameters
        self._segments = segments
        self._timeline = timeline

    @property
    def parameters(self) -> VideoParameters:
        return self._parameters

    async def packets(self) -> AsyncIterator[EncodedPacket]:
        offset_s = 0.0
        while True:
            segment = self._segments[self._timeline.next_segment(self._camera_id)]
            first_s = segment[0].send_s
            for packet in segment:
                yield shifted(packet, offset_s - first_s)
            offset_s += clip_duration_s(segment, self._parameters.fps)


def staged_feed(camera_id: str, truth: ClipTruth, clips: Path, timeline: Timeline) -> StagedFeed:
    """The feed of one rendered camera. Raises StreamLost or OSError for a missing clip."""
    segments: dict[str, list[EncodedPacket]] = {}
    parameters: VideoParameters | None = None
    for name in truth.segments:
        parameters, segments[name] = read_packets(clips / f"{camera_id}.{name}.mp4")
    if parameters is None:
        raise ValueError(f"{camera_id} has no segments")
    return StagedFeed(camera_id, parameters, segments, timeline)


def city_timeline(truth: Mapping[str, ClipTruth]) -> Timeline:
    """The time line of the rendered city."""
    places = {camera_id: to_geo(*camera_by_id(camera_id).happening_place()) for camera_id in truth}
    return Timeline(truth, places, SystemClock())


def answer_for(timeline: Timeline, request: ControlRequest) -> ControlReply:
    """What the control door says."""
    if request.op == "go":
        timeline.go()
    elif request.op == "resolve":
        found = timeline.resolve(request.camera_id)
        return ControlReply(found, "" if found else "nothing is there")
    elif request.op != "truth":
        return ControlReply(False, f"unknown operation {request.op!r}")
    return ControlReply(
        True, events=tuple(timeline.events), active=timeline.active(request.camera_id)
    )


async def serve(arguments: argparse.Namespace) -> None:
    """Serves until told to leave."""
    server = RtspServer("127.0.0.1", arguments.port)
    truth = {} if arguments.videos else load_truth(arguments.clips)
    timeline = city_timeline(truth)
    for camera_id, film in truth.items():
        server.mount(camera_id, staged_feed(camera_id, film, arguments.clips, timeline))
    for path in sorted(arguments.videos.glob("*.mp4")) if arguments.videos else ():
        server.mount(path.stem, LoopingFeed(*read_packets(path)))
    await server.start()
    control = await serve_control(
        arguments.control_port, lambda request: answer_for(timeline, request)
    )
    leave = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, leave.set)
    parent = ParentWatch(arguments.parent) if arguments.parent else None
    while not leave.is_set() and not (parent is not None and parent.is_gone()):
        try:
            await asyncio.wait_for(leave.wait(), PARENT_POLL_S)
        except TimeoutError:
            continue
    control.close()
    await server.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--control-port", type=int, required=True)
    parser.add_argument("--clips", type=Path)
    parser.add_argument("--videos", type=Path)
    parser.add_argument("--parent", type=int, default=0)
    configure_logging("cameras")
    asyncio.run(serve(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
