"""FrameWant, ReplayWant, CameraStatus: what a lease asks of the broker and what it is told. Pure.

A lease states the full set of its wishes; the broker serves the union of all leases. A ring is
named by its key (format, width class, region), so that two readers with different rates share it.
A replay states the whole of itself (moment, steps since, speed), so that it can be said again.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Final

from msgspec import Struct, structs

from config.site import Camera, CameraId
from ingest.cameras.health import StreamHealth
from ingest.frames.frame import PixelFormat, WidthClass

#: Lower is more important: the alarm's tile keeps its rate longest under overload.
PRIORITY_ALARM: Final = 0
PRIORITY_SELECTED: Final = 1
PRIORITY_REST: Final = 2
PRIORITY_HIDDEN: Final = 3

#: x1, y1, x2, y2 in 0..1 of the picture.
Region = tuple[float, float, float, float]


class CameraSource(Struct, frozen=True):
    """Where a camera's streams are. URLs hold credentials: only ever logged redacted.

    `relay_urls`: `main_url` at every relay of the camera, best first; empty: it is asked itself.
    """

    camera_id: CameraId
    main_url: str
    sub_url: str | None = None
    relay_urls: tuple[str, ...] = ()


def source_of(camera: Camera) -> CameraSource:
    """Where the lease finds the camera's streams."""
    return CameraSource(camera.id, camera.main_url, camera.sub_url, camera.relay_urls)


class FrameWant(Struct, frozen=True):
    """One wish for pictures of one camera.

    Attributes:
        format: PLANES for a painter that converts colours itself; a stream that is not 4:2:0 of 8
            bits, or of another matrix, gets a ring of BGRA all the same (`RingInfo.format` tells).
        width_class: width the picture is scaled down to (never up); height follows its aspect.
        fps_max: at most so many frames a second; the ring may hold more when another lease
            asked for more.
        priority: 0 alarm, 1 selected, 2 rest, 3 hidden.
        region_norm: digital zoom: only this part of the picture, cropped before scaling.
        keyframes_only: decode key frames alone (a tile off screen).
        size_px: exact width and height instead of the class's, scaled up too and whatever the
            aspect: the painter then copies the picture pixel for pixel.
    """

    camera_id: CameraId
    width_class: WidthClass
    format: PixelFormat
    fps_max: float = 25.0
    priority: int = PRIORITY_REST
    region_norm: Region | None = None
    keyframes_only: bool = False
    size_px: tuple[int, int] | None = None

    @property
    def target_width_px(self) -> int:
        """The width that is asked for, 0 for the stream's own."""
        return int(self.width_class) if self.size_px is None else self.size_px[0]

    @property
    def is_tile(self) -> bool:
        """Whether people look at it: it may be cut short and gives way under overload; eyes' may not."""
        return self.format is not PixelFormat.I420


class RingInfo(Struct, frozen=True):
    """A ring that holds at least one frame. `path` opens with `RingReader.open(Path(path))`."""

    path: str
    width_px: int
    height_px: int
    format: PixelFormat
    fps: float


class ReplayProblem(enum.Enum):
    """Why there is nothing to replay."""

    NOTHING_KEPT = "nothing_kept"  #: nothing was received in the last minute
    TOO_MANY = "too_many"  #: as many replays as the process may decode are open
    UNDECODABLE = "undecodable"  #: packets are kept, no picture comes out of them


class ReplayWant(Struct, frozen=True):
    """One replay of one camera.

    Attributes:
        replay_id: of the lease's choice, unique on the machine.
        frame: camera, size and region of its pictures; rate and priority do not matter.
        seek_count: grows with every new `at_mono_ns`.
        at_mono_ns: the moment to go to (time of receipt).
        step_total: pictures to step since the last seek, back is negative; sums up.
        speed: 1 is as it was, 0 stands still.
    """

    replay_id: str
    frame: FrameWant
    seek_count: int
    at_mono_ns: int
    step_total: int = 0
    speed: float = 1.0


class ReplayStatus(Struct, frozen=True):
    """A replay now. Where it is stands in its ring's newest frame (time of receipt).

    Attributes:
        ring_key, ring: what its pictures are in; None before the first.
        from_mono_ns, to_mono_ns: what can be sought.
        gaps: spans in which nothing was received.
        is_at_end: the newest picture is shown; it waits for more.
        width_px, height_px, pixel_aspect: of the picture that is shown.
    """

    ring_key: str = ""
    ring: RingInfo | None = None
    from_mono_ns: int = 0
    to_mono_ns: int = 0
    gaps: tuple[tuple[int, int], ...] = ()
    is_at_end: bool = False
    width_px: int = 0
    height_px: int = 0
    pixel_aspect: float = 1.0
    problem: ReplayProblem | None = None


class CameraStatus(Struct, frozen=True):
    """One camera now: its stream and its rings by `ring_key`.

    `shed_fps` is the rate its tiles were reduced to under overload, None at full rate; `replays`
    by the id of their want.
    """

    health: StreamHealth
    rings: dict[str, RingInfo]
    shed_fps: float | None = None
    replays: dict[str, ReplayStatus] = {}


class ClipInfo(Struct, frozen=True):
    """A clip that was written. It starts at the key frame before the wanted moment."""

    path: str
    start_mono_ns: int
    end_mono_ns: int
    start_utc_ns: int
    packet_count: int
    byte_count: int
    codec: str
    width_px: int
    height_px: int

    @property
    def duration_s(self) -> float:
        return (self.end_mono_ns - self.start_mono_ns) / 1e9


def ring_key(want: FrameWant) -> str:
    """The key of `want`'s ring in `CameraStatus.rings`."""
    key = f"{want.format.name.lower()}{int(want.width_class)}"
    if want.size_px is not None:
        key += f"={want.size_px[0]}x{want.size_px[1]}"
    if want.region_norm is None:
        return key
    return key + "@" + ",".join(f"{edge:.4f}" for edge in want.region_norm)


def merged_wants(wants: Iterable[FrameWant]) -> dict[tuple[CameraId, str], FrameWant]:
    """One want per ring: the highest rate, the best priority, whole motion if anyone needs it."""
    merged: dict[tuple[CameraId, str], FrameWant] = {}
    for want in wants:
        name = (want.camera_id, ring_key(want))
        other = merged.get(name)
        if other is not None:
            want = structs.replace(
                want,
                fps_max=max(want.fps_max, other.fps_max),
                priority=min(want.priority, other.priority),
                keyframes_only=want.keyframes_only and other.keyframes_only,
            )
        merged[name] = want
    return merged


def main_stream_needed(source: CameraSource, wants: Iterable[FrameWant]) -> bool:
    """Whether `wants` need the main stream; small whole-picture tiles alone use the sub-stream.

    A camera nobody wants pictures of is kept for its clips: those come from the main stream.
    """
    if source.sub_url is None:
        return True
    listed = list(wants)
    return not listed or any(
        not want.is_tile
        or want.width_class not in (WidthClass.SMALL, WidthClass.MEDIUM)
        or want.region_norm is not None
        for want in listed
    )
