"""StreamHealth: how a camera's stream is, as the wall, the worker and the feed see it."""

from __future__ import annotations

import enum

from msgspec import Struct

from config.site import CameraId


class StreamState(enum.Enum):
    """LIVE frames arrive · STALE older than max(1 s, three intervals) · LOST no connection · DISABLED switched off."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"
    LOST = "lost"
    DISABLED = "disabled"


class LossCause(enum.Enum):
    """Why a stream is not live; the console has a text for each."""

    UNREACHABLE = "unreachable"
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not_found"
    SILENT = "silent"
    CLOSED = "closed"
    BAD_STREAM = "bad_stream"
    NO_VIDEO = "no_video"
    BUSY = "busy"
    INGEST_RESTART = "ingest_restart"


class StreamHealth(Struct, frozen=True):
    """One camera's stream now. Times are CLOCK_MONOTONIC nanoseconds of this machine.

    `pixel_aspect`: width of a pixel of `width_px` × `height_px` over its height.
    `awaits_key`: packets arrive, and nothing can be shown before the next key frame.
    `was_accepted`: it was opened before with the same address and password.
    `short_count`: so many sessions in a row had pictures and were closed by the camera within 15 s.
    `relayed_by`: host:port of the relay that is asked for it; empty: the camera itself.
    """

    camera_id: CameraId
    state: StreamState
    fps: float
    since_mono_ns: int
    last_frame_mono_ns: int | None = None
    cause: LossCause | None = None
    next_try_mono_ns: int | None = None
    width_px: int = 0
    height_px: int = 0
    codec: str = ""
    reconnect_count: int = 0
    pixel_aspect: float = 1.0
    lag_s: float = 0.0  #: how far the camera's pictures lag behind their best delay: add to ages
    awaits_key: bool = False
    was_accepted: bool = False
    short_count: int = 0
    relayed_by: str = ""


class CameraHealthData(Struct, frozen=True):
    """`data` of gridwall.camera.health.v1 (CONTRACT §5)."""

    camera_id: CameraId
    state: str
    fps: float
    frame_age_s: float | None
    since_utc: str
    cause: str | None = None
