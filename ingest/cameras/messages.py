"""What lease, broker and group processes say to each other: one JSON value a message, no pickle.

lease → broker: Hello, SetWants, ClipRequest · broker → lease: StatusChange, ClipDone
broker → group (lines on its standard input): SetWants, ClipRequest
group → broker (lines on its standard output): StatusChange, ClipDone
"""

from __future__ import annotations

import enum

import msgspec
from msgspec import Struct

from config.site import CameraId
from ingest.cameras.wants import CameraSource, CameraStatus, ClipInfo, FrameWant, ReplayWant

PROTOCOL_VERSION = 2


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
    replays: tuple[ReplayWant, ...] = ()


class ClipForm(enum.Enum):
    """What is written of the packets between two moments."""

    EVIDENCE = "evidence"  #: an MP4 of one connection, the one with most packets in the span
    WHOLE = "whole"  #: an MP4 of every connection in the span
    STILL = "still"  #: the picture shown at the end of the span
    STILL_NOW = "still_now"  #: the newest picture, of the main stream whichever is held


class ClipRequest(Struct, frozen=True, tag="clip"):
    """Write what was received between two monotonic moments to `path`, nothing transcoded."""

    request_id: int
    camera_id: CameraId
    from_mono_ns: int
    to_mono_ns: int
    path: str
    form: ClipForm = ClipForm.EVIDENCE


class StatusChange(Struct, frozen=True, tag="status"):
    """Cameras whose status changed, and cameras that are no longer held."""

    cameras: dict[CameraId, CameraStatus]
    gone: tuple[CameraId, ...] = ()


class ClipDone(Struct, frozen=True, tag="clip_done"):
    """Exactly one of `clip` and `error` is set; `further`: other parts of the same span."""

    request_id: int
    clip: ClipInfo | None = None
    error: str | None = None
    further: tuple[ClipInfo, ...] = ()
    is_disk_full: bool = False


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
