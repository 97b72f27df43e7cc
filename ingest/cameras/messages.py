"""What lease, broker and group processes say to each other: one JSON value a message, no pickle.

lease → broker: Hello, SetWants, ClipRequest · broker → lease: StatusChange, ClipDone
broker → group (lines on its standard input): SetWants, ClipRequest
group → broker (lines on its standard output): StatusChange, ClipDone
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from config.site import CameraId
from ingest.cameras.wants import CameraSource, CameraStatus, ClipInfo, FrameWant

PROTOCOL_VERSION = 1


class Hello(Struct, frozen=True, tag="hello"):
    """First message of a lease; where the hub is, in case the broker was started without one."""

    version: int
    process_id: int
    intake: str | None = None
    spool_folder: str | None = None
    key_file: str | None = None


class SetWants(Struct, frozen=True, tag="set_wants"):
    """The full set of cameras and wishes; replaces the former one."""

    sources: tuple[CameraSource, ...]
    wants: tuple[FrameWant, ...]


class ClipRequest(Struct, frozen=True, tag="clip"):
    """Write the packets between two monotonic moments to `path` as MP4."""

    request_id: int
    camera_id: CameraId
    from_mono_ns: int
    to_mono_ns: int
    path: str


class StatusChange(Struct, frozen=True, tag="status"):
    """Cameras whose status changed, and cameras that are no longer held."""

    cameras: dict[CameraId, CameraStatus]
    gone: tuple[CameraId, ...] = ()


class ClipDone(Struct, frozen=True, tag="clip_done"):
    """Exactly one of `clip` and `error` is set."""

    request_id: int
    clip: ClipInfo | None = None
    error: str | None = None


Request = Hello | SetWants | ClipRequest
Report = StatusChange | ClipDone

_request_decoder: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_report_decoder: msgspec.json.Decoder[Report] = msgspec.json.Decoder(Report)
_encoder = msgspec.json.Encoder()


def encode(message: Request | Report) -> bytes:
    """One line of JSON without a line end."""
    return _encoder.encode(message)


def decode_request(raw: bytes) -> Request:
    """Raises msgspec.DecodeError (a ValueError) for anything else."""
    return _request_decoder.decode(raw)


def decode_report(raw: bytes) -> Report:
    """Raises msgspec.DecodeError (a ValueError) for anything else."""
    return _report_decoder.decode(raw)
